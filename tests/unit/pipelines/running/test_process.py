from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_mlops.pipelines.running.process import ProcessTree, describe_exit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="What escapes is caught on Linux only")
ROOT = Path(__file__).parents[3]
# A daemon leaves its parent's session and is nobody's child.
DAEMON = (
    "import os, sys, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        open(sys.argv[1], 'w').write(str(os.getpid()))\n        time.sleep(300)\n    os._exit(0)\n"
)
LEADER = f"{DAEMON}time.sleep(300)"
RUNNER = """
import subprocess, sys
from jupyter_mlops.pipelines.running.process import ProcessTree
tree = ProcessTree()
leader = subprocess.Popen([*tree.prefix, *sys.argv[1:]], pass_fds=tree.inherited, start_new_session=True)
tree.started(leader.pid)
print(leader.pid, flush=True)
sys.stdin.read()
"""
Start = Callable[..., tuple[ProcessTree, "subprocess.Popen[bytes]"]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> tuple[ProcessTree, subprocess.Popen[bytes]]:
        tree = ProcessTree()
        leader = subprocess.Popen([*tree.prefix, *command], pass_fds=tree.inherited, start_new_session=True)
        tree.started(leader.pid)
        started.append(leader)
        return tree, leader

    yield start
    for leader in started:
        leader.terminate()
        leader.wait(10)


def daemon(mark: Path) -> psutil.Process:
    deadline = time.monotonic() + 20
    while not (mark.exists() and mark.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return psutil.Process(int(mark.read_text()))


def is_gone(process: psutil.Process) -> bool:
    return psutil.wait_procs([process], timeout=10)[1] == []


class TestEnd:
    def test_nothing_escapes(self, start: Start, tmp_path: Path) -> None:
        """Not even what has left the session and its parent."""
        tree, leader = start(sys.executable, "-c", LEADER, str(tmp_path / "pid"))
        escaped = daemon(tmp_path / "pid")
        assert escaped.pid in tree.pids()
        tree.end()
        assert is_gone(escaped)
        assert leader.wait(10) == -9

    def test_killing(self, start: Start) -> None:
        """At once; more than once does no harm."""
        tree, leader = start("/bin/sleep", "300")
        tree.kill()
        tree.kill()
        assert leader.wait(10) == -9
        tree.end()

    def test_killing_the_runner(self, tmp_path: Path) -> None:
        """SIGKILL leaves it no time; the supervisor hears the silence."""
        command = [sys.executable, "-c", RUNNER, sys.executable, "-c", LEADER, str(tmp_path / "pid")]
        runner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        assert runner.stdout is not None
        processes = [psutil.Process(int(runner.stdout.readline())), daemon(tmp_path / "pid")]
        runner.kill()
        runner.communicate()
        assert psutil.wait_procs(processes, timeout=10)[1] == []

    def test_what_is_left_goes_with_the_kernel(self, start: Start, tmp_path: Path) -> None:
        """When it ends by itself."""
        waiting = "while not os.path.exists(sys.argv[1]) or not open(sys.argv[1]).read(): time.sleep(0.01)\nsys.exit(3)"
        _, leader = start(sys.executable, "-c", f"{DAEMON}{waiting}", str(tmp_path / "pid"))
        assert leader.wait(20) == 3
        assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))

    @pytest.mark.parametrize(
        ("command", "code"),
        [(("/bin/sh", "-c", "kill -SEGV $$"), -11), (("/bin/sh", "-c", "exit 7"), 7), (("/no/such",), 127)],
    )
    def test_it_ends_as_the_kernel_ended(self, start: Start, command: tuple[str, ...], code: int) -> None:
        """By the same signal, or with the same code."""
        assert start(*command)[1].wait(10) == code


class TestSignals:
    def test_an_interrupt_reaches_the_kernel(self, start: Start) -> None:
        """And not its supervisor."""
        program = "import time\ntry:\n    print('ready', flush=True); time.sleep(60)\nexcept KeyboardInterrupt:\n    exit(5)"
        tree = ProcessTree()
        leader = subprocess.Popen(
            [*tree.prefix, sys.executable, "-c", program],
            pass_fds=tree.inherited,
            start_new_session=True,
            stdout=subprocess.PIPE,
        )
        tree.started(leader.pid)
        assert leader.stdout is not None
        leader.stdout.readline()
        leader.send_signal(2)
        assert leader.wait(10) == 5
        leader.stdout.close()
        tree.end()


class TestKeep:
    def test_for_so_long(self, start: Start, tmp_path: Path) -> None:
        """Whatever becomes of the runner; then its files are gone too."""
        file = tmp_path / "connection.json"
        file.write_text("{}")
        tree, leader = start("/bin/sleep", "300")
        assert tree.keep(0.5, [file])
        tree.end()
        with pytest.raises(subprocess.TimeoutExpired):
            leader.wait(0.2)
        leader.wait(10)
        assert not file.exists()

    def test_no_longer_than_the_kernel_lives(self, start: Start, tmp_path: Path) -> None:
        """It may quit."""
        tree, leader = start("/bin/sleep", "0.2")
        tree.keep(300, [tmp_path / "none"])
        assert leader.wait(10) == 0

    def test_until_somebody_ends_it(self, start: Start, tmp_path: Path) -> None:
        """By SIGTERM to the supervisor."""
        tree, leader = start(sys.executable, "-c", LEADER, str(tmp_path / "pid"))
        escaped = daemon(tmp_path / "pid")
        tree.keep(300, [])
        leader.terminate()
        assert leader.wait(10) == -9
        assert is_gone(escaped)


class TestExit:
    @pytest.mark.parametrize(
        ("code", "shown"),
        [(0, "exit code 0"), (-9, "signal SIGKILL"), (-200, "signal 200"), (None, "cause unknown")],
    )
    def test_words(self, code: int | None, shown: str) -> None:
        """A signal has its name."""
        assert describe_exit(code) == shown


class TestWork:
    def test_what_sleeps_does_not_work(self, start: Start) -> None:
        """Once it has begun to."""
        tree, _ = start("sleep", "300")
        deadline = time.monotonic() + 20
        while (is_at_work := tree.is_at_work()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not is_at_work

    def test_what_computes_works(self, start: Start) -> None:
        """However slow the machine is: it runs, or wants to."""
        tree, _ = start(sys.executable, "-ISc", "while True: pass")
        assert all(tree.is_at_work() for _ in range(3))

    def test_what_runs_elsewhere_is_believed_to(self) -> None:
        """Nobody here can see it."""
        tree = ProcessTree()
        tree.end()
        assert tree.is_at_work()
