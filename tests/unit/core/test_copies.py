"""copies: where they are, how far, and what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import fsspec
import pytest

from jupyter_mlops.core import copies, destinations
from jupyter_mlops.core.copies import Copy
from jupyter_mlops.core.project import Project
from tests.fakes import FakeClock
from tests.unit.governance.conftest import set_up
from tests.unit.governance.ledgers import back_up, restore, write


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestPublish:
    def test_each_checkpoint_becomes_a_file(self, project: Project, tmp_path: Path) -> None:
        """As it is taken, without anybody's doing."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        write(project, 101)
        assert names(tmp_path / "elsewhere") == ["checkpoint-000000000001.txt", "checkpoint-000000000101.txt"]
        (copy,) = copies.standing(project)
        assert (copy.destination, copy.size, copy.reason) == ("../elsewhere", 101, "")

    def test_what_is_no_text_in_a_place_fails_no_call(self, project: Project, tmp_path: Path) -> None:
        """It is said, as all that goes wrong."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "checkpoint-9.txt").write_bytes(b"\xff")
        write(project, 1)
        assert "cannot be read" in copies.standing(project)[0].reason

    def test_what_could_not_be_copied_is_said_and_tried_again(self, project: Project, tmp_path: Path) -> None:
        """A place that is away loses nothing."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        (tmp_path / "elsewhere").write_text("in the way")
        write(project, 1)
        (copy,) = copies.standing(project)
        assert copy.size == 0
        assert copy.reason
        (tmp_path / "elsewhere").unlink()
        write(project, 100)
        assert names(tmp_path / "elsewhere") == ["checkpoint-000000000001.txt", "checkpoint-000000000101.txt"]
        assert copies.standing(project)[0].reason == ""

    def test_a_new_place_gets_the_newest(self, project: Project, tmp_path: Path) -> None:
        """Each says all that those before it say."""
        write(project, 1)
        for _ in range(12):
            write(project, 100)
        set_up(project, "checkpoint_copy = ['../late']")
        later = Project(project.root, clock=project.clock)
        assert copies.standing(later) == [Copy("../late")]
        copies.publish(later)
        assert len(names(tmp_path / "late")) == 10
        assert copies.standing(later)[0].size == 1201

    def test_one_place_that_is_away_does_not_keep_others_waiting(
        self, project: Project, tmp_path: Path
    ) -> None:
        """Each goes its own way, and a password in its name is not shown."""
        set_up(project, "checkpoint_copy = ['nowhere://ada:pw@x', '../elsewhere']")
        write(project, 1)
        away, here = copies.standing(project)
        assert (away.destination, away.size, here.size) == ("nowhere://ada:***@x", 0, 1)

    @pytest.mark.parametrize("place", ["../elsewhere", "memory://bucket/shop"])
    def test_a_place_that_knows_more_than_the_store_gets_nothing(
        self, project: Project, tmp_path: Path, place: str
    ) -> None:
        """A backup was restored: it shows with the next checkpoint, and goes on to show when the ledger has grown."""
        set_up(project, f"checkpoint_copy = ['{place}']")
        write(project, 50)
        back_up(project, tmp_path / "backup")
        write(project, 60)
        restore(project, tmp_path / "backup")
        for _ in range(2):
            write(project, 70)
            (copy,) = copies.standing(project)
            assert "holds a checkpoint of 101 lines that this store lacks" in copy.reason
        assert len(destinations.read(project, place)) == 2
        fsspec.filesystem("memory").store.clear()


class TestKeepUp:
    def test_a_quiet_ledger_is_signed_and_copied_by_whoever_looks(
        self, project: Project, tmp_path: Path
    ) -> None:
        """After ten minutes, though nobody writes; and only once."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        write(project, 5)
        copies.keep_up(project)
        assert len(names(tmp_path / "elsewhere")) == 1
        cast(FakeClock, project.clock).advance(600)
        for _ in range(2):
            copies.keep_up(project)
        assert names(tmp_path / "elsewhere")[1:] == ["checkpoint-000000000005.txt"]

    def test_it_makes_up_for_a_copy_that_failed(self, project: Project, tmp_path: Path) -> None:
        """As soon as the place is back."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        (tmp_path / "elsewhere").write_text("in the way")
        write(project, 1)
        (tmp_path / "elsewhere").unlink()
        copies.keep_up(project)
        assert copies.standing(project)[0].size == 1
