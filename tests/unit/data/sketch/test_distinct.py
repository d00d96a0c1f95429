"""Distinct counts are near the truth, and merge exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.data.sketch import hashing
from jupyter_mlops.data.sketch.distinct import Distinct

numbers = st.lists(st.integers(-1000, 1000), max_size=100)


def counting(values: object) -> Distinct:
    return Distinct().add(hashing.of_numbers(np.asarray(values, dtype=np.int64)))


class TestEstimate:
    @pytest.mark.parametrize("count", [0, 1, 2, 10, 30])
    def test_a_few_are_counted_to_the_unit(self, count):
        """Small counts are what people read closely."""
        assert counting(np.arange(count)).estimate == count

    @pytest.mark.parametrize("count", [300, 5_000, 100_000, 3_000_000])
    def test_many_are_within_six_percent(self, count):
        """Four standard errors, for three sets of values."""
        for start in (0, 10**7, 10**12):
            assert counting(np.arange(start, start + count)).estimate == pytest.approx(count, rel=0.064)

    def test_repetition_does_not_count(self):
        """Ten thousand rows of seven values are seven."""
        assert counting(np.arange(10_000) % 7).estimate == 7


class TestMerge:
    @given(numbers, numbers)
    def test_it_is_that_of_all_values_together(self, left, right):
        """Exactly, so that order and parts do not matter."""
        assert counting(left).merge(counting(right)) == counting(left + right)
        assert counting(left).merge(counting(right)) == counting(right).merge(counting(left))

    def test_parts_of_any_size_make_the_same(self):
        """A value that could change nothing was rightly left out."""
        values = np.arange(400_000)
        parts = [counting(part) for part in np.array_split(values, 7)]
        merged = parts[0]
        for part in parts[1:]:
            merged = merged.merge(part)
        assert merged == counting(values)
