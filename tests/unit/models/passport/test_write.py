"""A passport tells all that is known of a version, in one file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_mlops.core import keys
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.models.passport.check import check
from jupyter_mlops.models.passport.form import encode
from jupyter_mlops.models.passport.write import passport, write_passport
from tests.fakes import FakeTracker
from tests.unit.models.conftest import add_version


class TestWrite:
    def test_the_file_holds_what_was_made(
        self, project: Project, churn: ModelVersion, tmp_path: Path
    ) -> None:
        """In the one spelling that counts."""
        made = write_passport(project, "churn@champion", tmp_path / "p.json")
        assert (tmp_path / "p.json").read_bytes() == encode(made.model_dump())
        assert (made.version, json.loads((tmp_path / "p.json").read_text())["version"]) == (
            "churn@1",
            "churn@1",
        )

    def test_it_has_every_part(self, project: Project, churn: ModelVersion) -> None:
        """What is not known is there, and says so."""
        parts = passport(project, "churn@1").parts
        assert parts["evaluation"] is None
        assert parts["vulnerabilities"]["status"] == "not checked"
        assert [item["ref"] for item in parts["snapshots"]] == ["customers@1"]
        assert parts["card.md"].startswith("---\n")

    def test_the_ledger_is_signed_to_its_end(self, project: Project, churn: ModelVersion) -> None:
        """Each line that made the version has its proof, the newest too."""
        lines = [json.loads(item["line"]) for item in passport(project, "churn@1").parts["ledger"]["lines"]]
        assert [line["verb"] for line in lines] == ["snapshot", "register", "promote"]

    def test_equal_evidence_makes_equal_files(self, project: Project, churn: ModelVersion) -> None:
        """At the same time, byte for byte."""
        assert passport(project, "churn@1") == passport(project, "churn@1")

    def test_a_file_is_never_overwritten(self, project: Project, churn: ModelVersion, tmp_path: Path) -> None:
        """Another name is asked for."""
        (tmp_path / "p.json").write_text("mine")
        with pytest.raises(Conflict):
            write_passport(project, "churn@1", tmp_path / "p.json")
        assert (tmp_path / "p.json").read_text() == "mine"

    def test_a_lost_key_signs_nothing(self, project: Project, churn: ModelVersion) -> None:
        """No new one takes its place unseen."""
        keys.path_of(project).unlink()
        with pytest.raises(NotFound, match="is gone"):
            passport(project, "churn@1")

    def test_a_version_of_which_little_is_known_has_one_too(
        self, project: Project, tracker: FakeTracker
    ) -> None:
        """Without a ledger there are no lines, and the gaps show."""
        add_version(tracker, "bare", 1)
        made = passport(project, "bare@1")
        found = check(encode(made.model_dump()))
        assert (found.is_well, found.lines) == (True, 0)
        assert made.parts["card"]["completeness"] < 0.3
