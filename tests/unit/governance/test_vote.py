"""vote: four eyes, one vote each, enough of them, of people who may."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jupyter_mlops.core.errors import Conflict, MlopsError, Refused
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.approval import Approval
from jupyter_mlops.governance.approve import approve
from jupyter_mlops.governance.deny import deny
from jupyter_mlops.governance.request import request
from tests.fakes import FakeClock
from tests.unit.governance.conftest import As, set_up

pytestmark = pytest.mark.usefixtures("churn")


@pytest.fixture
def ask(by: As) -> Callable[..., str]:
    def ask(**options: object) -> str:
        asked = by("ada", request, subject="churn@3", **options)
        assert isinstance(asked, Approval)
        return asked.ref

    return ask


def state(answer: object) -> str:
    assert isinstance(answer, Approval)
    return answer.state


class TestFourEyes:
    def test_who_asked_may_not_approve(self, by: As, ask: Callable[..., str]) -> None:
        """Not even with an admin's role, nor known from another source."""
        asked = ask()
        for name, source in (("ada", "os"), ("ada", "jupyter"), ("Ada", "ci")):
            with pytest.raises(Refused, match="somebody else"):
                by(name, approve, source, ref=asked)

    def test_another_approver_settles_it(self, by: As, ask: Callable[..., str]) -> None:
        """One is enough where one is needed."""
        assert state(by("bo", approve, ref=ask())) == "approved"

    def test_two_are_two_people(self, by: As, ask: Callable[..., str]) -> None:
        """The same person twice is one vote."""
        asked = ask(needed=2)
        assert state(by("bo", approve, ref=asked)) == "open"
        assert state(by("bo", approve, "jupyter", ref=asked)) == "open"
        assert state(by("BO", approve, "ci", ref=asked)) == "open"
        assert state(by("cy", approve, ref=asked)) == "approved"

    def test_a_later_vote_replaces_the_earlier(self, by: As, ask: Callable[..., str]) -> None:
        """Who approved may still deny, until it is settled."""
        asked = ask(needed=2)
        by("bo", approve, ref=asked)
        answer = by("bo", deny, ref=asked, comment="I saw the slices.")
        assert isinstance(answer, Approval)
        assert answer.state == "denied"
        assert [(vote.actor, vote.decision) for vote in answer.votes] == [("bo", "deny")]

    def test_what_is_settled_stays(self, by: As, ask: Callable[..., str], clock: FakeClock) -> None:
        """Neither after the last vote nor after its time."""
        approved, late = ask(), ask(to="challenger")
        by("bo", approve, ref=approved)
        clock.advance(8 * 86_400)
        for asked, said in ((approved, "approved"), (late, "expired")):
            with pytest.raises(Conflict, match=f"is {said} already"):
                by("cy", deny, ref=asked, comment="Too late.")


class TestRole:
    def test_who_has_no_role_has_no_vote(self, project: Project, by: As, ask: Callable[..., str]) -> None:
        """The refusal is a line of the ledger."""
        asked = ask()
        set_up(project, "default_role = 'contributor'\nroles = {bo = 'approver'}")
        with pytest.raises(Refused, match="cy is contributor, and approve needs approver"):
            by("cy", approve, ref=asked)
        assert state(by("bo", approve, ref=asked)) == "approved"

    def test_the_vote_of_an_approver_who_left_counts_no_more(
        self, project: Project, by: As, ask: Callable[..., str]
    ) -> None:
        """Settled is by those who may when it is settled."""
        asked = ask(needed=2)
        by("bo", approve, ref=asked)
        set_up(project, "default_role = 'contributor'\nroles = {cy = 'approver', di = 'approver'}")
        assert state(by("cy", approve, ref=asked)) == "open"
        assert state(by("di", approve, ref=asked)) == "approved"

    def test_a_role_on_one_model_is_no_role_on_another(
        self, project: Project, by: As, ask: Callable[..., str]
    ) -> None:
        """What the request is about decides, though the line names only its id."""
        asked = ask()
        set_up(
            project,
            "default_role = 'viewer'\naccess = {'fraud*' = {bo = 'approver'}, 'churn' = {cy = 'approver'}}",
        )
        with pytest.raises(Refused, match="bo"):
            by("bo", approve, ref=asked)
        assert state(by("cy", approve, ref=asked)) == "approved"

    def test_only_the_sources_that_count_count(
        self, project: Project, by: As, ask: Callable[..., str]
    ) -> None:
        """Where settings ask for the identity provider's word, the environment's is not enough."""
        asked = ask()
        set_up(project, "approval_sources = ['jupyter']")
        with pytest.raises(Refused, match="known from jupyter"):
            by("bo", approve, "ci", ref=asked)
        assert state(by("bo", approve, "jupyter", ref=asked)) == "approved"


class TestRecord:
    def test_the_ledger_says_who_and_how_we_know_them(
        self, by: As, ask: Callable[..., str], lines: Callable[[], list[AuditEvent]]
    ) -> None:
        """With the version that it is about, so that its history shows it."""
        asked = ask()
        by("bo", approve, "jupyter", ref=asked[:5], comment="Fine.")
        event = lines()[-1]
        assert (event.actor, event.source, event.verb, event.outcome) == ("bo", "jupyter", "approve", "ok")
        assert set(event.inputs) == {f"approval:{asked}", "version:churn@3"}

    def test_a_refused_vote_is_an_event_and_leaves_no_vote(
        self, by: As, ask: Callable[..., str], lines: Callable[[], list[AuditEvent]]
    ) -> None:
        """The door keeps the reason."""
        with pytest.raises(Refused):
            by("ada", approve, ref=ask())
        assert (lines()[-1].outcome, lines()[-1].actor) == ("refused", "ada")


class TestRace:
    def test_votes_at_once_are_all_counted_and_settle_once(
        self, by: As, ask: Callable[..., str], lines: Callable[[], list[AuditEvent]]
    ) -> None:
        """Eight people, four needed: four are counted, four hear that it is settled."""
        asked = ask(needed=4)
        answers: list[str] = []

        def decide(name: str) -> None:
            try:
                answers.append(state(by(name, approve, ref=asked)))
            except MlopsError as error:
                answers.append(type(error).__name__)

        threads = [threading.Thread(target=decide, args=(f"p{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == ["Conflict"] * 4 + ["approved"] + ["open"] * 3
        assert [event.outcome for event in lines() if event.verb == "approve"].count("ok") == 4
