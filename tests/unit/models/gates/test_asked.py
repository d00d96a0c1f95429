"""Checks asked in a line, and written where they are reviewed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import pytest

from jupyter_mlops.core.errors import Invalid, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.models.gate import gate
from jupyter_mlops.models.gates.asked import table_of
from jupyter_mlops.models.gates.report import GateReport
from jupyter_mlops.models.history import judged
from tests.unit.models.conftest import Declare, Make

pytestmark = pytest.mark.usefixtures("holdout")
AUC = '{check = "metric", name = "roc_auc", at_least = 0.8}'
ON = {"data": "holdout@1", "target": "left"}


def gates(project: Project) -> Mapping[str, Mapping[str, object]]:
    found = tomllib.loads((project.root / "pyproject.toml").read_text())["tool"]["jupyter-mlops"]["gates"]
    return dict(found)


class TestLine:
    @pytest.mark.parametrize(
        ("line", "table"),
        [
            ("accuracy >= 0.9", {"check": "metric", "name": "accuracy", "at_least": 0.9}),
            ("rmse<=2", {"check": "metric", "name": "rmse", "at_most": 2.0}),
            ("ndcg@10 >= 0.5", {"check": "metric", "name": "ndcg@10", "at_least": 0.5}),
            (
                "f1 >= 0.5 confident",
                {"check": "metric", "name": "f1", "at_least": 0.5, "confident": True},
            ),
            ("signed", {"check": "signed"}),
            ("fairness by=sex,age at_most=0.1", {"check": "fairness", "by": ["sex", "age"], "at_most": 0.1}),
        ],
    )
    def test_it_stands_for_a_table(self, line: str, table: dict[str, object]) -> None:
        """As settings would write it."""
        assert table_of(line) == table

    @pytest.mark.parametrize("line", ["", "accuracy > 0.9", "accuracy >= much", "fairness sex", "'"])
    def test_what_asks_nothing_is_refused(self, line: str) -> None:
        """One sentence, with the line in it."""
        with pytest.raises(Invalid, match=r"asks nothing|is no number"):
            table_of(line)


class TestAsked:
    def test_without_a_gate_it_is_the_gate(self, project: Project, make: Make) -> None:
        """Judged on the data that the call names."""
        report = gate(project, make(), require=("accuracy >= 0.6",), **ON)
        assert isinstance(report, GateReport)
        assert (report.verdict, report.checks, report.gate) == ("passed", ("metric: accuracy",), "")
        assert report.asked == ("accuracy >= 0.6", "on holdout@1", "target left")

    def test_over_a_gate_it_is_asked_too(self, project: Project, make: Make, declare: Declare) -> None:
        """Of the same question the call's limit counts."""
        declare(AUC)
        report = gate(project, make(), require=("roc_auc >= 0.999", "signed"))
        assert isinstance(report, GateReport)
        assert report.checks == ("metric: roc_auc", "signed")
        assert "not at least 0.999" in report.headline

    def test_it_is_not_the_latest_report(self, project: Project, make: Make, declare: Declare) -> None:
        """Whoever reads what the gate last said is not told what somebody tried."""
        declare(AUC)
        kept = gate(project, make())
        gate(project, "churn@1", require=("roc_auc >= 0.1",))
        latest = gate(project, "churn@1", report="latest")
        assert isinstance(kept, GateReport)
        assert isinstance(latest, GateReport)
        assert latest.digest == kept.digest

    def test_it_is_no_verdict_of_the_gate(
        self, project: Project, make: Make, declare: Declare, through
    ) -> None:
        """Whoever filters models by what their gate said is not misled."""
        declare(AUC)
        through(gate, version=make(), require=("roc_auc >= 0.999",))
        assert judged(project) == {}

    def test_a_wrong_check_is_named(self, project: Project, make: Make) -> None:
        """With the line that holds it."""
        with pytest.raises(Invalid, match=r"'latency' \(latency\) needs p95_ms"):
            gate(project, make(), require=("latency",))


class TestWrite:
    def test_it_is_shown_before_it_is_written(self, project: Project, make: Make) -> None:
        """As a difference of the file."""
        report = gate(project, make(), require=("accuracy >= 0.6",), **ON)
        assert isinstance(report, GateReport)
        assert not (project.root / "pyproject.toml").exists()
        assert '+    {check = "metric", name = "accuracy", at_least = 0.6},' in str(report)

    def test_written_it_guards_the_alias_of_that_model(self, project: Project, make: Make) -> None:
        """Where no gate did, one of its own."""
        gate(project, make(), require=("accuracy >= 0.6",), write=True, **ON)
        assert gates(project) == {
            "churn@champion": {
                "data": "holdout@1",
                "target": "left",
                "checks": [{"check": "metric", "name": "accuracy", "at_least": 0.6}],
            }
        }
        again = gate(project.renewed(), "churn@1")
        assert isinstance(again, GateReport)
        assert (again.gate, again.verdict) == ("churn@champion", "passed")

    def test_what_the_file_says_else_stays(self, project: Project, make: Make, declare: Declare) -> None:
        """Comments too; a check of the same question is replaced."""
        declare(AUC, '{check = "signed"}', approvals=2, more="# two people\n[tool.other]\na = 1 # one\n")
        gate(project, make(), require=("roc_auc >= 0.9",), write=True)
        text = (project.root / "pyproject.toml").read_text()
        assert "# two people" in text
        assert "a = 1 # one" in text
        (found,) = gates(project).values()
        assert found["approvals"] == 2
        assert found["checks"] == [
            {"check": "signed"},
            {"check": "metric", "name": "roc_auc", "at_least": 0.9},
        ]

    def test_only_an_admin_writes(self, project: Project, make: Make, declare: Declare) -> None:
        """Whoever is judged does not set the bar."""
        declare(AUC, more='[tool.jupyter-mlops]\ndefault_role = "contributor"\n')
        before = (project.root / "pyproject.toml").read_text()
        with pytest.raises(Refused, match="is contributor, and only an admin may change a gate"):
            gate(project, make(), require=("roc_auc >= 0.1",), write=True)
        assert (project.root / "pyproject.toml").read_text() == before

    def test_nothing_is_not_declared(self, project: Project, make: Make) -> None:
        """Nor is a pattern's."""
        with pytest.raises(Invalid, match="nothing to declare"):
            gate(project, make(), write=True)
        with pytest.raises(Invalid, match="names no single version"):
            gate(project, "churn*", require=("signed",), write=True)
