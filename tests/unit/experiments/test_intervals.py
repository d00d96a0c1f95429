"""Intervals: what they say agrees with SciPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from jupyter_mlops.experiments.comparison.intervals import (
    Contrast,
    around,
    of_auc,
    of_losses,
    of_runs,
    over_folds,
    paired,
)

RANDOM = np.random.default_rng(7)


class TestFolds:
    def test_it_is_students_interval_widened_for_shared_rows(self) -> None:
        """For k folds the variance of the mean grows from 1/k to 1/k + 1/(k - 1)."""
        values = [0.81, 0.84, 0.79, 0.88, 0.83]
        found = over_folds(values)
        low, high = stats.t.interval(0.95, 4, loc=np.mean(values), scale=stats.sem(values))
        widened = np.sqrt((1 / 5 + 1 / 4) / (1 / 5))
        assert found.value == pytest.approx(np.mean(values))
        assert found.high - found.low == pytest.approx((high - low) * widened)

    def test_without_overlap_it_is_students(self) -> None:
        """Independent values need no correction."""
        values = [1.0, 2.0, 4.0]
        found = over_folds(values, overlap=0)
        assert (found.low, found.high) == pytest.approx(
            stats.t.interval(0.95, 2, loc=np.mean(values), scale=stats.sem(values))
        )

    def test_the_same_folds_are_paired(self) -> None:
        """What is common to both drops out."""
        hard = np.array([0.2, 0.9, 0.5, 0.7])
        before, after = list(enumerate(hard)), list(enumerate(hard + 0.01))
        found = paired(before, after)
        assert found is not None
        assert (found.low, found.high) == pytest.approx((0.01, 0.01))

    def test_other_folds_are_not(self) -> None:
        """Five folds and three have nothing in common."""
        assert paired([(0, 1.0), (1, 2.0)], [(0, 1.0), (1, 2.0), (2, 3.0)]) is None

    def test_a_metric_logged_by_fold_has_an_interval(self) -> None:
        """Other curves have none."""
        (found,) = of_runs({"@8c1d": {"fold_auc": [(0, 0.8), (1, 0.9)], "loss": [(0, 2.0), (1, 1.0)]}})
        assert (found.metric, found.method, found.value) == ("auc", "2 folds", pytest.approx(0.85))


class TestLosses:
    def test_few_rows_are_resampled_as_scipy_does(self) -> None:
        """The same interval, but for the dice."""
        before, after = RANDOM.exponential(size=400), RANDOM.exponential(size=400)
        found, method = of_losses(before, after)
        theirs = stats.bootstrap(
            (after - before,), np.mean, method="percentile", n_resamples=4_000, rng=1
        ).confidence_interval
        assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.02)
        assert method == "paired bootstrap of 400 rows"

    def test_many_rows_are_normal(self) -> None:
        """The central limit theorem, within a thousandth of the bootstrap."""
        before, after = RANDOM.exponential(size=20_000), RANDOM.exponential(size=20_000)
        found, method = of_losses(before, after)
        low, high = stats.norm.interval(0.95, np.mean(after - before), stats.sem(after - before))
        assert (found.low, found.high) == pytest.approx((low, high))
        assert method == "20,000 rows, paired"

    def test_the_interval_covers_the_truth_as_often_as_it_says(self) -> None:
        """Of four hundred samples without a difference, about 95 % say so."""
        covered = [
            found.low <= 0 <= found.high for found in (around(RANDOM.normal(size=200)) for _ in range(400))
        ]
        assert np.mean(covered) == pytest.approx(0.95, abs=0.035)


class TestAuc:
    def test_the_areas_are_scikit_learns(self) -> None:
        """Ties count half."""
        truth = RANDOM.random(500) < 0.3
        one, other = (np.round(truth + RANDOM.normal(size=500) * noise, 1) for noise in (2.0, 1.0))
        found = of_auc(truth, one, other)
        assert found.value == pytest.approx(roc_auc_score(truth, other) - roc_auc_score(truth, one))

    def test_its_width_is_the_bootstraps(self) -> None:
        """DeLong's interval beside a resampled one."""
        truth = RANDOM.random(600) < 0.4
        one, other = (truth + RANDOM.normal(size=600) * noise for noise in (1.5, 1.2))
        found = of_auc(truth, one, other)
        drawn = [RANDOM.integers(0, 600, 600) for _ in range(300)]
        spread = np.std([roc_auc_score(truth[i], other[i]) - roc_auc_score(truth[i], one[i]) for i in drawn])
        assert (found.high - found.low) / 2 == pytest.approx(1.96 * spread, rel=0.2)


class TestContrast:
    def test_it_says_when_chance_may_explain_it(self) -> None:
        """Zero within the interval."""
        one = {"metric": "auc", "before": "@aaaa", "after": "@bbbb", "difference": 0.1, "method": "5 folds"}
        assert "may be chance" in str(Contrast(**one, low=-0.1, high=0.3))  # type: ignore[arg-type]
        assert Contrast(**one, low=0.05, high=0.15).is_clear  # type: ignore[arg-type]
