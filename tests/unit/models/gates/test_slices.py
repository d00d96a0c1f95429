"""A metric holds in every slice, and those too small to tell are counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.models.evaluate import evaluate
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.slices import Slices
from tests.unit.models.conftest import Make, people

Ask = Callable[..., Candidate]


class TestSlices:
    def test_names_the_slice_that_fails(self, project: Project, make: Make, candidate: Ask) -> None:
        """With its value, interval and size."""
        table = people(600, 1)
        south = table["region"] == "south"
        table["left"] = table["left"].where(~south, 1 - table["left"])
        snapshot(project, table, "odd")
        found = list(
            Slices(by="region", metric="accuracy", at_least=0.6).find(candidate(make(), data="odd@1"))
        )
        assert [(item.severity, item.subject) for item in found] == [("error", "region=south")]
        assert found[0].count == int(south.sum())
        assert {"value", "interval", "all rows", "n"} == found[0].evidence.keys()

    def test_says_the_worst_where_all_is_well(self, make: Make, candidate: Ask) -> None:
        """So that one sees how close it was."""
        (found,) = Slices(by="region", metric="accuracy", gap=0.2).find(candidate(make()))
        assert found.severity == "info"

    def test_small_slices_are_counted_not_judged(self, project: Project, make: Make, candidate: Ask) -> None:
        """A group of one proves nothing."""
        table = people(600, 1)
        table.loc[0, "region"] = "west"
        snapshot(project, table, "lone")
        found = list(
            Slices(by="region", metric="accuracy", at_least=0.5).find(candidate(make(), data="lone@1"))
        )
        assert found[-1].message == "1 slices of fewer than 30 rows are not judged, 1 rows in all"
        assert found[-1].evidence["smallest"] == "region=west: 1"

    def test_a_slice_of_one_class_is_an_open_question(
        self, project: Project, make: Make, candidate: Ask
    ) -> None:
        """What is not defined does not pass."""
        table = people(600, 1)
        table.loc[table["region"] == "south", "left"] = 1
        snapshot(project, table, "flat")
        with pytest.raises(Unknown, match=r"like region=south .* one class only"):
            list(Slices(by="region", metric="roc_auc", at_least=0.1).find(candidate(make(), data="flat@1")))

    def test_too_many_are_refused(self, project: Project, make: Make, candidate: Ask) -> None:
        """Nobody reads a thousand slices."""
        snapshot(project, people(300, 1).assign(region=[f"r{number}" for number in range(300)]), "wide")
        with pytest.raises(Invalid, match="region makes 300 slices, more than 200"):
            list(Slices(by="region", metric="accuracy", gap=0.1).find(candidate(make(), data="wide@1")))

    def test_they_are_those_of_evaluate(self, project: Project, make: Make, candidate: Ask) -> None:
        """One slicing, one number: scikit-learn's."""
        asked = candidate(make())
        found = next(Slices(by="region", metric="accuracy", at_least=0.99).find(asked))
        told = evaluate(project, "churn@1", "holdout@1", target="left", by=("region",), metrics=("accuracy",))
        scores = {item.name: item.score.value for item in told.slices}
        assert float(found.evidence["value"]) == pytest.approx(scores[found.subject], abs=1e-6)
