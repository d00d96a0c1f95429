from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from jupyter_mlops.pipelines.process import ProcessGroup, describe_exit, out_of_memory_kills

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
_RUNNER = """
import subprocess, sys
from jupyter_mlops.pipelines.process import ProcessGroup
leader = subprocess.Popen(["/bin/sh", "-c", "sleep 300 & echo $!; wait"], stdout=subprocess.PIPE, start_new_session=True)
group = ProcessGroup(leader.pid)
print(leader.pid, leader.stdout.readline().decode().strip(), flush=True)
sys.stdin.read()
"""


def start() -> tuple[subprocess.Popen[bytes], psutil.Process]:
    leader = subprocess.Popen(
        ["/bin/sh", "-c", "sleep 300 & echo $!; wait"], stdout=subprocess.PIPE, start_new_session=True
    )
    assert leader.stdout is not None
    return leader, psutil.Process(int(leader.stdout.readline()))


class TestProcessGroup:
    def test_the_end_takes_grandchildren_along(self) -> None:
        """What the kernel started goes with it."""
        leader, grandchild = start()
        ProcessGroup(leader.pid).end()
        leader.communicate()
        grandchild.wait(5)
        assert not grandchild.is_running()

    def test_killing_the_runner_takes_them_too(self) -> None:
        """SIGKILL leaves the runner no time; the reaper does it."""
        runner = subprocess.Popen(
            [sys.executable, "-c", _RUNNER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        assert runner.stdout is not None
        processes = [psutil.Process(int(pid)) for pid in runner.stdout.readline().split()]
        runner.kill()
        runner.communicate()
        _, alive = psutil.wait_procs(processes, timeout=5)
        assert alive == []

    def test_ending_twice(self) -> None:
        """The second time there is nothing left to do."""
        leader, _ = start()
        group = ProcessGroup(leader.pid)
        group.end()
        group.end()
        leader.communicate()


class TestExit:
    @pytest.mark.parametrize(
        ("code", "shown"),
        [(0, "exit code 0"), (-9, "signal SIGKILL"), (-200, "signal 200"), (None, "cause unknown")],
    )
    def test_words(self, code: int | None, shown: str) -> None:
        """A signal has its name."""
        assert describe_exit(code) == shown

    def test_counting_kills_never_fails(self) -> None:
        """Where the system does not tell, there were none."""
        assert out_of_memory_kills() >= 0
