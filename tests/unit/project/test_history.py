"""history: who did what to one thing, when and why."""

from __future__ import annotations

from typing import cast

import pandas as pd
import pytest

from jupyter_mlops.core import door
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import VersionRef
from jupyter_mlops.core.verb import verb, verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.experiments.reproduction.answer import Reproduction
from jupyter_mlops.experiments.reproduction.seal import seal
from jupyter_mlops.governance.request import request
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.rollback import rollback
from jupyter_mlops.project.history import history
from tests.fakes import FakeTracker
from tests.unit.governance.conftest import add_version


def keep(project: Project, name: str, note: str = "") -> None:
    found = verb_of(snapshot)
    assert found is not None
    door.enter(project, found, {"table": pd.DataFrame({"a": [note]}), "name": name, "note": note})


class TestHistory:
    def test_it_tells_who_when_and_why_newest_first(self, project: Project) -> None:
        """A dataset's versions, each with its note."""
        keep(project, "customers", "first")
        keep(project, "customers", "refunds fixed")
        keep(project, "others")
        told = history(project, "customers")
        assert [event.outputs for event in told.events] == [
            ("snapshot:customers@2",),
            ("snapshot:customers@1",),
        ]
        assert "refunds fixed" in str(told)
        assert "ada" in str(told)

    def test_one_version_has_its_own(self, project: Project) -> None:
        """A reference with a version tells of that version."""
        keep(project, "customers", "first")
        keep(project, "customers", "second")
        assert len(history(project, "customers@2").events) == 1

    def test_silence_is_an_answer_too(self, project: Project) -> None:
        """What the ledger does not know is said so."""
        with pytest.raises(NotFound, match="says nothing of 'nobody'"):
            history(project, "nobody")


def say(project: Project, function: object, **arguments: object) -> None:
    found = verb_of(function)
    assert found is not None
    door.enter(project, found, arguments)


@verb("make-again", effect="write", foreign=True)
def make_again(project: Project, version: VersionRef) -> Reproduction:
    """Seal a version as `reproduce` does, without running its cells."""
    found = project.tracker.run(project.tracker.resolve(version).run or "")
    said = {"tolerance": 0.0, "output": "", "took_s": 0.0, "verdict": "cell [5] failed"}
    answer = Reproduction.model_validate({"run": found.ref, "made": None, "is_reproduced": False} | said)
    return seal(project, found, None, answer)


@pytest.fixture
def churn(project: Project) -> Project:
    """Two versions, one after the other champion, each for a reason; then back."""
    tracker = cast(FakeTracker, project.tracker)
    for number in (1, 2):
        add_version(tracker, "churn", number)
        say(project, promote, version=f"churn@{number}", note=f"reason {number}")
    say(project, rollback, name="churn", note="false alarms")
    return project


class TestModels:
    def test_a_move_says_from_where_to_where_by_whom_and_why(self, churn: Project) -> None:
        """And how one knows who it was."""
        back, second, first = [row[2:] for row in history(churn, "churn").card().rows]
        assert back[:4] == ("ada (os)", "rollback", "churn@1 → champion", "churn@2")
        assert back[-1] == "false alarms · away from churn@2"
        assert second[:4] == ("ada (os)", "promote", "churn@2 → champion", "churn@1")
        assert (first[3], first[-1]) == ("", "reason 1")

    def test_a_move_outside_is_told_and_the_next_one_says_from_what(self, churn: Project) -> None:
        """Whoever did it: the ledger cannot know."""
        churn.tracker.point("churn", "champion", 2)
        assert history(churn, "churn").foreign == (
            "champion points at churn@2, moved outside this project: the ledger has it at churn@1.",
        )
        say(churn, promote, version="churn@1", note="by hand again")
        newest = history(churn, "churn").card().rows[0]
        assert newest[5] == "churn@2"
        assert "outside this project" in newest[-1]

    def test_a_request_says_what_it_is_about(self, churn: Project) -> None:
        """Its id says nothing to a reader."""
        say(churn, request, subject="churn@2", message="Recall is up.")
        newest = history(churn, "churn").card().rows[0]
        assert (newest[4], newest[-1]) == ("churn@2 → champion", "Recall is up.")

    def test_an_alias_and_the_latest_mean_what_they_name(self, churn: Project) -> None:
        """As everywhere."""
        assert history(churn, "churn@champion").events == history(churn, "churn@1").events
        keep(churn, "customers", "first")
        assert history(churn, "customers@latest").events == history(churn, "customers@1").events

    def test_a_seal_says_what_was_found(self, churn: Project) -> None:
        """Whether the run was made again, on which day, and what differed."""
        say(churn, make_again, version="churn@1")
        newest = history(churn, "churn").card().rows[0]
        assert newest[3] == "make-again"
        assert newest[-1] == f"reproduced: no on {churn.clock.now():%Y-%m-%d}: cell [5] failed"
