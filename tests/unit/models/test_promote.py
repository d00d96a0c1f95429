"""Promoting points an alias, says what was, and leaves a line that a rollback reads."""

from __future__ import annotations

import threading

import pytest

from jupyter_mlops.core.errors import Invalid, NotFound, Refused, Unavailable
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.models.alias import moving
from jupyter_mlops.models.promote import Promotion, promote
from tests.fakes import FakeTracker

pytestmark = pytest.mark.usefixtures("churn")


class TestPromote:
    def test_points_champion_at_the_version(self, project: Project) -> None:
        """Without a word, the alias is champion."""
        answer = promote(project, "churn@2")
        assert (answer.version, answer.alias, answer.previous) == ("churn@2", "champion", None)
        assert project.tracker.resolve("churn@champion").version == 2

    def test_tells_what_served_before(self, project: Project) -> None:
        """The answer names the version that the alias pointed at."""
        promote(project, "churn@1")
        assert promote(project, "churn@2").previous == "churn@1"

    def test_takes_latest_and_other_aliases_for_the_version(self, project: Project) -> None:
        """What reads like a reference is resolved before it is pointed at."""
        assert promote(project, "churn@latest", "challenger").version == "churn@3"
        assert promote(project, "churn@challenger").version == "churn@3"

    def test_aliases_are_independent(self, project: Project) -> None:
        """Pointing challenger leaves champion alone."""
        promote(project, "churn@1")
        promote(project, "churn@2", "challenger")
        assert project.tracker.resolve("churn@champion").version == 1

    def test_again_changes_nothing(self, project: Project, tracker: FakeTracker) -> None:
        """An alias that points there already is left alone, and the answer says so."""
        promote(project, "churn@2")
        tracker.calls.clear()
        answer = promote(project, "churn@2")
        assert not answer.is_changed
        assert "point" not in tracker.calls
        assert "already" in answer.card().title

    def test_card_offers_the_way_back(self, project: Project) -> None:
        """The card says what serves, what did, and how to return."""
        promote(project, "churn@1")
        card = promote(project, "churn@2", note="better on the holdout").card()
        assert card.title == "champion of churn is churn@2 now"
        assert card.facts == (("was", "churn@1"), ("why", "better on the holdout"))
        assert card.next == ("%mlops rollback churn",)

    def test_first_promotion_offers_no_way_back(self, project: Project) -> None:
        """There is nothing to roll back to."""
        assert promote(project, "churn@1").card().next == ()


class TestNonsense:
    def test_missing_version_lists_those_that_exist(self, project: Project) -> None:
        """The hint has the versions, with their aliases."""
        promote(project, "churn@2")
        with pytest.raises(NotFound, match="no version '7'") as caught:
            promote(project, "churn@7")
        assert caught.value.hint == "It has churn@3, churn@2 (champion), churn@1."

    def test_unknown_model_suggests_the_nearest(self, project: Project) -> None:
        """A slip of the finger is answered with the name that was meant."""
        with pytest.raises(NotFound, match="chrun") as caught:
            promote(project, "chrun@1")
        assert caught.value.hint == "Did you mean 'churn'?"

    @pytest.mark.parametrize("alias", ["2", "v2", "latest"])
    def test_alias_that_reads_as_a_version_is_refused(self, project: Project, alias: str) -> None:
        """`churn@2` must not mean two things."""
        with pytest.raises(Invalid, match="reads as a version"):
            promote(project, "churn@1", alias)

    def test_contributor_may_not(self, project: Project, through, lines) -> None:
        """Choosing what serves takes an approver; the ledger keeps the attempt."""
        project.__dict__["_read_settings"] = (
            project.settings.model_copy(update={"roles": {"ada": "contributor"}}),
            {},
        )
        with pytest.raises(Refused, match="needs approver"):
            through(promote, version="churn@1")
        assert lines()[-1].outcome == "refused"

    def test_unreachable_tracker_leaves_the_alias_alone(
        self, project: Project, tracker: FakeTracker, through, lines
    ) -> None:
        """A failure before the change is recorded as one."""
        tracker.fails["point"] = Unavailable("The tracker does not answer.")
        with pytest.raises(Unavailable):
            through(promote, version="churn@1")
        assert lines()[-1].outcome == "failed"
        with pytest.raises(NotFound):
            tracker.resolve("churn@champion")


class TestLedger:
    def test_keeps_who_when_which_and_why(self, through, lines) -> None:
        """Intent, then outcome with the resolved version."""
        through(promote, version="churn@latest", note="monthly")
        intent, outcome = lines()
        assert (intent.phase, outcome.phase, outcome.intent) == ("intent", "outcome", intent.seq)
        assert (outcome.actor, outcome.arguments["note"]) == ("ada", "monthly")
        assert outcome.outputs == ("version:churn@3",)
        assert outcome.inputs == ("version:churn@3",)

    def test_remembers_what_others_had_chosen(self, tracker: FakeTracker, through, lines) -> None:
        """A version that somebody pointed at outside us is noted, so that a rollback finds it."""
        tracker.point("churn", "champion", 1)
        answer = through(promote, version="churn@2")
        assert isinstance(answer, Promotion)
        assert answer.is_foreign
        assert "outside this project" in answer.card().notes[0]
        assert "version:churn@1" in lines()[-1].inputs

    def test_own_choice_is_not_foreign(self, through) -> None:
        """What the ledger knows needs no note."""
        through(promote, version="churn@1")
        answer = through(promote, version="churn@2")
        assert isinstance(answer, Promotion)
        assert not answer.is_foreign


class TestParallel:
    def test_every_promotion_sees_the_one_before(self, project: Project, through, lines) -> None:
        """Promoters take turns until the ledger has the outcome, so none takes another's for foreign."""
        answers: list[Promotion] = []
        versions = [1, 2, 3] * 3

        def run(version: int) -> None:
            answers.append(through(promote, version=f"churn@{version}"))

        threads = [threading.Thread(target=run, args=(version,)) for version in versions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == len(versions)
        assert not any(answer.is_foreign for answer in answers)
        final = [event.outputs[0] for event in lines() if event.outcome == "ok"][-1]
        assert final == f"version:{project.tracker.resolve('churn@champion').ref}"

    def test_one_call_may_move_two_aliases(self, project: Project) -> None:
        """A verb that promotes twice does not wait for itself."""
        with moving(project):
            promote(project, "churn@1")
            promote(project, "churn@2", "challenger")
        assert project.tracker.resolve("churn@champion").version == 1

    def test_other_actor_is_named(self, project: Project, through, lines) -> None:
        """Whoever acts is in the line."""
        project.actor = Actor("grace", "jupyter")
        through(promote, version="churn@1")
        assert lines()[-1].actor == "grace"
