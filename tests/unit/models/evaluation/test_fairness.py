"""Groups are compared as fairlearn compares them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as oracle

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.models.evaluation.fairness import fairness
from jupyter_mlops.models.evaluation.predictions import Predictions

ROWS = 600


def judged(groups: list[object] | None = None) -> Predictions:
    random = np.random.default_rng(3)
    group = random.choice(["ada", "bo", "cy"], ROWS) if groups is None else groups
    target = random.integers(0, 2, len(group))
    said = (target + random.normal(size=len(group)) + (np.array(group) == "bo") > 0.7).astype(int)
    table = pd.DataFrame({"who": group})
    return Predictions("binary", target, said, None, np.array([0, 1]), table)


class TestFairlearn:
    def test_demographic_parity(self) -> None:
        """Difference and ratio of the selected shares."""
        found = judged()
        told = fairness(found, ["who"])
        options = {"sensitive_features": found.table["who"]}
        known = oracle.demographic_parity_difference(found.target, found.values, **options)
        assert told.parity.value == pytest.approx(known)
        known = oracle.demographic_parity_ratio(found.target, found.values, **options)
        assert told.parity_ratio == pytest.approx(known)

    def test_equalised_odds(self) -> None:
        """The larger difference of the two rates."""
        found = judged()
        known = oracle.equalized_odds_difference(
            found.target, found.values, sensitive_features=found.table["who"]
        )
        assert fairness(found, ["who"]).odds.value == pytest.approx(known)

    def test_groups_of_two_columns(self) -> None:
        """Every combination that occurs is a group, and draws of it are told as itself."""
        found = judged()
        found.table["old"] = np.random.default_rng(4).integers(0, 2, ROWS) == 1
        features = found.table[["who", "old"]]
        known = oracle.equalized_odds_difference(found.target, found.values, sensitive_features=features)
        told = fairness(found, ["who", "old"])
        assert told.odds.value == pytest.approx(known)
        assert told.odds.low < known < told.odds.high
        assert len(told.groups) == 6

    def test_each_group(self) -> None:
        """Its size and its rates."""
        found = judged()
        frame = oracle.MetricFrame(
            metrics={
                "rows": oracle.count,
                "selected": oracle.selection_rate,
                "true": oracle.true_positive_rate,
            },
            y_true=found.target,
            y_pred=found.values,
            sensitive_features=found.table["who"],
        ).by_group
        told = [(group.rows, group.selected, group.true_rate) for group in fairness(found, ["who"]).groups]
        np.testing.assert_allclose(told, frame.to_numpy(dtype=float))


class TestSmallGroups:
    def test_a_group_of_one_is_shown_and_not_compared(self) -> None:
        """One person's treatment is no rate."""
        told = fairness(judged(["ada"] * 50 + ["bo"] * 50 + ["cy"]), ["who"])
        assert [(group.name, group.is_small) for group in told.groups][-1] == ("who=cy", True)
        assert (told.parity.why, told.odds.why) == ("", "")

    def test_one_group_compares_with_nothing(self) -> None:
        """It is unknown, which is not fair."""
        told = fairness(judged(["ada"] * 50 + ["cy"]), ["who"])
        assert math.isnan(told.parity.value)
        assert "1 of 2 groups have 30 rows" in told.parity.why

    def test_a_group_without_a_class_has_no_odds(self) -> None:
        """The other measure stands."""
        found = judged(["ada"] * 50 + ["bo"] * 50)
        found.target[:50] = 0
        told = fairness(found, ["who"])
        assert math.isnan(told.odds.value)
        assert told.odds.why == "who=ada has no row of the second class"
        assert told.parity.value >= 0

    def test_missing_values_are_a_group(self) -> None:
        """Who says nothing of themselves is treated too."""
        told = fairness(judged(["ada"] * 50 + [None] * 50), ["who"])
        assert [group.rows for group in told.groups] == [50, 50]


class TestRefusals:
    def test_a_column_of_numbers_of_customers_is_no_group(self) -> None:
        """Three hundred groups of one compare nothing."""
        with pytest.raises(Invalid, match="more than 200"):
            fairness(judged(list(map(str, range(300)))), ["who"])

    def test_an_unknown_column_is_not_found(self) -> None:
        """The nearest is offered."""
        with pytest.raises(NotFound, match="whom"):
            fairness(judged(), ["whom"])
