"""A rollback goes back to what was, as the ledger remembers it, and again one further."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.rollback import Rollback, rollback
from tests.fakes import FakeClock, FakeTracker


@pytest.fixture
def served(churn: list[ModelVersion], through):
    """Promote versions of churn, one after the other."""

    def call(*versions: int, to: str = "champion") -> None:
        for version in versions:
            through(promote, version=f"churn@{version}", to=to)

    return call


@pytest.fixture
def back(through):
    """Roll churn back."""

    def call(**arguments: object) -> Rollback:
        answer = through(rollback, name="churn", **arguments)
        assert isinstance(answer, Rollback)
        return answer

    return call


class TestRollback:
    def test_returns_to_the_version_before(self, project: Project, served, back) -> None:
        """The alias points where it pointed before."""
        served(1, 2)
        answer = back(note="slow answers")
        assert (answer.version, answer.previous, answer.note) == ("churn@1", "churn@2", "slow answers")
        assert project.tracker.resolve("churn@champion").version == 1

    def test_twice_goes_one_further(self, served, back) -> None:
        """Two rollbacks in a row do not undo each other."""
        served(1, 2, 3)
        assert [back().version, back().version] == ["churn@2", "churn@1"]

    def test_stops_where_history_ends(self, served, back) -> None:
        """Before the first promotion there is nothing, and the sentence says so."""
        served(1, 2)
        back()
        with pytest.raises(Conflict, match="points at churn@1, and the ledger knows of nothing before it"):
            back()

    def test_promotion_after_a_rollback_goes_on_from_there(self, served, back) -> None:
        """What was rolled back is not returned to."""
        served(1, 2)
        back()
        served(3)
        assert back().version == "churn@1"

    def test_promoting_the_same_version_again_adds_no_step(self, served, back) -> None:
        """A repeated promotion is not a version to go back to."""
        served(1, 2, 2)
        assert back().version == "churn@1"

    def test_returning_by_promotion_is_a_step_of_its_own(self, served, back) -> None:
        """After 1, 2, 1 the version before is 2."""
        served(1, 2, 1)
        assert [back().version, back().version] == ["churn@2", "churn@1"]

    def test_each_alias_has_its_own_memory(self, served, back) -> None:
        """Rolling challenger back follows challenger's steps."""
        served(1, 2)
        served(3, 1, to="challenger")
        assert back(to="challenger").version == "churn@3"

    def test_another_kernel_remembers(self, project: Project, tracker: FakeTracker, served) -> None:
        """The memory is the ledger's, not the process's."""
        served(1, 2)
        other = Project(project.root, clock=FakeClock(), services={"tracker": tracker})
        assert rollback(other, "churn").version == "churn@1"

    def test_card_offers_to_undo_it(self, served, back) -> None:
        """The card says what serves again, and how to return."""
        served(1, 2)
        card = back().card()
        assert card.title == "champion of churn is churn@1 again"
        assert card.next == ("%mlops promote churn@2",)


class TestOutside:
    def test_foreign_move_is_undone_and_noted(self, tracker: FakeTracker, served, back) -> None:
        """When somebody moved the alias without us, the way back is to the last that we know of."""
        served(1, 2)
        tracker.point("churn", "champion", 3)
        answer = back()
        assert (answer.version, answer.previous, answer.is_foreign) == ("churn@2", "churn@3", True)
        assert "churn@3 had been decided outside this project." in answer.card().notes

    def test_goes_on_after_a_foreign_move(self, tracker: FakeTracker, served, back) -> None:
        """The next rollback continues along the steps that the ledger knows."""
        served(1, 2)
        tracker.point("churn", "champion", 3)
        assert [back().version, back().version] == ["churn@2", "churn@1"]

    def test_version_found_at_promotion_is_returned_to(self, tracker: FakeTracker, served, back) -> None:
        """What others had chosen before our first promotion is a step like any."""
        tracker.point("churn", "champion", 1)
        served(2)
        assert back().version == "churn@1"

    def test_removed_alias_is_restored(self, tracker: FakeTracker, served, back) -> None:
        """An alias that somebody removed comes back where it was."""
        served(1)
        tracker.point("churn", "champion", None)
        answer = back()
        assert (answer.version, answer.previous, answer.is_foreign) == ("churn@1", None, True)

    def test_deleted_version_is_passed_over(
        self, tracker: FakeTracker, churn: list[ModelVersion], served, back
    ) -> None:
        """A version that is gone cannot serve; the one before it does."""
        served(1, 2, 3)
        tracker.delete(churn[1])
        assert back().version == "churn@1"

    def test_where_all_before_are_deleted_it_says_so(
        self, tracker: FakeTracker, churn: list[ModelVersion], served, back
    ) -> None:
        """The ledger remembers them; nothing else does."""
        served(1, 2)
        tracker.delete(churn[0])
        with pytest.raises(Conflict, match="what it pointed at before, churn@1, was deleted"):
            back()


class TestNonsense:
    @pytest.mark.usefixtures("churn")
    def test_never_promoted(self, back) -> None:
        """A model without the alias says how to set it."""
        with pytest.raises(NotFound, match="no alias 'champion'") as caught:
            back()
        assert "%mlops promote churn@3 champion" in caught.value.hint

    def test_unknown_model(self, back) -> None:
        """A model that nobody registered cannot go back."""
        with pytest.raises(NotFound, match="No model 'churn'"):
            back()

    def test_version_for_an_alias(self, served, back) -> None:
        """`rollback churn 1` is a misunderstanding, and is told so."""
        served(1, 2)
        with pytest.raises(Invalid, match="reads as a version"):
            back(to="1")
