"""Approvals count while those who gave them may approve, and serve once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.models.gates.consent import consent, spend
from jupyter_mlops.models.gates.report import Consent

pytestmark = pytest.mark.usefixtures("churn")


def given(project: Project, needed: int = 1) -> Consent:
    with project.change() as connection:
        return consent(project, connection, project.tracker.resolve("churn@2"), "champion", needed)


class TestConsent:
    def test_counts_people(self, project: Project, approved: Callable[..., None]) -> None:
        """Who approved is named."""
        approved("churn@2", "bo")
        found = given(project)
        assert found.people == ("bo",)
        assert found.is_given
        assert not given(project, needed=2).is_given

    def test_nobody_is_asked_where_none_is_needed(self, project: Project) -> None:
        """A gate without approvals needs none."""
        assert given(project, needed=0).is_given

    def test_two_requests_add_up(self, project: Project, approved: Callable[..., None]) -> None:
        """Each with another approver."""
        approved("churn@2", "bo")
        approved("churn@2", "cy")
        assert sorted(given(project, 2).people) == ["bo", "cy"]

    def test_who_asked_does_not_count(self, project: Project, approved: Callable[..., None]) -> None:
        """Two who ask for one another are not four eyes twice."""
        approved("churn@2", "bo")
        project.actor = project.actor.__class__("bo", "os")
        approved("churn@2", "ada")
        assert given(project, 2).people == ()

    def test_who_left_the_role_does_not_count(self, project: Project, approved: Callable[..., None]) -> None:
        """And is named, so that nobody wonders."""
        approved("churn@2", "bo")
        changed = project.settings.model_copy(update={"roles": {"bo": "viewer"}})
        project.__dict__["_read_settings"] = (changed, {})
        found = given(project)
        assert (found.people, found.lapsed) == ((), ("bo",))
        assert "bo may not approve any more" in str(found)

    def test_spent_approvals_are_gone(self, project: Project, approved: Callable[..., None]) -> None:
        """They serve one promotion."""
        approved("churn@2", "bo")
        with project.change() as connection:
            given_in = consent(project, connection, project.tracker.resolve("churn@2"), "champion", 1)
            spend(project, connection, given_in)
        assert given_in.is_given
        assert not given(project).is_given

    def test_an_approval_of_another_version_is_none(
        self, project: Project, approved: Callable[..., None]
    ) -> None:
        """It holds for what was asked for."""
        approved("churn@1", "bo")
        assert given(project).people == ()
