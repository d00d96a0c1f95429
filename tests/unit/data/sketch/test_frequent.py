"""Frequent values are found for certain, and no count errs by more than it says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.data.sketch.frequent import Frequent

few = st.lists(st.integers(0, 20), max_size=200)
many = st.lists(st.integers(0, 400) | st.integers(0, 3), max_size=600)


def counting(values: list[int]) -> Frequent:
    found, counts = np.unique(np.array(values, dtype=np.int64), return_counts=True)
    return Frequent.of(found, counts)


class TestFew:
    @given(few, few)
    def test_all_are_there_with_their_counts(self, left, right):
        """Up to thirty-two different values, merged or not."""
        merged = counting(left).merge(counting(right))
        assert dict(merged.counts) == Counter(left + right)
        assert merged.is_whole


class TestMany:
    @given(many, many)
    def test_no_count_errs_by_more_than_it_says(self, left, right):
        """The true count lies between the one that is kept and that plus the spare."""
        merged, truth = counting(left).merge(counting(right)), Counter(left + right)
        for value, count in truth.items():
            assert 0 <= count - dict(merged.counts).get(value, 0) <= merged.spare
        assert merged.spare <= len(left + right) / 33

    def test_a_heavy_hitter_survives_a_year_of_merges(self):
        """One value in ten among always new ones."""
        days = [counting([7] * 100 + list(range(1000 * day, 1000 * day + 900))) for day in range(1, 366)]
        year = days[0]
        for day in days[1:]:
            year = year.merge(day)
        value, count = next(year.top(1))
        assert value == 7
        assert count == pytest.approx(36_500, rel=0.02)

    def test_measured_numbers_take_no_room(self):
        """Where every value occurs once none is frequent."""
        assert counting(list(range(5000))).counts == ()


class TestValues:
    def test_a_number_has_one_form(self):
        """The integers of one day and the floats of the next add up."""
        ones = Frequent.of(np.array([1.0, 2.5]), np.array([3, 1]))
        assert dict(ones.merge(Frequent.of(np.array([1]), np.array([4]))).counts) == {1: 7, 2.5: 1}

    def test_long_texts_are_cut(self):
        """A profile is no copy of the data."""
        found = Frequent.of(pa.array(["x" * 1000], type=pa.large_string()), np.array([2]))
        assert [len(str(value)) for value, _ in found.counts] == [200]
