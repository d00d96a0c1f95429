"""The list of models shows what serves and where it came from."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.models.models import models
from tests.fakes import FakeTracker
from tests.unit.models.conftest import add_version


class TestModels:
    def test_empty_project_is_told_how_to_begin(self, project: Project) -> None:
        """The empty state teaches."""
        card = models(project).card()
        assert card.title == "No models yet"
        assert card.next == ("%mlops register model churn",)

    @pytest.mark.usefixtures("churn")
    def test_newest_first_with_run(self, project: Project) -> None:
        """Each row names the version, when, and its run."""
        answer = models(project, "churn")
        assert [version.ref for version in answer.versions] == ["churn@3", "churn@2", "churn@1"]
        row = dict(zip(answer.card().columns, answer.card().rows[0], strict=True))
        assert (row["version"], row["when"]) == ("churn@3", "2026-11-01 12:00")
        assert row["run"].startswith("@")

    @pytest.mark.usefixtures("churn")
    def test_champion_stands_first_among_aliases(self, project: Project, tracker: FakeTracker) -> None:
        """The alias that serves is read first."""
        for alias in ("baseline", "challenger", "champion"):
            tracker.point("churn", alias, 3)
        assert models(project).card().rows[0][1] == "champion, challenger, baseline"

    @pytest.mark.usefixtures("churn")
    def test_limit_says_what_it_hides(self, project: Project) -> None:
        """A cut list says so, and how to see the rest."""
        answer = models(project, limit=2)
        assert (len(answer.versions), answer.total) == (2, 3)
        assert answer.card().notes == ("2 of 3; more with --page 2",)
        rest = models(project, limit=2, page=2)
        assert (len(rest.versions), rest.next_page) == (1, None)

    @pytest.mark.usefixtures("churn")
    def test_one_model_only(self, project: Project, tracker: FakeTracker) -> None:
        """A name leaves out the other models."""
        add_version(tracker, "sales", 1)
        assert {version.name for version in models(project, "sales").versions} == {"sales"}

    @pytest.mark.usefixtures("churn")
    def test_unknown_name(self, project: Project) -> None:
        """A name that nobody registered is an error, not an empty list."""
        with pytest.raises(NotFound, match="No model 'chrn'"):
            models(project, "chrn")

    @pytest.mark.usefixtures("churn")
    def test_round_trip(self, project: Project) -> None:
        """The wire form reads back to the same answer."""
        answer = models(project)
        assert type(answer).model_validate(answer.wire()) == answer
