"""Moments add up to those of all numbers together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jupyter_mlops.data.sketch.moments import Moments

numbers = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)


class TestOf:
    def test_they_are_those_of_scipy(self):
        """Mean, deviation, skewness and excess kurtosis, over several parts."""
        values = np.random.default_rng(0).gamma(2, 3, 100_000)
        found = Moments.of(values)
        assert found.mean == pytest.approx(values.mean())
        assert found.deviation == pytest.approx(values.std(ddof=1))
        assert found.skewness == pytest.approx(stats.skew(values))
        assert found.kurtosis == pytest.approx(stats.kurtosis(values))

    def test_counts_weigh(self):
        """A tally sums up as its rows do."""
        values, counts = np.array([1.0, 5.0, 9.0]), np.array([4, 1, 7])
        rows = Moments.of(np.repeat(values, counts))
        assert Moments.of(values, counts).model_dump() == pytest.approx(rows.model_dump())

    def test_a_constant_has_no_shape(self):
        """Nothing is divided by zero."""
        found = Moments.of(np.array([3.0, 3.0]))
        assert found.deviation == 0
        assert np.isnan([found.skewness, found.kurtosis, Moments().deviation]).all()

    def test_numbers_near_the_end_of_floats_do_no_harm(self):
        """Their squares are infinite; that is said, and nothing raised."""
        found = Moments.of(np.array([1e308, -1e308])).merge(Moments.of(np.array([1e200])))
        assert found.deviation == np.inf


class TestMerge:
    @given(numbers, numbers)
    def test_it_is_that_of_all_numbers_together(self, left, right):
        """Within rounding."""
        merged = Moments.of(np.array(left)).merge(Moments.of(np.array(right)))
        whole = Moments.of(np.array(left + right))
        assert merged.count == whole.count
        assert merged.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-6)
        assert merged.second == pytest.approx(whole.second, rel=1e-6, abs=1e-3)

    def test_nothing_adds_nothing(self):
        """An empty day changes no month."""
        some = Moments.of(np.array([1.0, 2.0]))
        assert some.merge(Moments()) == Moments().merge(some) == some
