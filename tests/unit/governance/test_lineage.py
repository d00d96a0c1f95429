"""lineage: where a thing came from, and what came from it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.governance.lineage import Lineage, lineage
from tests.unit.governance.conftest import As, Tell


@pytest.fixture
def story(project: Project, tell: Tell) -> None:
    """A file, two snapshots, a derived one, two runs, two versions, a deployment, its predictions."""
    tell("snapshot", (), ("snapshot:raw@1",), arguments={"table": "raw.csv"})
    tell("snapshot", (), ("snapshot:other@1",), arguments={"table": "other.csv"})
    tell("derive", ("snapshot:raw@1",), ("snapshot:clean@1",))
    tell("record", ("snapshot:clean@1", "notebook:train.ipynb"), ("run:@aaaa",))
    tell("record", ("snapshot:other@1",), ("run:@bbbb",))
    tell("register", ("run:@aaaa", "snapshot:clean@1"), ("version:churn@1",))
    tell("register", ("run:@bbbb",), ("version:churn@2",))
    tell("deploy", ("version:churn@1",), ("deployment:prod",))
    tell("predict", ("deployment:prod", "snapshot:other@1"), ("predictions:prod@1",))


def names(found: Lineage, *, steps: range) -> list[str]:
    return [thing.name for thing in found.things if thing.steps in steps]


@pytest.mark.usefixtures("story")
class TestLineage:
    def test_both_ways_from_the_middle(self, project: Project) -> None:
        """What came before and after; not what else came from the same sources."""
        found = lineage(project, "@aaaa")
        assert names(found, steps=range(-9, -1)) == ["raw.csv", "raw@1"]
        assert set(names(found, steps=range(-1, 0))) == {"clean@1", "train.ipynb"}
        assert names(found, steps=range(1, 9)) == ["churn@1", "prod", "prod@1"]

    def test_which_models_saw_this_snapshot(self, project: Project) -> None:
        """Through whatever lies between."""
        assert lineage(project, "raw@1").models == ("churn@1",)
        assert lineage(project, "other@1").models == ("churn@2",)
        assert lineage(project, "churn@1").models == ()

    def test_what_a_change_would_touch(self, project: Project) -> None:
        """Counted by kind."""
        shown = str(lineage(project, "raw.csv", down=True))
        assert "2 snapshots, 1 run, 1 version, 1 deployment, 1 predictions" in shown

    def test_one_way_and_so_far(self, project: Project) -> None:
        """As asked; what an answer does not look at it does not speak of."""
        assert {thing.steps for thing in lineage(project, "churn@1", up=True).things} == {0, -1, -2, -3, -4}
        assert {thing.steps for thing in lineage(project, "churn@1", down=True, depth=1).things} == {0, 1}
        assert "touch" not in str(lineage(project, "churn@1", up=True))

    def test_the_tree_names_the_line_that_says_so(self, project: Project) -> None:
        """Readable without colours; each branch once."""
        rows = lineage(project, "churn@1").card().rows
        assert rows[0] == ("churn@1", "", "")
        assert rows[1] == ("← @aaaa", "register", "6")
        assert ("│ ← clean@1", "record", "4") in rows
        assert ("→ prod", "deploy", "8") in rows
        assert len(rows) == len(set(rows))

    def test_the_figure_has_a_point_for_each_thing(self, project: Project) -> None:
        """From left to right, as JSON that Plotly draws, names as text."""
        found = lineage(project, "@aaaa")
        figure = found.figure()
        assert figure is not None
        arrows, points = json.loads(json.dumps(figure))["data"]
        assert len(points["x"]) == len(found.things)
        assert points["x"] == sorted(points["x"])
        assert arrows["x"].count(None) == len(found.links)

    def test_nothing_is_guessed(self, project: Project) -> None:
        """A thing that the ledger does not know."""
        with pytest.raises(NotFound):
            lineage(project, "churn@9")


class TestHostile:
    def test_a_name_is_text_in_the_figure(self, project: Project, tell: Tell) -> None:
        """Plotly reads tags in its texts."""
        tell("snapshot", (), ("snapshot:a@1",), arguments={"table": "<b>x</b>.csv"})
        tell("snapshot", (), ("snapshot:a@2",), arguments={"table": "a<img src=x>.csv"})
        assert "<img" not in json.dumps(lineage(project, "a").figure())


class TestThroughTheDoor:
    def test_a_verb_s_own_line_is_found(self, by: As) -> None:
        """A table from memory: itself, and nothing around it."""
        by("ada", snapshot, table=pd.DataFrame({"a": [1]}), name="customers")
        found = by("ada", lineage, ref="customers@1")
        assert isinstance(found, Lineage)
        assert [thing.ref for thing in found.things] == ["snapshot:customers@1"]
        assert found.figure() is None
