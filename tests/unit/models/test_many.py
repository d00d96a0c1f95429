"""Many promotions: a plan that moves nothing, then one by one, each through its own gate."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Conflict, Invalid, NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.models.gate import gate
from jupyter_mlops.models.history import moves, trail
from jupyter_mlops.models.many import Promotions
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.rollback import rollback
from tests.fakes import FakeTracker
from tests.unit.models.conftest import add_version

GATE = '[tool.jupyter-mlops.gates."team-b@champion"]\nchecks = [{check = "size", mb = 1e-9}]\n'


@pytest.fixture(autouse=True)
def teams(tracker: FakeTracker, project: Project) -> None:
    """Three models; nothing lets team-b pass."""
    for name in ("team-a", "team-b", "other"):
        for number in (1, 2):
            add_version(tracker, name, number)
    declare(project, GATE)


def declare(project: Project, text: str) -> None:
    (project.root / "pyproject.toml").write_text(text)
    project.__dict__.pop("_read_settings", None)


def fates(answer: object) -> dict[str, str]:
    assert isinstance(answer, Promotions)
    return {step.version: step.fate for step in answer.steps}


class TestPlan:
    def test_says_what_would_move_and_moves_nothing(self, project: Project, tracker: FakeTracker) -> None:
        """A pattern without --yes is a plan."""
        answer = promote(project, "team-*")
        assert fates(answer) == {"team-a@2": "would move", "team-b@2": "refused"}
        assert "point" not in tracker.calls
        assert answer.card().next == ("%mlops promote 'team-*' --yes",)

    def test_one_version_may_be_planned_too(self, project: Project, tracker: FakeTracker) -> None:
        """With --plan."""
        assert fates(promote(project, "team-a@1", plan=True)) == {"team-a@1": "would move"}
        assert "point" not in tracker.calls


class TestAll:
    def test_it_says_how_far_it_is_and_stops_when_told_to(
        self, project: Project, tracker: FakeTracker, through: Callable[..., object]
    ) -> None:
        """What was promoted by then stays so, with a line of its own."""
        told: list[tuple[int, int, str]] = []
        with (
            progress.listening(lambda *one: told.append(one), lambda: bool(told)),
            pytest.raises(Conflict, match="Stopped after 1 of 2 versions"),
        ):
            through(promote, version="team-*", yes=True)
        assert told == [(0, 2, "team-a@2")]
        assert tracker.aliases() == {"team-a": {"champion": 2}}
        assert [event.outputs for event in moves(project)] == [("version:team-a@2",)]

    def test_what_each_gate_reports_is_kept_back(self, project: Project, through) -> None:
        """One bar counts versions; it does not jump to the checks of one of them."""
        told: list[tuple[int, int, str]] = []
        with progress.listening(lambda *one: told.append(one)):
            through(promote, version="team-*", yes=True)
            through(gate, version="team-*")
        assert told == [(0, 2, "team-a@2"), (1, 2, "team-b@2")] * 2

    def test_the_line_of_many_names_versions_and_no_pattern(self, project: Project, through, lines) -> None:
        """What lineage could not look up is not in it."""
        through(gate, version="team-*")
        assert lines()[-1].inputs == ("version:team-a@2", "version:team-b@2")

    def test_one_that_is_refused_stops_no_other(
        self, project: Project, through: Callable[..., object]
    ) -> None:
        """The answer says so, and is no good news."""
        answer = through(promote, version="team-*", yes=True)
        assert fates(answer) == {"team-a@2": "moved", "team-b@2": "refused"}
        assert not answer.is_well  # type: ignore[attr-defined]
        assert project.tracker.resolve("team-a@champion").version == 2

    def test_each_has_its_own_line_and_is_counted_once(self, project: Project, through, lines) -> None:
        """So that a rollback, and whoever waits for a promotion, sees it once."""
        through(promote, version="team-a@1")
        through(promote, version="team-*", yes=True)
        assert trail(moves(project), "team-a", "champion") == (1, 2)
        moved = [event for event in lines() if event.outcome == "ok" and "version:team-a@2" in event.outputs]
        assert len(moved) == 1
        answer = through(rollback, name="team-a")
        assert answer.version == "team-a@1"

    def test_of_an_alias(self, tracker: FakeTracker, through) -> None:
        """`team-*@challenger` names what challenger points at."""
        tracker.point("team-a", "challenger", 1)
        assert fates(through(promote, version="team-*@challenger", yes=True)) == {"team-a@1": "moved"}

    def test_the_role_must_reach_every_model(self, project: Project, through) -> None:
        """A pattern is no way around a role on one of them."""
        declare(project, '[tool.jupyter-mlops.access]\nteam-b = { ada = "viewer" }\n')
        with pytest.raises(Refused, match="ada is viewer of team-b"):
            through(promote, version="team-*", yes=True)


class TestNonsense:
    def test_nothing_fits(self, project: Project) -> None:
        """One sentence each."""
        with pytest.raises(NotFound, match="called like 'x"):
            promote(project, "x*")
        with pytest.raises(NotFound, match="None of 2 models has a version 'beta'"):
            promote(project, "team-*@beta")

    def test_paths_are_no_patterns(self, through) -> None:
        """A pattern is a name with * or ? in it."""
        with pytest.raises(Invalid):
            through(promote, version="../*")
