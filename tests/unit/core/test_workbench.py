"""What is exported is whole or not there, and what a killed export left goes with the next one."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from jupyter_mlops.core.exporter import Destination
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.workbench import put_aside, workbench

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills a process of its own")


def killed(place: Path, replaced: Path | None = None) -> Path:
    """Leave what a process leaves that is killed at its workbench, as if a while ago; return it."""
    child = os.fork()
    if not child:
        with workbench(place) as bench:
            (bench / "it").write_text("half")
            if replaced is not None:
                put_aside(bench, replaced)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = place.glob(".*")
    os.utime(left, (0, 0))
    return left


class TestWorkbench:
    def test_the_next_one_sweeps_what_a_killed_one_left(self, tmp_path: Path) -> None:
        """Whatever either of them makes."""
        left = killed(tmp_path)
        assert (left / "it").exists()
        with workbench(tmp_path):
            assert not left.exists()
        assert list(tmp_path.iterdir()) == []

    def test_nobody_sweeps_what_is_in_use(self, tmp_path: Path) -> None:
        """However long it takes."""
        with workbench(tmp_path) as mine:
            os.utime(mine, (0, 0))
            with workbench(tmp_path) as other:
                assert mine.exists()
                assert other != mine

    def test_nor_what_is_young(self, tmp_path: Path) -> None:
        """Its maker may be about to lock it."""
        os.utime(killed(tmp_path))
        with workbench(tmp_path):
            assert len(list(tmp_path.iterdir())) == 2

    def test_a_folder_put_aside_comes_back(self, tmp_path: Path) -> None:
        """Killed between two renames, an export has lost nothing."""
        table = tmp_path / "table.delta"
        table.mkdir()
        killed(tmp_path, table)
        assert not table.exists()
        with workbench(tmp_path):
            assert table.exists()

    def test_a_folder_is_replaced_whole(self, project: Project) -> None:
        """And nothing else is left in its place."""
        for content, is_again in (("old", False), ("new", True)):
            with Destination(project, "out/it", is_again).place("it", is_folder=True) as placed:
                placed.path.mkdir()
                (placed.path / content).touch()
        assert [path.name for path in (project.root / "out").rglob("*")] == ["it", "new"]
