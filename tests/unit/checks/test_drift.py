"""Drift between two profiles is that between the tables, within the error of the sketches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from jupyter_mlops.checks import drift
from jupyter_mlops.checks.drift import ColumnDrift, between
from jupyter_mlops.data.sketch.table import TableSketch

RANDOM = np.random.default_rng(7)
ROWS = 50_000
BASE = RANDOM.normal(40, 10, ROWS)
AFTER = {
    "same": RANDOM.normal(40, 10, ROWS),
    "moved": RANDOM.normal(45, 10, ROWS),
    "wider": RANDOM.normal(40, 20, ROWS),
    "skewed": RANDOM.gamma(4, 10, ROWS),
    "elsewhere": RANDOM.normal(400, 10, ROWS),
}
WORDS = ["red", "green", "blue", "black"]


def measured(before: object, after: object) -> ColumnDrift:
    frames = [pd.DataFrame({"a": values}) for values in (before, after)]
    return between(*map(TableSketch.of, frames))[0]


def shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1) / len(values)


class TestNumbers:
    @pytest.mark.parametrize("after", AFTER.values(), ids=AFTER)
    def test_the_largest_distance_is_scipys(self, after):
        """Of two samples of fifty thousand, to within the two sketches' errors."""
        assert measured(BASE, after).ks == pytest.approx(stats.ks_2samp(BASE, after).statistic, abs=0.03)

    @pytest.mark.parametrize("after", AFTER.values(), ids=AFTER)
    def test_stability_and_divergence_are_those_of_the_bins(self, after):
        """Deciles of the reference, counted on the raw data."""
        edges = np.quantile(BASE, np.linspace(0, 1, 11)[1:-1])
        p, q = shares(BASE, edges), shares(after, edges)
        found = measured(BASE, after)
        assert found.psi == pytest.approx(drift.psi(p, q, (ROWS, ROWS)), rel=0.15, abs=0.01)
        assert found.js == pytest.approx(jensenshannon(p, q, base=2), abs=0.03)

    def test_a_value_that_occurs_often_is_a_bin_of_its_own(self):
        """Where most are zero, it shows that they are no more."""
        zeros = np.where(RANDOM.random(ROWS) < 0.7, 0.0, BASE)
        found = measured(zeros, np.where(zeros == 0, -1.0, zeros))
        assert found.psi is not None
        assert found.psi > 5

    def test_constants(self):
        """Equal ones have not moved, others have wholly."""
        assert measured([5.0] * 100, [5.0] * 80) == ColumnDrift(column="a", psi=0.0, ks=0.0, js=0.0)
        other = measured([5.0] * 100, [3.0] * 100)
        assert (other.ks, other.js) == (1.0, 1.0)

    def test_times_move_as_numbers_do(self):
        """In nanoseconds."""
        days = pd.date_range("2026-01-01", periods=1000, freq="h")
        assert measured(days, days + pd.Timedelta(days=400)).ks == 1.0


class TestValues:
    def test_shares_of_words_are_exact(self):
        """Where there are few of them: stability and divergence of the raw counts."""
        before, after = RANDOM.choice(WORDS, 5000), RANDOM.choice(WORDS, 4000, p=[0.5, 0.3, 0.1, 0.1])
        p, q = (np.array([(side == word).mean() for word in WORDS]) for side in (before, after))
        found = measured(before, after)
        assert found.psi == pytest.approx(drift.psi(p, q, (5000, 4000)))
        assert found.js == pytest.approx(jensenshannon(p, q, base=2))
        assert found.ks is None

    def test_a_new_word_counts(self):
        """And one that is gone."""
        found = measured(["a"] * 900 + ["b"] * 100, ["a"] * 900 + ["c"] * 100)
        assert found.psi is not None
        assert found.psi > 0.5

    def test_words_without_end_are_unknown(self):
        """Two columns of names that are all different tell nothing."""
        found = measured([f"x{n}" for n in range(3000)], [f"y{n}" for n in range(3000)])
        assert (found.psi, found.unknown) == (None, "it has too many different values to compare")


class TestMissing:
    def test_it_is_a_bin_of_its_own(self):
        """The others have not moved, and yet the column has."""
        found = measured(BASE, np.where(RANDOM.random(ROWS) < 0.3, np.nan, BASE))
        assert found.missing_after == pytest.approx(0.3, abs=0.01)
        assert found.psi is not None
        assert found.psi > 1

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            ([], [], "no values in the reference"),
            ([1.0], [None], "no values now"),
            ([1.0, None], ["a", "b"], "it was number and is text"),
            ([[1]], [[2]], "its values are of no one kind"),
            ([np.inf], [np.inf], "all infinite"),
        ],
    )
    def test_what_cannot_be_measured_is_unknown(self, before, after, reason):
        """Which is not the same as no drift."""
        found = measured(before, after)
        assert (found.psi, found.ks, found.js) == (None, None, None)
        assert reason in found.unknown


class TestBetween:
    def test_columns_go_by_name(self):
        """One that is gone or new is unknown; renamed, it is both."""
        old, new = pd.DataFrame({"a": [1], "b": [1]}), pd.DataFrame({"b": [1], "c": [1]})
        found = between(TableSketch.of(old), TableSketch.of(new))
        assert [(item.column, item.unknown) for item in found] == [
            ("a", "it is gone"),
            ("b", ""),
            ("c", "it is new"),
        ]

    def test_it_needs_no_data(self):
        """What is kept of twenty columns is enough."""
        frame = pd.DataFrame({f"x{n}": BASE for n in range(20)})
        sketches = [TableSketch.of(frame), TableSketch.of(frame + 1)]
        packed = [item.pack() for item in sketches]
        assert between(*map(TableSketch.unpack, packed)) == between(*sketches)


class TestPsi:
    def test_it_is_the_divergence_of_jeffreys(self):
        """Both ways of Kullback and Leibler."""
        p, q = np.array([0.2, 0.8]), np.array([0.5, 0.5])
        assert drift.psi(p, q, (100, 100)) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p))

    def test_an_empty_bin_counts_as_half_a_row(self):
        """It is not infinite."""
        found = drift.psi(np.array([0.0, 1.0]), np.array([0.5, 0.5]), (100, 100))
        assert found == pytest.approx((0.5 - 0.005) * np.log(100) + 0.5 * np.log(2))
