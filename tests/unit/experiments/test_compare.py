"""compare: runs beside each other, what differs first."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, RunLog
from jupyter_mlops.experiments.compare import compare


def recorded(project: Project, name: str, depth: int, auc: float, source: str) -> str:
    tracker = project.tracker
    run = tracker.start(name, key=name, experiment="shop", tags={"jupyter_mlops.snapshots": f"sales@{depth}"})
    params = {"depth": str(depth), "seed": "7"}
    tracker.log(
        run, RunLog(params, {"auc": auc, "training_auc": 1.0}, {}, [Artifact("source.py", source.encode())])
    )
    return tracker.finish(run, "finished").ref


class TestCompare:
    def test_what_differs_comes_first(self, project: Project) -> None:
        """Parameters, metrics, data and code, each value beside its sibling."""
        first = recorded(project, "shallow", 2, 0.8, "fit(depth=2)\nscore()")
        second = recorded(project, "deep", 6, 0.9, "fit(depth=6)\nscore()")
        found = compare(project, (first, second))
        assert [(row.name, row.values, row.differs) for row in found.params] == [
            ("depth", ("2", "6"), True),
            ("seed", ("7", "7"), False),
        ]
        assert found.metrics[0].values == ("0.8", "0.9")
        assert found.origins[0].values == ("sales@2", "sales@6")
        assert "-fit(depth=2)" in found.code
        assert "+fit(depth=6)" in found.code
        assert " score()" in found.code

    def test_the_card_shows_the_differences_only(self, project: Project) -> None:
        """What is the same is counted."""
        first = recorded(project, "shallow", 2, 0.8, "x")
        second = recorded(project, "deep", 6, 0.9, "x")
        shown = str(compare(project, (first, second)))
        assert "depth" in shown
        assert "seed" not in shown
        assert "2 values are the same" in shown

    def test_a_value_that_one_lacks_is_a_difference(self, project: Project) -> None:
        """Missing is shown as such."""
        first = recorded(project, "shallow", 2, 0.8, "x")
        bare = project.tracker.start("bare", key="bare", experiment="shop", tags={})
        row = next(row for row in compare(project, (first, bare.ref)).params if row.name == "seed")
        assert row.values == ("7", None)
        assert row.differs

    def test_one_run_is_nothing_to_compare(self, project: Project) -> None:
        """It says how many it takes."""
        with pytest.raises(Invalid, match="1 runs cannot be compared"):
            compare(project, (recorded(project, "only", 2, 0.8, "x"),))

    def test_an_unknown_run_is_named(self, project: Project) -> None:
        """Nothing is compared with nothing."""
        with pytest.raises(NotFound):
            compare(project, (recorded(project, "only", 2, 0.8, "x"), "@ffffffff"))
