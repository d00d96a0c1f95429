"""approval: what is asked, how it stands, and what it covers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jupyter_mlops.core.errors import Conflict, Invalid, NotFound
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance import approval
from tests.fakes import FakeClock

ADA = Actor("ada", "os")
STEP = "execution:20261101-1/publish"


def ask(project: Project, subject: str = STEP, evidence: str = "d1") -> str:
    now = project.clock.now()
    with project.store.write() as connection:
        return approval.ask(
            connection,
            subject,
            message="Ready.",
            requester=ADA,
            now=now,
            expires_at=now + timedelta(days=1),
            evidence=evidence,
        )


def state(project: Project, asked: str) -> str:
    with project.store.read() as connection:
        return approval.state(connection, asked, project.clock.now())


def settle(project: Project, asked: str, how: approval.State) -> None:
    with project.store.write() as connection:
        approval.settle(connection, asked, how, now=project.clock.now())


def granted(project: Project, evidence: str = "d1") -> list[str]:
    with project.store.read() as connection:
        return [item.ref for item in approval.granted(connection, STEP, evidence, project.clock.now())]


class TestAsk:
    def test_asking_twice_is_asking_once(self, project: Project) -> None:
        """A retry after a crash makes no second request; another subject or content does."""
        asked = ask(project)
        assert ask(project) == asked
        assert len({asked, ask(project, evidence="d2"), ask(project, "execution:2/publish")}) == 3

    def test_what_looks_like_a_secret_is_not_kept(self, project: Project) -> None:
        """The message is masked like everything that is written down."""
        with project.store.write() as connection:
            now = project.clock.now()
            asked = approval.ask(
                connection, STEP, message="password=letmein", requester=ADA, now=now, expires_at=now
            )
            assert "letmein" not in approval.get(connection, asked, now=now).message


class TestState:
    def test_it_expires_by_itself(self, project: Project, clock: FakeClock) -> None:
        """Open until the moment it was given, expired from then on, without anybody's doing."""
        asked = ask(project)
        clock.advance(86_399)
        assert state(project, asked) == "open"
        clock.advance(1)
        assert state(project, asked) == "expired"

    def test_an_expired_one_can_be_asked_anew(self, project: Project, clock: FakeClock) -> None:
        """The new request is another one."""
        asked = ask(project)
        clock.advance(86_400)
        assert ask(project) != asked

    def test_withdrawn_is_withdrawn(self, project: Project) -> None:
        """And what is settled cannot be withdrawn."""
        asked, approved = ask(project), ask(project, evidence="d2")
        settle(project, approved, "approved")
        with project.store.write() as connection:
            approval.withdraw(connection, asked, project.clock.now())
            approval.withdraw(connection, approved, project.clock.now())
        assert (state(project, asked), state(project, approved)) == ("withdrawn", "approved")

    def test_an_unknown_one_is_said_to_be_unknown(self, project: Project) -> None:
        """With where to look."""
        with pytest.raises(NotFound, match="approvals"):
            state(project, "00000000")


class TestGranted:
    def test_it_covers_what_was_asked_and_nothing_else(self, project: Project) -> None:
        """Neither another content under the same name, nor what is only asked."""
        asked = ask(project)
        assert granted(project) == []
        settle(project, asked, "approved")
        assert granted(project) == [asked]
        assert granted(project, evidence="changed since") == []

    def test_it_does_not_outlive_its_time(self, project: Project, clock: FakeClock) -> None:
        """An approval in a drawer is none."""
        settle(project, ask(project), "approved")
        clock.advance(86_400)
        assert granted(project) == []

    def test_it_serves_once(self, project: Project) -> None:
        """What was spent cannot be replayed."""
        asked = ask(project)
        settle(project, asked, "approved")
        with project.store.write() as connection:
            approval.spend(connection, asked, project.clock.now())
            with pytest.raises(Conflict, match="does not hold"):
                approval.spend(connection, asked, project.clock.now())
        assert granted(project) == []


class TestFind:
    def test_by_the_first_digits_or_by_the_version(self, project: Project) -> None:
        """As one reads it in the inbox."""
        asked = ask(project, "version:churn@3>champion")
        with project.store.read() as connection:
            now = project.clock.now()
            assert approval.find(connection, asked[:4], now=now).ref == asked
            assert approval.find(connection, "churn@3", now=now).ref == asked
            with pytest.raises(NotFound):
                approval.find(connection, "churn@33", now=now)

    def test_several_are_told_apart_by_those_that_are_open(self, project: Project) -> None:
        """An old one does not stand in the way; two open ones do."""
        old = ask(project, "version:churn@3>champion", "old")
        settle(project, old, "denied")
        new = ask(project, "version:churn@3>champion", "new")
        now = project.clock.now()
        with project.store.read() as connection:
            assert approval.find(connection, "churn@3", now=now).ref == new
        ask(project, "version:churn@3>challenger")
        with project.store.read() as connection, pytest.raises(Invalid, match="several"):
            approval.find(connection, "churn@3", now=now)

    @pytest.mark.parametrize("mark", ["%", "_", "%%%%"])
    def test_a_mark_matches_nothing(self, project: Project, mark: str) -> None:
        """What SQL takes for a pattern is text here."""
        ask(project)
        with project.store.read() as connection, pytest.raises(NotFound):
            approval.find(connection, mark, now=project.clock.now())
