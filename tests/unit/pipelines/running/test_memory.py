from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.pipelines.running import memory
from jupyter_mlops.pipelines.running.memory import MemoryLimit, descendants

HOLDER = "x = bytearray({})\nprint('ready', flush=True)\nimport sys; sys.stdin.read()"


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    """A process that has started another, which holds 100 MB."""
    inner = HOLDER.format(100 << 20)
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {inner!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.communicate()


@pytest.fixture
def _no_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_control_group", lambda _: None)


class TestLimit:
    @pytest.mark.usefixtures("_no_group")
    @pytest.mark.parametrize(("limit_mb", "is_exceeded"), [(100, True), (2000, False)])
    def test_children_count(self, holder: subprocess.Popen[str], limit_mb: int, is_exceeded: bool) -> None:
        """With what they use together; the sentence tells both figures."""
        limit = MemoryLimit(limit_mb)
        assert limit.is_exceeded(descendants(holder.pid)) is is_exceeded
        assert limit.peak > 100 << 20
        assert str(limit).endswith(f"its limit is {limit_mb:,} MB.")

    @pytest.mark.usefixtures("_no_group")
    def test_the_gone_take_nothing(self) -> None:
        """A process may end while it is measured."""
        assert not MemoryLimit(1).is_exceeded([2**22 - 1])

    @pytest.mark.skipif(sys.platform != "linux", reason="Forks share memory on Linux")
    @pytest.mark.usefixtures("_no_group")
    def test_what_forks_share_counts_once(self) -> None:
        """Else eight workers on one table would be eight tables."""
        program = (
            "import os\nx = bytearray(100 << 20)\nfor _ in range(3):\n    if os.fork() == 0: break\n"
            "else:\n    print('ready', flush=True)\nimport sys; sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert not MemoryLimit(250).is_exceeded(descendants(process.pid))
            process.communicate()


class TestControlGroup:
    @pytest.fixture
    def group(self) -> Iterator[Path]:
        limit = MemoryLimit(60)
        if limit.group is None:
            pytest.skip("no control group may be made here")
        yield limit.group
        limit.remove()
        assert not limit.group.exists()

    def test_the_system_holds_them_to_it(self, group: Path) -> None:
        """Exactly, and tells."""
        program = (
            f"import os\nopen('{group}/cgroup.procs', 'w').write(str(os.getpid()))\nx = bytearray(200 << 20)"
        )
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
        assert memory.kills_in(group) == 1

    def test_a_folder_is_no_group(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Where none are mounted nothing is made."""
        monkeypatch.setattr(memory, "_CGROUP", tmp_path)
        assert memory._control_group(1) is None
        assert list(tmp_path.iterdir()) == []


def test_counting_kills_never_fails() -> None:
    """Where the system does not tell, there were none."""
    assert memory.out_of_memory_kills() >= 0
    assert descendants(os.getpid())[0] == os.getpid()
