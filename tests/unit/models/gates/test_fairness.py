"""A version treats groups alike, by the numbers that evaluate tells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.models.evaluate import evaluate
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.fairness import Fairness
from tests.unit.models.conftest import Make, people

Ask = Callable[..., Candidate]


def unfair(rows: int) -> pd.DataFrame:
    """In the south people are older, so that they are predicted to leave."""
    table = people(rows, 1)
    table["age"] += np.where(table["region"] == "south", 8, -8)
    return table


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
        with pytest.raises(Unknown, match=r"1 of 2 groups have 30 rows or more.*region=west: 1"):
            list(Fairness(by="region").find(candidate(make(), data="lone@1")))

    def test_the_upper_bound_counts_where_it_must_be_sure(self, make: Make, candidate: Ask) -> None:
        """A small difference of few rows may be a large one."""
        asked = candidate(make())
        (loose,) = Fairness(by="region").find(asked)
        low, high = map(float, loose.evidence["interval"].split(" to "))
        assert low < float(loose.evidence["value"]) < high
        limit = (float(loose.evidence["value"]) + high) / 2
        (sure,) = Fairness(by="region", at_most=limit, confident=True).find(asked)
        assert (loose.severity, sure.severity) == ("info", "error")

    def test_it_is_the_number_of_evaluate(self, project: Project, make: Make, candidate: Ask) -> None:
        """One comparison of groups, not two."""
        (found,) = Fairness(by="region", measure="equalised-odds").find(candidate(make()))
        (told,) = evaluate(project, "churn@1", "holdout@1", target="left", groups=("region",)).fairness
        assert float(found.evidence["value"]) == pytest.approx(told.odds_difference, abs=1e-6)
        assert found.evidence["interval"] == "{:.4g} to {:.4g}".format(*(told.odds_interval or ()))
