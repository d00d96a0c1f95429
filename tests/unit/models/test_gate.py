"""A gate judges, moves nothing, and keeps what it found."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.models.gate import gate
from jupyter_mlops.models.gates.report import GateReport, GateReports
from jupyter_mlops.models.promote import promote
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Declare, Make

pytestmark = pytest.mark.usefixtures("holdout")
AUC = '{check = "metric", name = "roc_auc", at_least = 0.8}'
ACCURACY = '{check = "metric", name = "accuracy", at_least = 0.6}'


class TestVerdict:
    def test_passes_with_its_evidence(self, project: Project, make: Make, declare: Declare) -> None:
        """What is well is said too, with value, interval and rows."""
        declare(AUC)
        report = gate(project, make())
        assert isinstance(report, GateReport)
        assert (report.verdict, report.gate, report.data) == ("passed", "champion", "holdout@1")
        evidence = report.findings[0].evidence
        assert evidence.keys() == {"value", "interval", "n"}
        assert evidence["n"] == "600"

    def test_names_what_fails(self, project: Project, make: Make, declare: Declare) -> None:
        """The headline holds the first reason, and says how many more there are."""
        declare(AUC, ACCURACY)
        report = gate(project, make(is_poor=True))
        assert report.verdict == "failed"
        assert "roc_auc is 0." in report.headline
        assert "not at least 0.8, and 1 more" in report.headline

    def test_what_nobody_knows_never_passes(self, project: Project, make: Make, declare: Declare) -> None:
        """A check that cannot answer keeps the gate shut."""
        declare(AUC, '{check = "reproduced"}')
        report = gate(project, make())
        assert report.verdict == "unknown"
        assert report.unknown == {"reproduced": "nobody reproduced it"}
        assert any(row[0] == "? unknown" for row in report.card().rows)

    def test_without_a_gate_anything_passes_and_it_says_so(self, project: Project, make: Make) -> None:
        """Nobody takes silence for a test."""
        report = gate(project, make())
        assert report.is_well
        assert "no gate guards champion" in report.card().title

    def test_moves_nothing(
        self, project: Project, make: Make, declare: Declare, tracker: FakeTracker
    ) -> None:
        """Not the alias, and no tag."""
        declare(AUC)
        ref = make()
        tracker.calls.clear()
        gate(project, ref)
        assert not {"point", "tag"} & set(tracker.calls)

    def test_unnamed_data_is_no_pass(self, project: Project, make: Make, declare: Declare) -> None:
        """A data set that does not exist is a question left open, in one sentence."""
        declare(AUC, data="nowhere@latest")
        report = gate(project, make())
        assert report.verdict == "unknown"
        assert "nowhere" in report.unknown["metric: roc_auc"]


class TestKept:
    def test_a_report_is_found_again(self, project: Project, make: Make, declare: Declare) -> None:
        """By its digest, or as the latest."""
        declare(AUC)
        ref = make()
        report = gate(project, ref)
        assert isinstance(report, GateReport)
        assert gate(project, ref, report="latest") == report
        assert gate(project, ref, report=report.digest) == report

    def test_a_changed_report_is_noticed(
        self, project: Project, make: Make, declare: Declare, tracker: FakeTracker
    ) -> None:
        """The digest is that of what was written."""
        declare(AUC)
        ref = make(is_poor=True)
        report = gate(project, ref)
        run = tracker.run(tracker.resolve(ref).run or "")
        path = f"gates/{report.digest}.json"
        tracker.artifacts[run.id][path] = tracker.artifacts[run.id][path].replace(b'"error"', b'"info"')
        with pytest.raises(Conflict, match="changed after it was written"):
            gate(project, ref, report="latest")

    def test_an_unknown_digest(self, project: Project, make: Make) -> None:
        """One sentence, and how to judge."""
        with pytest.raises(NotFound, match="No report 'beef'"):
            gate(project, make(), report="beef")

    def test_the_ledger_has_the_verdict_and_the_digest(
        self, make: Make, declare: Declare, through, lines
    ) -> None:
        """The line leads to the report."""
        declare(AUC)
        report = through(gate, version=make())
        assert lines()[-1].reason == f"gate champion passed (1 checks, report {report.digest})"
        assert "snapshot:holdout@1" in lines()[-1].inputs


class TestMany:
    def test_a_pattern_answers_one_table(self, project: Project, make: Make, declare: Declare) -> None:
        """The newest version of each model, those that fail first."""
        declare(AUC)
        make(name="team-a")
        make(name="team-b", is_poor=True)
        make(name="other")
        answer = gate(project, "team-*")
        assert isinstance(answer, GateReports)
        assert [row[:2] for row in answer.card().rows] == [("failed", "team-b@1"), ("passed", "team-a@1")]
        assert not answer.is_well

    def test_an_alias_selects(self, project: Project, make: Make, declare: Declare) -> None:
        """Only models that have it."""
        make(name="team-a")
        make(name="team-b")
        promote(project, "team-b@1", "challenger")
        declare(AUC)
        answer = gate(project, "team-*@challenger")
        assert isinstance(answer, GateReports)
        assert [report.version for report in answer.reports] == ["team-b@1"]

    def test_nothing_fits(self, project: Project, make: Make) -> None:
        """A pattern that names nothing is an error."""
        make()
        with pytest.raises(NotFound, match="like 'team-"):
            gate(project, "team-*")


class TestNonsense:
    def test_alias_that_reads_as_a_version(self, project: Project, make: Make) -> None:
        """As everywhere."""
        with pytest.raises(Invalid, match="reads as a version"):
            gate(project, make(), "3")

    def test_missing_version(self, project: Project, make: Make) -> None:
        """The hint has those that exist."""
        make()
        with pytest.raises(NotFound, match="no version '9'"):
            gate(project, "churn@9")
