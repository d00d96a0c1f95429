"""`export` writes a version's passport, bill of materials and card."""

from __future__ import annotations

import hashlib
import json

from jupyter_mlops.core import copies
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.project.export import export
from jupyter_mlops.project.verify import verify
from tests.unit.models.conftest import Enter


class TestExport:
    def test_a_passport_is_written_and_holds(
        self, project: Project, churn: ModelVersion, through: Enter
    ) -> None:
        """Through the door, which signs the ledger in the same transaction."""
        made = through(export, ref="churn@champion", to="passport")
        assert made.path == "churn-1.passport.json"
        content = (project.root / made.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == made.digest
        found = verify(project, made.path, key=made.notes[0].removeprefix("Its key: "))
        assert found.passport is not None
        assert (found.passport.flaws, found.passport.is_pinned) == ((), True)

    def test_the_lines_up_to_the_export_are_signed(
        self, churn: ModelVersion, through: Enter, project
    ) -> None:
        """And the checkpoint is copied to where settings say."""
        made = through(export, ref="churn@1", to="passport")
        parts = json.loads((project.root / made.path).read_bytes())["parts"]
        size = int(parts["ledger"]["checkpoint"].splitlines()[1])
        assert size >= max(item["seq"] for item in parts["ledger"]["lines"])
        assert [copy.reason for copy in copies.standing(project)] == []

    def test_a_bill_of_materials_is_written(self, project: Project, churn, through: Enter) -> None:
        """As a file of its own, for tools that read nothing else."""
        made = through(export, ref="model:churn@1", to="sbom", path="bom.json")
        assert json.loads((project.root / made.path).read_bytes())["bomFormat"] == "CycloneDX"

    def test_a_card_is_written(self, project: Project, churn, through: Enter) -> None:
        """As model hubs want it."""
        made = through(export, ref="churn@1", to="card", path="README.md")
        assert (project.root / "README.md").read_text().startswith("---\nlibrary_name:")
        assert "complete" in made.what
