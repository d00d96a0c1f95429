"""A card says what is known of a version, and shows what is not."""

from __future__ import annotations

import json

import pytest
import yaml

from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelVersion, RunLog
from jupyter_mlops.models.card import ModelCard, card, completeness
from jupyter_mlops.models.cards.section import Section
from tests.fakes import FakeTracker
from tests.unit.models.conftest import Enter, add_version
from tests.unit.models.story import tell

EVALUATION = {
    "version": "churn@1",
    "task": "classification",
    "data": "customers@1",
    "metrics": [{"metric": "auc", "value": 0.9, "low": 0.85, "high": 0.95}],
    "worst": [{"name": "plan = b", "rows": 40, "score": {"metric": "auc", "value": 0.7}}],
    "fairness": [{"column": "sex", "parity_difference": 0.05, "odds_difference": None}],
}


@pytest.fixture
def version(project: Project, tracker: FakeTracker, through: Enter) -> ModelVersion:
    return tell(project, tracker, through)


def state(project: Project, **texts: str) -> None:
    """Say in the project's file what no evidence knows."""
    folder = project.root / "cards"
    folder.mkdir()
    lines = (f"{name} = {json.dumps(text)}\n" for name, text in texts.items())
    (folder / "churn.toml").write_text("".join(lines))


def keep(tracker: FakeTracker, version: ModelVersion, folder: str, report: dict[str, object]) -> None:
    """Keep a report with the version's run, as `evaluate` and `gate` do."""
    run = tracker.run(version.run or "")
    files = (
        Artifact(f"{folder}/ab12.json", json.dumps(report).encode()),
        Artifact(f"{folder}/latest.txt", b"ab12"),
    )
    tracker.log(run, RunLog(artifacts=files))


def section(found: ModelCard, key: str) -> Section:
    return next(item for item in found.sections if item.key == key)


class TestEvidence:
    def test_everything_comes_from_where_it_was_recorded(self, project: Project, version) -> None:
        """Run, data, environment and signature are told without anybody typing them."""
        found = card(project, "churn@1")
        assert dict(section(found, "parameters").rows)["C"] == "1.0"
        assert dict(section(found, "metrics").rows)["auc"] == "0.91"
        assert ("customers@1", "age", "float64", "50.0%", "1") in section(found, "training").rows
        assert dict(section(found, "environment").facts)["python"] == "3.11.9"
        assert found.origin.status == "signed"

    def test_promotions_name_who_and_why(self, project: Project, version) -> None:
        """From the ledger, with its line."""
        promotions = section(card(project, "churn@champion"), "promotions")
        assert promotions.rows[0][1:] == ("ada", "promote", "champion", "better *than* before")
        assert len(promotions.lines[0][1]) == 64

    def test_lineage_leads_to_the_data(self, project: Project, version) -> None:
        """What it came from, as the ledger says it."""
        rows = section(card(project, "churn@1"), "lineage").rows
        assert ("version:churn@1", "snapshot:customers@1") in {row[:2] for row in rows}

    def test_an_evaluation_is_told(self, project: Project, tracker, version) -> None:
        """Scores with their intervals."""
        keep(tracker, version, "evaluation", EVALUATION)
        found = section(card(project, "churn@1"), "evaluation")
        assert found.rows == (("auc", "0.9", "0.85", "0.95"),)
        assert ("worst slice", "plan = b: auc 0.7 on 40 rows") in found.facts
        assert ("groups of sex", "parity difference 0.05, odds difference ") in found.facts

    def test_a_report_on_another_version_is_none_on_this(self, project: Project, tracker, version) -> None:
        """Two versions may share a run."""
        keep(tracker, version, "evaluation", {**EVALUATION, "version": "churn@2"})
        assert section(card(project, "churn@1"), "evaluation").gap == "not evaluated yet"


class TestGaps:
    def test_what_is_not_known_is_a_gap_with_what_would_fill_it(self, project: Project, version) -> None:
        """Nothing is made up."""
        gap = section(card(project, "churn@1"), "evaluation")
        assert (gap.gap, gap.fill) == ("not evaluated yet", "`%mlops evaluate churn@1 SNAPSHOT`")

    def test_a_bare_version_has_gaps_everywhere(self, project: Project, tracker: FakeTracker) -> None:
        """A version that somebody registered outside is told as far as it is known."""
        add_version(tracker, "churn", 1)
        found = card(project, "churn@1")
        assert found.completeness < 0.3
        assert {"training", "environment", "origin", "lineage"} <= {item.key for item in found.gaps}

    def test_a_tracker_that_is_down_is_no_gap(self, project: Project, tracker: FakeTracker, version) -> None:
        """What cannot be asked now is not said to be unknown."""
        tracker.fails["run"] = Unavailable("The tracker does not answer.", hint="Start it again.")
        with pytest.raises(Unavailable):
            card(project, "churn@1")

    def test_the_complete_card_is_whole(self, project: Project, tracker, version) -> None:
        """Decisions such as gates and approvals do not count: they are none of what a version is."""
        state(project, intended_use="churn", limitations="few", provider="Shop", license="mit")
        keep(tracker, version, "evaluation", EVALUATION)
        assert completeness(project, version) == (1.0, ())

    def test_completeness_names_what_is_lacking(self, project: Project, version) -> None:
        """A gate's check says what is to be done."""
        share, lacking = completeness(project, version)
        assert 0.5 < share < 1
        assert set(lacking) == {"Intended use", "Limitations", "Provider", "Licence", "Evaluation"}

    def test_a_file_that_is_none_is_invalid(self, project: Project, version) -> None:
        """It says which file, and what is wrong with it."""
        state(project, provider="Shop")
        (project.root / "cards" / "churn.toml").write_text("provider = 3")
        with pytest.raises(Invalid, match=r"provider in cards/churn\.toml is no text"):
            card(project, "churn@1")


class TestText:
    def test_the_metadata_is_what_hubs_read(self, project: Project, tracker, version) -> None:
        """YAML at the head: library, data, scores, licence."""
        state(project, license="bsd-3-clause")
        keep(tracker, version, "evaluation", EVALUATION)
        _, head, body = card(project, "churn@1").text.split("---\n", 2)
        found = yaml.safe_load(head)
        assert (found["license"], found["library_name"], found["datasets"]) == (
            "bsd-3-clause",
            "sklearn",
            ["customers@1"],
        )
        assert found["model-index"][0]["results"][0]["metrics"] == [{"type": "auc", "value": 0.9}]
        assert body.startswith("\n# churn@1\n")

    def test_what_people_typed_is_no_markdown(self, project: Project, version) -> None:
        """A note cannot forge a heading, a link or a tag."""
        text = card(project, "churn@1").text
        assert r"first \<b\>try\</b\>" in text
        assert r"better \*than\* before" in text

    def test_equal_evidence_makes_equal_text(self, project: Project, version) -> None:
        """Two cards of one version differ in nothing."""
        assert card(project, "churn@1") == card(project, "churn@1")

    def test_vulnerabilities_are_asked_for_on_request(
        self, project: Project, version, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where nobody can be asked, the card says so."""
        monkeypatch.setattr("jupyter_mlops.models.vulnerabilities._command", list)
        assert "not checked, as neither pip-audit nor uvx" in str(card(project, "churn@1", vulnerable=True))
        assert card(project, "churn@1").vulnerabilities is None

    def test_the_text_is_shown_when_asked_for(self, project: Project, version) -> None:
        """For a file, or a model hub."""
        assert "library_name" in str(card(project, "churn@1", markdown=True))
