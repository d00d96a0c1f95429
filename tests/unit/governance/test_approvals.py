"""approvals: the inbox."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.governance.approvals import Approvals, approvals
from jupyter_mlops.governance.approve import approve
from jupyter_mlops.governance.request import request
from tests.fakes import FakeClock
from tests.unit.governance.conftest import As


def inbox(by: As, name: str, **options: object) -> Approvals:
    found = by(name, approvals, **options)
    assert isinstance(found, Approvals)
    return found


def subjects(found: Approvals) -> list[str]:
    return [item.subject.removeprefix("version:").partition(">")[0] for item in found.items]


@pytest.fixture
def asked(by: As, churn: list[ModelVersion], clock: FakeClock) -> None:
    """Version 1 approved, 2 waiting, 3 asked by bo and waiting."""
    for number, name in ((1, "ada"), (2, "ada"), (3, "bo")):
        by(name, request, subject=f"churn@{number}")
        clock.advance(1)
    by("cy", approve, ref="churn@1")


@pytest.mark.usefixtures("asked")
class TestApprovals:
    def test_what_waits_for_me_comes_first_then_what_is_open(self, by: As) -> None:
        """Then the settled ones."""
        assert subjects(inbox(by, "bo")) == ["churn@2", "churn@3", "churn@1"]
        assert inbox(by, "bo").waiting == 1
        assert inbox(by, "cy").waiting == 2

    def test_what_one_has_asked_or_voted_on_does_not_wait_for_one(self, by: As) -> None:
        """Only what one can still do something about."""
        assert subjects(inbox(by, "ada", mine=True)) == ["churn@3"]

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            ({"state": "approved"}, ["churn@1"]),
            ({"state": "denied"}, []),
            ({"about": "@2"}, ["churn@2"]),
            ({"limit": 1}, ["churn@3"]),
        ],
    )
    def test_filters(self, by: As, options: dict[str, object], found: list[str]) -> None:
        """By state, by subject, by number."""
        assert subjects(inbox(by, "cy", **options)) == found

    def test_what_expired_is_shown_as_expired(self, by: As, clock: FakeClock) -> None:
        """Nothing waits then."""
        clock.advance(8 * 86_400)
        assert {item.state for item in inbox(by, "cy").items} == {"approved", "expired"}
        assert inbox(by, "cy").waiting == 0
