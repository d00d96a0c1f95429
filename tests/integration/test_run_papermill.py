"""Notebooks in real kernels: each test starts one, and holds several promises about it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import psutil
import pytest

from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines import document
from jupyter_mlops.pipelines.papermill import PapermillRunner
from jupyter_mlops.pipelines.run import run
from jupyter_mlops.pipelines.runner import Job, NotebookRun
from tests.notebooks.builder import write_notebook

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shop(project: Project) -> Project:
    project._services["runner"] = PapermillRunner(project)
    return project


class Bench:
    """Runs cells in a kernel and reads what was written."""

    def __init__(self, project: Project) -> None:
        self.runner = PapermillRunner(project)
        self.folder = project.root
        self.output = self.folder / "out" / "a.ipynb"

    def run(self, *sources: str, timeout_s: float = 60.0, kernel: str | None = "python3") -> NotebookRun:
        path = write_notebook(self.folder / "a{b}.ipynb", *sources, kernel=kernel)
        job = Job(document.read(path, path.name), self.output, timeout_s)
        return self.runner.run(job, lambda _: None, lambda: False)

    def texts(self) -> list[str]:
        found = nbformat.read(self.output, as_version=4)
        nbformat.validate(found)
        return ["".join(output.get("text", "") for output in cell.outputs) for cell in found.cells]

    def statuses(self) -> list[str]:
        return [cell.metadata.papermill.status for cell in nbformat.read(self.output, as_version=4).cells]


@pytest.fixture
def bench(project: Project) -> Bench:
    return Bench(project)


class TestKernel:
    def test_a_run_from_end_to_end(self, shop: Project) -> None:
        """Typed values, the cell's id, the folder, the environment, a missing kernel, odd output, hostile text."""
        hostile = '"; import os; os.abort() #\n\ud800'
        write_notebook(
            shop.root / "sub" / "all.ipynb",
            "print(repr((when, sizes, text)))",
            "print(get_ipython().kernel.get_parent('shell')['metadata']['cellId'])",
            "import os\nprint(os.getcwd(), os.environ['JUPYTER_MLOPS_NOTEBOOK'], os.environ['JPY_SESSION_NAME'])",
            "print('lone \\udcff surrogate')",
            parameters=(
                "from datetime import date\nwhen: date = date(2026, 1, 1)\nsizes: tuple[int, ...] = ()\ntext = ''"
            ),
            kernel="gone-forever",
        )
        answer = run(shop, "sub/all.ipynb", param=("when=2026-11-01", "sizes=(1, 2)", f"text={hostile}"))
        texts = [
            "".join(output.text for output in cell.outputs) for cell in _read(shop.root / answer.output).cells
        ]
        assert texts[2] == f"{(_date(), (1, 2), hostile)!r}\n"
        assert texts[3] == "cell-1\n"
        assert texts[4] == f"{shop.root / 'sub'} sub/all.ipynb {shop.root / 'sub' / 'all.ipynb'}\n"
        assert texts[5].startswith("lone ")
        assert texts[5].endswith(" surrogate\n")
        assert "gone-forever" in answer.warnings[0]

    def test_a_session_inside_a_running_loop(self, bench: Bench) -> None:
        """From a notebook's cell a notebook can be run: its event loop is another. Quick prints stay whole."""
        import asyncio

        async def cell() -> NotebookRun:
            return bench.run("for i in range(2000): print(i, flush=True)", kernel=None)

        assert asyncio.run(cell()).status == "completed"
        assert bench.texts()[0].split() == [str(number) for number in range(2000)]


class TestEndings:
    @pytest.mark.parametrize(
        ("source", "cause", "words"),
        [
            ("quit()", "quit", "quit"),
            ("import os; os._exit(0)", "kernel_died", "exit code 0"),
            ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "kernel_died", "SIGKILL"),
        ],
    )
    def test_a_kernel_that_ends_is_a_failure(self, bench: Bench, source: str, cause: str, words: str) -> None:
        """papermill says exit code 0, or `completed`."""
        answer = bench.run("x = 1", source, "x = 2")
        assert answer.failure is not None
        assert (answer.status, answer.failure.cause, answer.failure.cell) == ("failed", cause, 2)
        assert words in answer.failure.message
        assert bench.statuses() == ["completed", "failed", "not_run"]

    def test_quit_in_the_last_cell(self, bench: Bench) -> None:
        """There is no later cell to find the kernel gone."""
        assert bench.run("exit()").status == "failed"

    def test_a_cell_that_takes_too_long(self, shop: Project) -> None:
        """It is interrupted, what it printed is kept, and what it started is gone."""
        source = (
            "import subprocess\nprint(subprocess.Popen(['sleep', '300']).pid, flush=True)\nwhile True: pass"
        )
        write_notebook(shop.root / "a.ipynb", source, "x = 2")
        with pytest.raises(Unavailable, match="longer than 2 s") as caught:
            run(shop, "a.ipynb", timeout=2)
        cell = _read(shop.root / str(caught.value).split("Open ")[1]).cells[0]
        assert [output.get("ename", "") for output in cell.outputs] == [
            "",
            "KeyboardInterrupt",
            "CellTimeout",
        ]
        assert _is_gone(int(cell.outputs[0].text))
        assert shop.tracker.run("@latest").status == "failed"

    def test_a_cell_that_will_not_stop(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """One that ignores the interrupt is killed."""
        from jupyter_mlops.pipelines import execution

        monkeypatch.setattr(execution, "_GRACE_S", 0.5)
        answer = bench.run(
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", timeout_s=1
        )
        assert answer.failure is not None
        assert answer.failure.cause == "timeout"
        assert psutil.Process().children(recursive=True) == []

    def test_cancelling(self, project: Project) -> None:
        """The cell is interrupted, the rest is not run."""
        mark = project.root / "mark"
        path = write_notebook(project.root / "a.ipynb", "open('mark', 'w')\nwhile True: pass", "x = 2")
        job = Job(document.read(path, path.name), project.root / "out.ipynb", 60.0)
        answer = PapermillRunner(project).run(job, lambda _: None, mark.exists)
        assert answer.status == "cancelled"
        assert [cell.status for cell in answer.cells] == ["failed", "not_run"]


class TestOutput:
    def test_a_flood_is_cut_and_marked(self, bench: Bench) -> None:
        """The run goes on, and the output says what is missing."""
        answer = bench.run("print('x' * 30_000_000)", "print('after')")
        flood, after = bench.texts()
        assert answer.status == "completed"
        assert "20.0 MB left out" in flood[-100:]
        assert after == "after\n"

    def test_secrets_in_tracebacks_are_masked(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the environment holds does not reach the file."""
        monkeypatch.setenv("SHOP_API_KEY", "correct-horse-battery")
        answer = bench.run("import os\nraise ValueError(os.environ['SHOP_API_KEY'])")
        assert answer.failure is not None
        assert "correct-horse" not in answer.failure.message + bench.output.read_text()


class TestRunnerProcess:
    def start(self, folder: Path) -> tuple[subprocess.Popen[str], Path]:
        """Run an endless notebook in a process of its own; return once the cell has started a grandchild."""
        mark = folder / "pids"
        source = (
            "import os, pathlib, subprocess\nchild = subprocess.Popen(['sleep', '300'])\n"
            f"pathlib.Path({str(mark)!r} + '~').write_text(f'{{os.getpid()}} {{child.pid}}')\n"
            f"os.replace({str(mark)!r} + '~', {str(mark)!r})\nwhile True: pass"
        )
        write_notebook(folder / "a.ipynb", source)
        code = (
            "from pathlib import Path\nfrom jupyter_mlops.core.project import Project\n"
            "from jupyter_mlops.pipelines import document\nfrom jupyter_mlops.pipelines.runner import Job\n"
            "from jupyter_mlops.pipelines.papermill import PapermillRunner\n"
            f"folder = Path({str(folder)!r})\n"
            "job = Job(document.read(folder / 'a.ipynb', 'a.ipynb'), folder / 'out' / 'a.ipynb', 60.0)\n"
            "PapermillRunner(Project(folder)).run(job, lambda _: None, lambda: False)\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, text=True, stderr=subprocess.PIPE
        ), mark

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
    def test_ending_the_runner_leaves_nothing_behind(self, project: Project, how: signal.Signals) -> None:
        """Neither kernel nor grandchild, by Ctrl-C or SIGKILL; the output is a valid notebook."""
        runner, mark = self.start(project.root)
        while not mark.exists():
            assert runner.poll() is None
            threading.Event().wait(0.05)
        processes = [psutil.Process(int(pid)) for pid in mark.read_text().split()]
        runner.send_signal(how)
        runner.communicate(timeout=30)
        _, alive = psutil.wait_procs(processes, timeout=5)
        assert alive == []
        status = _read(project.root / "out" / "a.ipynb").cells[0].metadata.papermill.status
        assert status in ({"failed"} if how == signal.SIGINT else {"pending", "running"})


class TestPlainPapermill:
    def test_our_engine_serves_it(self, project: Project) -> None:
        """Values are typed and cannot be code; a kernel that quits is an error."""
        from papermill import PapermillExecutionError, execute_notebook
        from papermill.engines import papermill_engines

        from jupyter_mlops.pipelines.papermill import ENGINE, Engine

        papermill_engines.register(ENGINE, Engine)
        path = write_notebook(project.root / "a.ipynb", "print(n)", "quit()", parameters="n: int = 1")
        output = project.root / "out.ipynb"
        with pytest.raises(PapermillExecutionError, match="ended the kernel"):
            execute_notebook(path, output, {"n": "3"}, engine_name=ENGINE, progress_bar=False)
        assert any("n = 3" in cell.source for cell in _read(output).cells)
        with pytest.raises(Invalid, match="unknown"):
            execute_notebook(path, output, {"unknown": 3}, engine_name=ENGINE, progress_bar=False)


def _read(path: Path) -> nbformat.NotebookNode:
    found = nbformat.read(path, as_version=4)
    nbformat.validate(found)
    return found


def _is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _date() -> object:
    from datetime import date

    return date(2026, 11, 1)
