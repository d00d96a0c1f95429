"""Quantiles are near the truth however the numbers came, and exact for a few."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.data.sketch.quantiles import Quantiles

BOUND = 0.015
SHARES = np.linspace(0, 1, 201)


def sketch(values: np.ndarray) -> Quantiles:
    return Quantiles.of(*np.unique(values, return_counts=True))


def worst(found: Quantiles, values: np.ndarray) -> float:
    """The largest error of a rank, as a share of all."""
    ordered = np.sort(values)
    points = ordered[np.linspace(0, len(ordered) - 1, 400).astype(int)]
    truth = np.searchsorted(ordered, points, side="right") / len(ordered)
    return float(np.abs(found.below(points) - truth).max())


def shaped(shape: str, count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    shapes = {
        "normal": lambda: random.normal(size=count),
        "heavy": lambda: random.lognormal(0, 3, count),
        "rising": lambda: np.arange(count, dtype=float),
        "steps": lambda: random.integers(0, 7, count).astype(float),
        "waves": lambda: np.sin(np.arange(count)),
    }
    return shapes[shape]()


class TestFew:
    @given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=200))
    def test_up_to_a_few_hundred_are_exact(self, values):
        """As NumPy's inverted distribution has them."""
        found = sketch(np.array(values)).at(SHARES)
        assert found.tolist() == np.quantile(values, SHARES, method="inverted_cdf").tolist()

    def test_none_has_no_quantiles(self):
        """Not a number rather than zero."""
        assert np.isnan(sketch(np.empty(0)).at([0.5])).all()
        assert np.isnan(sketch(np.empty(0)).below([0.5])).all()


class TestMany:
    @pytest.mark.parametrize("shape", ["normal", "heavy", "rising", "steps", "waves"])
    @pytest.mark.parametrize("parts", [1, 30, 400])
    def test_a_rank_errs_by_at_most_one_and_a_half_percent(self, shape, parts):
        """Days, hours or all at once; sorted, random or in waves."""
        values = shaped(shape, 200_000, parts)
        days = [sketch(part) for part in np.array_split(values, parts)]
        merged = reduce(Quantiles.merge, days)
        assert worst(merged, values) <= BOUND

    def test_every_number_stands_for_itself_in_the_sum(self):
        """No row is lost or counted twice."""
        merged = reduce(
            Quantiles.merge, [sketch(np.random.default_rng(n).random(1000 + n)) for n in range(50)]
        )
        weights = sum((len(level) // 8) << height for height, level in enumerate(merged.levels))
        assert weights == sum(1000 + n for n in range(50))

    def test_it_stays_small(self):
        """A few kilobytes, whatever the rows."""
        assert sum(map(len, sketch(np.arange(10**6, dtype=float)).levels)) < 8_000

    def test_order_and_grouping_hardly_matter(self):
        """Associative and commutative within the bound."""
        values = shaped("heavy", 90_000, 1)
        one, two, three = (sketch(part) for part in np.array_split(values, 3))
        for merged in (one.merge(two).merge(three), one.merge(two.merge(three)), three.merge(one).merge(two)):
            assert worst(merged, values) <= BOUND

    def test_one_table_has_one_profile(self):
        """What is drawn is drawn by the content."""
        values = shaped("normal", 50_000, 2)
        assert sketch(values) == sketch(values)
