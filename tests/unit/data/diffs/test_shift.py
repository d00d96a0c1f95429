"""A shift is 0 for equal distributions, 1 for those that share nothing, and agrees with SciPy between."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from jupyter_mlops.data.diffs.schemas import pair
from jupyter_mlops.data.diffs.shift import kolmogorov_smirnov, shift

RANDOM = np.random.default_rng(3)


def moved(left: list[object], right: list[object], dtype: str) -> tuple[float, str]:
    """The shift of one column."""
    one, other = (pd.DataFrame({"a": pd.Series(values, dtype=dtype)}) for values in (left, right))
    found = shift(pair(one, other).pairs[0])
    return round(found.size, 6), found.measure


class TestShift:
    @pytest.mark.parametrize("sizes", [(5000, 3000), (40, 70)])
    def test_numbers_agree_with_scipy(self, sizes):
        """Within 1/500 of the exact Kolmogorov-Smirnov statistic, ties included."""
        left, right = RANDOM.normal(size=sizes[0]).round(1), RANDOM.normal(0.3, 1.2, sizes[1]).round(1)
        assert kolmogorov_smirnov(left, right) == pytest.approx(ks_2samp(left, right).statistic, abs=0.002)

    @pytest.mark.parametrize(
        ("left", "right", "dtype", "expected"),
        [
            ([1, 2, 3], [1, 2, 3], "int64", (0.0, "ks")),
            ([1, 2], [8, 9], "float64", (1.0, "ks")),
            ([1.0, None], [1.0, 1.0], "Float64", (0.5, "ks")),
            (["2026-01-01"] * 2, ["2026-01-01", "2026-05-05"], "M8[us]", (0.5, "ks")),
            (["a", "a", "b", "b"], ["a", "b", "b", "b"], "str", (0.25, "tv")),
            (["a", "a", None, None], ["a", "a", "a", "a"], "category", (0.5, "tv")),
            ([True, False], [True, True], "bool", (0.5, "tv")),
            (["ab", "cd", "ef"], ["gh", "ij", "kl"], "str", (0.0, "length")),
            ([], [1], "int64", (1.0, "ks")),
            ([], [], "str", (0.0, "tv")),
        ],
    )
    def test_what_can_be_said_by_hand(self, left, right, dtype, expected):
        """Missing is a value of its own; texts that are mostly different are measured by their length."""
        assert moved(left, right, dtype) == expected
