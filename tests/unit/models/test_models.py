"""The list of models shows what serves and where it came from."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.models.gate import gate
from jupyter_mlops.models.models import models
from tests.fakes import FakeTracker
from tests.unit.models.conftest import add_version


class TestModels:
    def test_empty_project_is_told_how_to_begin(self, project: Project) -> None:
        """The empty state teaches."""
        card = models(project).card()
        assert card.title == "No models"
        assert card.next == ("%mlops register model churn", "%mlops models")

    @pytest.mark.usefixtures("churn")
    def test_nothing_that_fits_is_not_called_an_empty_project(self, project: Project) -> None:
        """A filter too many, or a page too far, says so."""
        card = models(project, verdict="failed").card()
        assert card.notes == ("None is registered yet, or none fits what you asked for.",)
        assert models(project, page=9).card().title == "There are 3 versions, and none on this page"

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


@pytest.fixture
def many(tracker: FakeTracker) -> None:
    """Four models of two people in two teams, churn with three versions."""
    for name, owner, team in (("team-a", "ada", "one"), ("team-b", "bo", "one"), ("sales", "bo", "two")):
        version = add_version(tracker, name, 1)
        tracker.tag(version, {"jupyter_mlops.owner": owner, "team": team})
    tracker.point("team-a", "champion", 1)


@pytest.mark.usefixtures("churn", "many")
class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"name": "team-*"}, {"team-a", "team-b"}),
            ({"owner": "bo"}, {"team-b", "sales"}),
            ({"tag": ("team=one",)}, {"team-a", "team-b"}),
            ({"tag": ("team",), "owner": "bo"}, {"team-b", "sales"}),
            ({"alias": "champion"}, {"team-a"}),
            ({"verdict": "none"}, {"team-a", "team-b", "sales", "churn"}),
            ({"verdict": "failed"}, set()),
        ],
    )
    def test_they_combine(self, project: Project, asked: dict[str, object], found: set[str]) -> None:
        """Each leaves out what does not fit."""
        answer = models(project, **asked)  # type: ignore[arg-type]
        assert {version.name for version in answer.versions} == found

    def test_a_pattern_that_names_nothing(self, project: Project) -> None:
        """It is an error, like a name that nobody registered."""
        with pytest.raises(NotFound, match="called like 'x"):
            models(project, "x*")

    def test_only_the_newest_of_each(self, project: Project) -> None:
        """One line a model."""
        answer = models(project, latest=True, sort="name")
        assert [version.ref for version in answer.versions] == ["churn@3", "sales@1", "team-a@1", "team-b@1"]

    def test_sorted_by_owner(self, project: Project) -> None:
        """Those that nobody owns first, so that they are seen."""
        answer = models(project, sort="owner", latest=True)
        assert [version.name for version in answer.versions] == ["churn", "team-a", "sales", "team-b"]

    def test_a_verdict_is_the_last_one(self, project: Project, through, tmp_path) -> None:
        """As the ledger has it."""
        (project.root / "pyproject.toml").write_text(
            '[tool.jupyter-mlops.gates.champion]\nchecks = [{check = "size", mb = 1e-9}]'
        )
        project.__dict__.pop("_read_settings", None)
        through(gate, version="sales@1")
        assert [version.ref for version in models(project, verdict="failed").versions] == ["sales@1"]


@pytest.mark.usefixtures("churn", "many")
class TestGroups:
    def test_counts_models_versions_and_champions(self, project: Project) -> None:
        """By a tag's key; what has none is a group too."""
        answer = models(project, group="team")
        found = [(item.name, item.models, item.versions, item.serving) for item in answer.groups]
        assert found == [("—", 1, 3, 0), ("one", 2, 2, 1), ("two", 1, 1, 0)]
        assert answer.versions == ()

    @pytest.mark.parametrize(("by", "groups"), [("model", 4), ("owner", 3), ("alias", 2)])
    def test_by_what_every_version_has(self, project: Project, by: str, groups: int) -> None:
        """Model, owner, alias."""
        assert models(project, group=by).total == groups

    def test_groups_come_by_the_page(self, project: Project) -> None:
        """As versions do."""
        answer = models(project, group="model", limit=3)
        assert (len(answer.groups), answer.next_page) == (3, 2)
        assert answer.card().notes == ("3 of 4; more with --page 2",)
