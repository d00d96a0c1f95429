"""doctor: looks at everything, says how to mend it, and never falls ill."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from jupyter_mlops.core import keys
from jupyter_mlops.core.project import Project
from jupyter_mlops.project.doctor import Diagnosis, doctor
from tests.unit.governance.ledgers import write


def diagnoses(project: Project) -> dict[str, Diagnosis]:
    return {item.subject: item for item in doctor(project).items}


class TestDoctor:
    def test_a_sound_project_is_well(self, project: Project) -> None:
        """Each part that we bring is in order."""
        found = diagnoses(project)
        assert {found[name].state for name in ("project", "ledger", "calls", "tracker", "settings")} == {"ok"}

    def test_a_tracker_that_is_down_is_named_with_the_way_out(self, project: Project) -> None:
        """What does not answer is a diagnosis, not an error."""
        project.tracker.is_down = True  # type: ignore[attr-defined]
        tracker = diagnoses(project)["tracker"]
        assert tracker.state == "failed"
        assert tracker.remedy

    def test_a_ledger_that_was_changed_is_named(self, project: Project) -> None:
        """Tampering is seen by whoever asks the doctor."""
        with project.store.write() as connection:
            connection.execute(text("INSERT INTO ledger_head VALUES (1, 5, 'x')"))
        assert diagnoses(project)["ledger"].state == "failed"

    def test_a_folder_that_is_no_project_is_not_made_one(self, tmp_path: Path) -> None:
        """Looking changes nothing."""
        assert diagnoses(Project(tmp_path))["project"].remedy == "%mlops init"
        assert list(tmp_path.iterdir()) == []

    def test_settings_that_are_wrong_are_named(self, project: Project) -> None:
        """A broken pyproject.toml does not keep the doctor from the rest."""
        (project.root / "pyproject.toml").write_text("[tool.jupyter-mlops]\ncolour = 1\n")
        found = diagnoses(project)
        assert found["settings"].state == "failed"
        assert "colour" in found["settings"].found
        assert found["disk"].state == "ok"

    def test_a_key_that_others_can_read_is_named(self, project: Project) -> None:
        """With the command that mends it."""
        keys.make(project)
        assert diagnoses(project)["key"].state == "ok"
        keys.path_of(project).chmod(0o644)
        assert "chmod 600" in diagnoses(project)["key"].remedy

    def test_a_ledger_that_nobody_signs_is_a_warning(self, project: Project) -> None:
        """Not a failure: it is as it was written, as far as one can tell."""
        (project.root / "pyproject.toml").write_text("[tool.jupyter-mlops]\ncheckpoint_key = 'env:GONE'\n")
        write(project, 1)
        assert diagnoses(project)["ledger"].state == "warning"
        assert diagnoses(project)["key"].state == "failed"
