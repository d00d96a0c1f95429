"""A full disk: one sentence, nothing half-written, and work goes on once there is room."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.facade import Facade

ROWS = 20_000


def cli(root: Path, *words: str, room: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line where no file may grow beyond *room* bytes."""

    def limit() -> None:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "jupyter_mlops", *words]
    return subprocess.run(
        command,
        check=False,
        cwd=root,
        env=os.environ | {"MPLBACKEND": "agg"},
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a table of some size and a script."""
    Project.create(tmp_path)
    lines = (f"{number},{number * 7919 % 10007}" for number in range(ROWS))
    (tmp_path / "c.csv").write_text("a,b\n" + "\n".join(lines))
    (tmp_path / "t.py").write_text(
        "from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])\n"
    )
    return tmp_path


class TestFullDisk:
    @pytest.mark.parametrize(
        ("words", "room"),
        [
            (("init",), 10_000),
            (("snapshot", "c.csv", "customers"), 10_000),
            (("snapshot", "c.csv", "customers"), 40_000),
            (("record", "t.py", "line"), 200_000),
        ],
    )
    def test_it_is_one_sentence_and_mends_itself(self, root: Path, words: tuple[str, ...], room: int) -> None:
        """Exit code 6 and no trace; the same line works when there is room, and the ledger is whole."""
        failed = cli(root, *words, room=room)
        assert failed.returncode == 6, failed.stdout + failed.stderr
        assert failed.stderr.startswith("Unavailable: ")
        assert len(failed.stderr.splitlines()) <= 2
        done = cli(root, *words)
        assert done.returncode == 0, done.stderr
        assert Facade(root).audit(verify=True).is_verified  # type: ignore[attr-defined]
        assert Facade(root).datasets().total == (words[0] == "snapshot")  # type: ignore[attr-defined]
