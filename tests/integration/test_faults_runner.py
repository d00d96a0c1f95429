"""The runner under each fault of the matrix that concerns it: a truthful status, an output, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running import kernel_session, memory, transcript
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import Job, NotebookRun
from tests.notebooks.builder import write_notebook

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="The promise is whole on Linux only")
# Leaves the kernel's session and its parent, as a daemon does; then writes down who it is.
DAEMON = """
import os, subprocess, sys
program = "import os, time\\nif os.fork() == 0:\\n    os.setsid()\\n    if os.fork() == 0:\\n        "\\
    "open('daemon~', 'w').write(str(os.getpid())); os.rename('daemon~', 'daemon'); time.sleep(300)"
subprocess.run([sys.executable, "-c", program])
open("kernel~", "w").write(str(os.getpid())); os.rename("kernel~", "kernel")
"""
RUNNER = """
    import sys
    from pathlib import Path
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.pipelines.file import document
    from jupyter_mlops.pipelines.running.papermill import PapermillRunner
    from jupyter_mlops.pipelines.running.runner import Job
    folder = Path({folder!r})
    def run(number):
        job = Job(document.read(folder / "a.ipynb", "a.ipynb"), folder / "out" / f"{{number}}.ipynb", 60.0)
        return PapermillRunner(Project(folder)).run(job, lambda _: None, lambda: False)
    {rest}
"""


class Bench:
    """Runs cells in a kernel, and looks at what is left."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.root
        self.output = self.folder / "out" / "a.ipynb"

    def run(
        self, *sources: str, timeout_s: float = 60, memory_limit_mb: float | None = None
    ) -> tuple[NotebookRun, float]:
        path = write_notebook(self.folder / "a.ipynb", *sources)
        job = Job(document.read(path, path.name), self.output, timeout_s, memory_limit_mb=memory_limit_mb)
        before, began = set(psutil.Process().children(recursive=True)), time.monotonic()
        answer = PapermillRunner(self.project).run(job, lambda _: None, lambda: False)
        assert set(psutil.Process().children(recursive=True)) <= before
        return answer, time.monotonic() - began

    def start(self, rest: str, *sources: str) -> subprocess.Popen[bytes]:
        write_notebook(self.folder / "a.ipynb", *sources)
        program = textwrap.dedent(RUNNER).format(folder=str(self.folder), rest=rest)
        return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)

    def process(self, name: str) -> psutil.Process:
        deadline = time.monotonic() + 30
        while not (self.folder / name).exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return psutil.Process(int((self.folder / name).read_text()))

    def statuses(self, output: Path | None = None) -> list[str]:
        found = nbformat.read(output or self.output, as_version=4)
        nbformat.validate(found)
        return [cell.metadata.papermill.status for cell in found.cells]


@pytest.fixture
def bench(project: Project) -> Bench:
    return Bench(project)


def are_gone(*processes: psutil.Process) -> bool:
    return psutil.wait_procs(processes, timeout=5)[1] == []


class TestF01:
    def test_the_kernel_is_killed_in_mid_cell(self, bench: Bench) -> None:
        """Told within five seconds; later cells were not run, and what it had started is gone."""
        answer, took = bench.run(f"{DAEMON}\nimport signal; os.kill(os.getpid(), signal.SIGKILL)", "x = 2")
        assert answer.failure is not None
        assert (answer.status, answer.failure.cause) == ("failed", "kernel_died")
        assert "SIGKILL" in answer.failure.message
        assert bench.statuses() == ["failed", "not_run"]
        assert took < 5 + 5
        assert not psutil.pid_exists(int((bench.folder / "daemon").read_text()))


class TestF02:
    @pytest.mark.parametrize("how", ["group", "measured"])
    @pytest.mark.parametrize(
        "source",
        [
            "x = bytearray(2_000_000_000)",
            "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'x = [0] * 250_000_000; input()'])",
        ],
    )
    def test_memory_runs_out(
        self, bench: Bench, source: str, how: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The kernel's own, or that of a child; by a control group, or measured; with limit and peak."""
        if how == "measured":
            monkeypatch.setattr(memory, "_control_group", lambda _: None)
        answer, took = bench.run(source, "x = 2", memory_limit_mb=300)
        assert answer.failure is not None
        assert answer.failure.cause == "out_of_memory"
        assert answer.failure.message.startswith("It used ")
        assert answer.failure.message.endswith("its limit is 300 MB.")
        assert bench.statuses() == ["failed", "not_run"]
        assert took < 20

    def test_within_the_limit(self, bench: Bench) -> None:
        """Nothing happens."""
        assert bench.run("x = bytearray(50_000_000)", memory_limit_mb=400)[0].status == "completed"


class TestF03:
    def test_an_endless_cell(self, bench: Bench) -> None:
        """It is interrupted, and what it printed is kept."""
        answer, took = bench.run("print('before', flush=True)\nwhile True: pass", "x = 2", timeout_s=1)
        assert answer.failure is not None
        assert (answer.failure.cause, answer.failure.cell) == ("timeout", 1)
        assert took < 1 + 10
        outputs = nbformat.read(bench.output, as_version=4).cells[0].outputs
        assert [output.get("text", output.get("ename")) for output in outputs] == [
            "before\n",
            "KeyboardInterrupt",
            "CellTimeout",
        ]


class TestF04:
    def test_a_cell_that_ignores_the_interrupt(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is killed."""
        monkeypatch.setattr(kernel_session, "_GRACE_S", 0.5)
        source = f"{DAEMON}\nimport signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
        answer, _ = bench.run(source, timeout_s=2)
        assert answer.failure is not None
        assert answer.failure.cause == "timeout"
        assert not psutil.pid_exists(int((bench.folder / "daemon").read_text()))


class TestF05:
    def test_one_print_of_200_mb(self, bench: Bench) -> None:
        """Cut and said; the run goes on, and the runner stays below 300 MB."""
        rest = (
            "answer = run(1)\n"
            "    (folder / 'said').write_text('\\n'.join([answer.status, *answer.warnings]))\n"
            "    (folder / 'memory').write_text(Path('/proc/self/status').read_text())"
        )
        rest = textwrap.dedent("    " + rest)
        assert bench.start(rest, "print('x' * 200_000_000)", "print('after')").wait(60) == 0
        assert (bench.folder / "said").read_text().splitlines() == [
            "completed",
            "Cell [1]: its output was cut, 190.0 MB left out.",
        ]
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", (bench.folder / "memory").read_text())
        assert int(peak) < 300 * 1024
        cells = nbformat.read(bench.folder / "out" / "1.ipynb", as_version=4).cells
        assert "190.0 MB left out" in cells[0].outputs[-1].text
        assert cells[1].outputs[0].text == "after\n"

    @pytest.mark.parametrize("flush", [True, False])
    def test_many_lines(self, bench: Bench, *, flush: bool) -> None:
        """All arrive, also where each is flushed and ZeroMQ would drop some."""
        answer, _ = bench.run(f"for n in range(5000): print(n, flush={flush})")
        assert (answer.status, answer.warnings) == ("completed", ())
        (output,) = nbformat.read(bench.output, as_version=4).cells[0].outputs
        assert output.text.split() == [str(number) for number in range(5000)]

    def test_one_giant_message(self, bench: Bench) -> None:
        """A picture or page that is too large for a notebook is left out, and that is said."""
        answer, _ = bench.run("from IPython.display import HTML, display\ndisplay(HTML('y' * 50_000_000))")
        assert answer.status == "completed"
        assert answer.warnings == ("Cell [1]: its output was cut, 50.0 MB left out.",)

    def test_output_that_does_not_arrive(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """Is a failure, and no cell that ended well."""
        monkeypatch.setattr(transcript, "_SILENCE_S", 0.5)
        silence = "get_ipython().kernel._publish_status_and_flush = lambda *_: None"
        answer, _ = bench.run(silence, "x = 2")
        assert answer.failure is not None
        assert (answer.failure.cause, bench.statuses()) == ("output_lost", ["failed", "not_run"])

    def test_output_that_arrives_in_part(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """The kernel says how much it has sent."""
        monkeypatch.setattr(
            transcript, "SHOWN", {"stream"}
        )  # as if the pictures had been dropped on their way
        answer, _ = bench.run("from IPython.display import display\nprint(1)\ndisplay(2)")
        assert answer.failure is not None
        assert answer.failure.message == "1 of the cell's 2 outputs did not arrive."


class TestF06:
    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
    def test_the_runner_is_killed(self, bench: Bench, number: signal.Signals) -> None:
        """Neither the kernel nor what has left its session lives on; the output is a valid notebook."""
        runner = bench.start("run(1)", f"{DAEMON}\nwhile True: pass")
        kernel, daemon = bench.process("kernel"), bench.process("daemon")
        runner.send_signal(number)
        runner.wait(30)
        assert are_gone(kernel, daemon)
        (status,) = bench.statuses(bench.folder / "out" / "1.ipynb")
        assert status in ({"failed"} if number == signal.SIGINT else {"pending", "running"})


class TestF07:
    def test_the_runner_is_told_to_stop(self, bench: Bench) -> None:
        """It saves, leaves nothing behind, and ends within fifteen seconds as a process does that was told to."""
        runner = bench.start("run(1)", f"print('so far', flush=True)\n{DAEMON}\nwhile True: pass", "x = 2")
        kernel, daemon = bench.process("kernel"), bench.process("daemon")
        began = time.monotonic()
        runner.terminate()
        assert runner.wait(30) == 128 + signal.SIGTERM
        assert time.monotonic() - began < 15
        assert are_gone(kernel, daemon)
        output = bench.folder / "out" / "1.ipynb"
        assert bench.statuses(output) == ["failed", "not_run"]
        assert nbformat.read(output, as_version=4).cells[0].outputs[0].text == "so far\n"


class TestF08:
    def test_a_server_with_five_runs_is_killed(self, bench: Bench) -> None:
        """All five kernels go with it, and all five outputs are whole; the engine finds the runs by their leases."""
        rest = "from concurrent.futures import ThreadPoolExecutor\n    list(ThreadPoolExecutor(5).map(run, range(5)))"
        source = "import os\nopen(f'{os.getpid()}.pid', 'w').close()\nwhile True: pass"
        runner = bench.start(textwrap.dedent("    " + rest), source)
        deadline = time.monotonic() + 60
        while len(found := list(bench.folder.glob("*.pid"))) < 5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        kernels = [psutil.Process(int(path.stem)) for path in found]
        runner.kill()
        runner.wait()
        assert are_gone(*kernels)
        for number in range(5):
            assert bench.statuses(bench.folder / "out" / f"{number}.ipynb")


class TestF21:
    @pytest.mark.skipif(os.geteuid() != 0, reason="Mounting needs root")
    def test_the_disk_fills_in_mid_run(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is told at the next save; what was saved before stays whole, and no kernel is left."""
        from jupyter_mlops.pipelines.running import journal

        monkeypatch.setattr(journal, "_SAVE_EVERY_S", 0.0)
        bench.output.parent.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", bench.output.parent], check=True)
        try:
            with pytest.raises(OSError, match="No space left"):
                bench.run("print('x' * 2_000_000)", "import time; time.sleep(2)", "open('third', 'w')")
            assert bench.statuses() == ["pending", "pending", "pending"]
            assert not (bench.folder / "third").exists()
            assert "supervisor.py" not in str([child.cmdline() for child in psutil.Process().children()])
        finally:
            subprocess.run(["umount", bench.output.parent], check=True)


class TestOddCells:
    @pytest.mark.parametrize(
        "source",
        ["print = exec = compile = None", "del get_ipython", "%reset -f"],
    )
    def test_a_notebook_that_takes_its_tools_away(self, bench: Bench, source: str) -> None:
        """What we need in the kernel is out of its reach."""
        answer, _ = bench.run(source, "x = 2", "1 / 0")
        assert answer.failure is not None
        assert (answer.failure.cell, answer.failure.name) == (3, "ZeroDivisionError")

    def test_a_kernel_that_can_no_longer_answer(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """Is noticed long before the time-out."""
        monkeypatch.setattr(transcript, "_SILENCE_S", 0.5)
        answer, _ = bench.run("import sys; sys.stdout = None", "x = 2")
        assert answer.failure is not None
        assert (answer.failure.cause, answer.failure.cell) == ("output_lost", 2)

    def test_the_notebook_is_edited_meanwhile(self, bench: Bench) -> None:
        """What was read is what runs; the edit stays."""
        answer, _ = bench.run("open('a.ipynb', 'w').write('edited')", "print('second')")
        assert answer.status == "completed"
        assert (bench.folder / "a.ipynb").read_text() == "edited"
        assert bench.statuses() == ["completed", "completed"]
