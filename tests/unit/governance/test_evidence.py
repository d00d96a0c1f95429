"""evidence: how well the ledger is protected, at a glance."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_mlops.core import copies
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.evidence import Evidence, evidence
from tests.unit.governance import ledgers
from tests.unit.governance.conftest import set_up
from tests.unit.governance.ledgers import write


class TestReach:
    def test_from_nothing_to_local_to_copied(self, project: Project) -> None:
        """No more is claimed than there is."""
        assert evidence(project) == Evidence("nothing to protect yet")
        write(project, 1)
        assert evidence(project) == Evidence("local only")
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        later = Project(project.root, clock=project.clock)
        write(later, 100)
        assert evidence(later) == Evidence("copied to ../elsewhere (line 101)")

    def test_it_says_where_a_restore_shows_late_or_never(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bucket is looked at when the next copy goes there; a mailbox by nobody."""
        places = (copies.Copy("s3://audit/shop", 101), copies.Copy("smtp://mail/a@b", 101))
        write(project, 1)
        monkeypatch.setattr(copies, "standing", lambda _: places)
        said = "s3://audit/shop (line 101; looked at with each copy), smtp://mail/a@b (line 101; it cannot be read back)"
        assert evidence(project).reach == f"copied to {said}"

    def test_nothing_signed_is_said(self, project: Project) -> None:
        """And after a hundred lines it is a warning."""
        set_up(project, "checkpoint_key = 'env:GONE'")
        write(project, 101)
        found = evidence(project)
        assert found.reach == "none, nothing is signed"
        assert "The last 101 lines are not signed" in found.warnings[0]


class TestWarnings:
    def test_a_restored_backup_is_noticed(self, project: Project, tmp_path: Path) -> None:
        """Whoever looks at the status sees it, though nobody asked for a proof."""
        write(project, 50)
        ledgers.back_up(project, tmp_path / "backup")
        write(project, 60)
        assert evidence(project).warnings == ()
        ledgers.restore(project, tmp_path / "backup", "mlops.db")
        assert "old backup was restored" in evidence(project).warnings[0]

    def test_a_folder_restored_whole_is_noticed_by_a_copy_elsewhere(
        self, project: Project, tmp_path: Path
    ) -> None:
        """The checkpoint beside the store is as old as the store; the copy is not."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        later = Project(project.root, clock=project.clock)
        write(later, 50)
        ledgers.back_up(later, tmp_path / "backup")
        write(later, 60)
        assert evidence(later).warnings == ()
        ledgers.restore(later, tmp_path / "backup")
        said = (
            "../elsewhere signs 101 lines, and the ledger ends at 50: its end was cut off, or an old backup"
        )
        assert evidence(later).warnings == (f"{said} was restored.",)

    def test_it_is_noticed_when_the_ledger_has_grown_again(self, project: Project, tmp_path: Path) -> None:
        """The copy knows a checkpoint that the store does not."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        later = Project(project.root, clock=project.clock)
        write(later, 50)
        ledgers.back_up(later, tmp_path / "backup")
        write(later, 60)
        ledgers.restore(later, tmp_path / "backup")
        write(later, 160)
        first, *_, last = evidence(later).warnings
        assert first.startswith(
            "../elsewhere signs 101 lines, which the store knows nothing of: an old backup"
        )
        assert "holds a checkpoint of 101 lines that this store lacks" in last

    def test_another_ledger_in_its_place_is_noticed(self, project: Project) -> None:
        """One made anew has another first line."""
        set_up(project, "checkpoint_copy = ['../elsewhere']")
        later = Project(project.root, clock=project.clock)
        write(later, 1)
        ledgers.rewrite_from_one(later)
        assert "../elsewhere speaks of another ledger" in evidence(later).warnings[0]

    def test_a_copy_that_failed_is_named(self, project: Project) -> None:
        """With the reason."""
        set_up(project, "checkpoint_copy = ['nowhere://x']")
        write(project, 1)
        assert "nowhere" in evidence(project).warnings[0]
