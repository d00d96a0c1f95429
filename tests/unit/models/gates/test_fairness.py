"""Groups' rates, compared as fairlearn does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.fairness import Fairness, Measure, drawn, gaps
from tests.unit.models.conftest import Make, people

Ask = Callable[..., Candidate]


def unfair(rows: int) -> pd.DataFrame:
    """In the south people are older, so that they are predicted to leave."""
    table = people(rows, 1)
    table["age"] += np.where(table["region"] == "south", 8, -8)
    return table


@pytest.mark.parametrize("measure", ["demographic-parity", "equalised-odds"])
class TestGaps:
    def test_they_are_fairlearns(self, measure: Measure) -> None:
        """On random truth and predictions of three groups."""
        metrics = pytest.importorskip("fairlearn.metrics")
        random = np.random.default_rng(5)
        true, said, group = random.integers(0, 2, 500), random.integers(0, 2, 500), random.integers(0, 3, 500)
        counts = np.bincount((group * 2 + true) * 2 + said, minlength=12).reshape(1, 3, 2, 2).astype(float)
        theirs = {
            "demographic-parity": metrics.demographic_parity_difference,
            "equalised-odds": metrics.equalized_odds_difference,
        }[measure]
        assert gaps(counts, measure)[0] == pytest.approx(theirs(true, said, sensitive_features=group))

    def test_the_interval_holds_the_value(self, measure: Measure) -> None:
        """Percentiles of rows drawn anew."""
        counts = np.array([[[45.0, 5], [10, 40]], [[25, 25], [20, 30]]])
        low, high = drawn(counts, measure)
        assert 0 <= low < gaps(counts[None], measure)[0] < high


class TestFairness:
    def test_an_unfair_model_fails_with_rates_and_sizes(
        self, project: Project, make: Make, candidate: Ask
    ) -> None:
        """Every group's rate and size is evidence."""
        snapshot(project, unfair(600), "odd")
        (found,) = Fairness(by="region").find(candidate(make(), data="odd@1"))
        assert found.severity == "error"
        assert "region=south: " in found.evidence["predicted positive"]
        assert found.evidence["n"] == "600"

    def test_a_fair_one_passes(self, make: Make, candidate: Ask) -> None:
        """The region has no part in it."""
        (found,) = Fairness(by="region", measure="equalised-odds", at_most=0.2).find(candidate(make()))
        assert found.severity == "info"

    def test_groups_of_one_are_no_groups(self, project: Project, make: Make, candidate: Ask) -> None:
        """What is left is one group, and there is nothing to compare."""
        table = people(300, 1).assign(region="north")
        table.loc[0, "region"] = "west"
        snapshot(project, table, "lone")
        with pytest.raises(Unknown, match="fewer than two groups have 30 rows: region=west: 1"):
            list(Fairness(by="region").find(candidate(make(), data="lone@1")))
