"""What the pages on approvals, the ledger and lineage say to type does what they say."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from jupyter_mlops.core import checkpoint, ledger
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.faces.cli import main
from jupyter_mlops.governance import approval
from jupyter_mlops.governance.request import request
from tests.docs.pages import blocks, lines
from tests.fakes import FakeTracker
from tests.unit.governance.conftest import add_version
from tests.unit.governance.ledgers import entry


class TestApprovals:
    def test_the_book_is_asked_as_the_page_asks_it(
        self, project: Project, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A granted approval is named, and spent."""
        tracker = project.tracker
        assert isinstance(tracker, FakeTracker)
        for number in (1, 2, 3):
            add_version(tracker, "churn", number)
        asked = request(project.acting(Actor("bo", "os")), "churn@3")
        with project.store.write() as connection:
            approval.settle(connection, asked.ref, "approved", now=project.clock.now())
        source = blocks("docs/how-to/approvals.md", "python")[0]
        exec(source, {"project": project})
        assert asked.ref in capsys.readouterr().out
        exec(source, {"project": project})
        assert capsys.readouterr().out == ""


class TestLedger:
    def test_a_line_is_proven_and_taken_along(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """As the page's lines say it, one after the other."""
        project = Project.open(here)
        with project.store.write() as connection:
            for _ in range(17):
                ledger.append(connection, entry(project, "promote"))
            checkpoint.when_due(project, connection)
        prove, check, *exports = lines("docs/concepts/ledger.md", "shell")
        assert main(shlex.split(prove)[2:]) == 0
        (here / "proof.json").write_text(capsys.readouterr().out)
        assert json.loads((here / "proof.json").read_text())["proof"]["seq"] == 17
        for line in (check, *exports):
            assert main(shlex.split(line)[2:]) == 0, line
        assert len((here / "ledger.jsonl").read_text().splitlines()) == 17


class TestLineage:
    def test_every_line_answers(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file, its snapshot, and what the page asks of them."""
        Path("customers.csv").write_text("age\n31\n")
        assert main(["snapshot", "customers.csv", "customers"]) == 0
        for line in list(lines("docs/concepts/lineage.md", "shell"))[1:]:  # no model here
            assert main(shlex.split(line)[2:]) == 0, line
        assert "→ customers@1" in capsys.readouterr().out
