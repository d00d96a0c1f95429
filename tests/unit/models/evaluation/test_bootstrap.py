"""Intervals are what drawing rows anew makes of a measure."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation.bootstrap import intervals, paired
from jupyter_mlops.models.evaluation.metrics import Metric, metric, metrics_for
from jupyter_mlops.models.evaluation.predictions import Predictions, Task


def predictions(rows: int, seed: int = 0, noise: float = 1.0) -> Predictions:
    target = np.random.default_rng(0).integers(0, 2, rows)
    scores = 1 / (1 + np.exp(-(target - 0.5 + np.random.default_rng(seed + 1).normal(0, noise, rows))))
    table = pd.DataFrame(index=range(rows))
    labels = (scores > 0.5).astype(int)
    return Predictions("binary", target, labels, scores, np.array([0, 1]), table, is_probability=True)


def spread(found: Predictions, judge: Metric, draws: int = 400) -> float:
    """The standard deviation of the measure over rows that are really drawn anew."""
    random = np.random.default_rng(1)
    rows = len(found)
    return float(np.std([judge.of(found.take(random.integers(0, rows, rows))) for _ in range(draws)]))


class TestIntervals:
    @pytest.mark.parametrize("rows", [300, 6_000])
    @pytest.mark.parametrize("name", ["accuracy", "roc_auc", "average_precision", "log_loss"])
    def test_they_are_as_wide_as_rows_drawn_anew_make_them(self, rows: int, name: str) -> None:
        """Counting is drawing, of few rows and of many."""
        found, judge = predictions(rows), metric("binary", name)
        interval = intervals(found, [judge])[0]
        width = (interval.high - interval.low) / (2 * 1.96)
        assert width == pytest.approx(spread(found, judge, 200), rel=0.2)
        assert interval.low < interval.value < interval.high
        assert interval.defined == 1

    def test_the_same_seed_draws_the_same(self) -> None:
        """An interval is no matter of luck."""
        found, judges = predictions(300), metrics_for("binary")
        assert intervals(found, judges) == intervals(found, judges)

    @pytest.mark.parametrize("task", ["regression", "forecasting"])
    def test_every_measure_of_numbers_has_one(self, task: Task) -> None:
        """None of them is forgotten."""
        target = np.random.default_rng(0).normal(5, 1, 200)
        said = target + np.random.default_rng(1).normal(size=200)
        found = Predictions(task, target, said, None, None, pd.DataFrame(index=range(200)), naive=1.0)
        told = intervals(found, metrics_for(task), draws=50)
        assert all(item.low <= item.value <= item.high or item.metric == "max_error" for item in told)

    def test_queries_are_drawn_whole(self) -> None:
        """Two queries, one right and one wrong, leave everything open."""
        groups, true, said = np.repeat([0, 1], 50), np.tile([1] + [0] * 49, 2), np.zeros(100)
        said[0], said[50] = 1, -1
        found = Predictions("ranking", true, said, None, None, pd.DataFrame(index=range(100)), groups)
        interval = intervals(found, [metric("ranking", "ndcg@10")], draws=200)[0]
        assert (interval.low, interval.high) == (0.0, 1.0)

    def test_what_is_not_defined_says_why(self) -> None:
        """NaN comes with a reason."""
        found = predictions(300)
        one = intervals(found.take(found.target == 0), [metric("binary", "roc_auc")])[0]
        assert math.isnan(one.value)
        assert one.why == "the target holds one class only, 0"

    def test_draws_without_a_class_are_told(self) -> None:
        """Among 5 rows with one positive, a third of the draws have none."""
        found = predictions(300)
        rows = np.r_[np.flatnonzero(found.target == 1)[:1], np.flatnonzero(found.target == 0)[:4]]
        interval = intervals(found.take(rows), [metric("binary", "roc_auc")])[0]
        assert 0.5 < interval.defined < 0.8


class TestPaired:
    @pytest.mark.parametrize("name", ["accuracy", "roc_auc", "brier"])
    def test_a_model_beside_itself_differs_by_nothing(self, name: str) -> None:
        """And is as often worse as it is better."""
        found = predictions(300)
        answer = paired(found, replace(found), metric("binary", name))
        assert (answer.estimate, answer.low, answer.high, answer.p_worse) == (0, 0, 0, 0.5)

    @pytest.mark.parametrize("name", ["accuracy", "roc_auc", "brier"])
    def test_a_better_model_is_hardly_ever_worse(self, name: str) -> None:
        """Whichever way is better."""
        good, bad = predictions(1_000, 1, 0.5), predictions(1_000, 2, 3.0)
        assert paired(good, bad, metric("binary", name)).p_worse < 0.01
        assert paired(bad, good, metric("binary", name)).p_worse > 0.99

    def test_pairs_are_surer_than_two_intervals(self) -> None:
        """What both models get wrong is no difference between them."""
        first = predictions(2_000)
        labels = first.values.copy()
        labels[:20] = 1 - labels[:20]
        second = replace(first, values=labels)
        judge = metric("binary", "accuracy")
        alone = intervals(first, [judge])[0]
        both = paired(first, second, judge)
        assert both.high - both.low < (alone.high - alone.low) / 2

    def test_a_margin_forgives(self) -> None:
        """Worse by less than the margin is not worse."""
        good, bad = predictions(1_000, 1, 1.0), predictions(1_000, 2, 1.3)
        assert paired(bad, good, metric("binary", "roc_auc"), margin=0.5).p_worse == 0

    def test_other_rows_are_refused(self) -> None:
        """A difference is of one table."""
        with pytest.raises(Invalid, match="300 and 200"):
            paired(predictions(300), predictions(200), metric("binary", "accuracy"))
