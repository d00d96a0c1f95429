"""Measures are scikit-learn's, and say when they are not defined."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn import metrics as oracle

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation.metrics import metric, metrics_for
from jupyter_mlops.models.evaluation.predictions import Predictions

Array = npt.NDArray[np.float64]
ROWS = 400
RANDOM = np.random.default_rng(7)
WEIGHTS = RANDOM.integers(1, 4, ROWS).astype(np.float64)
TABLE = pd.DataFrame({"age": RANDOM.normal(size=ROWS)})


def binary(*, is_tied: bool = False) -> Predictions:
    target = RANDOM.integers(0, 2, ROWS)
    scores = 1 / (1 + np.exp(-(target - 0.5 + RANDOM.normal(size=ROWS))))
    if is_tied:
        scores = scores.round(1).clip(0.05, 0.95)
    return Predictions(
        "binary", target, (scores > 0.5).astype(int), scores, np.array([0, 1]), TABLE, is_probability=True
    )


def several() -> Predictions:
    target = RANDOM.integers(0, 3, ROWS)
    scores = RANDOM.dirichlet([1, 1, 1], ROWS) + np.eye(3)[target] * 0.5
    scores /= scores.sum(1, keepdims=True)
    classes = np.array(["a", "b", "c"])
    return Predictions(
        "multiclass", classes[target], classes[scores.argmax(1)], scores, classes, TABLE, is_probability=True
    )


def numbers() -> Predictions:
    target = RANDOM.normal(10, 3, ROWS)
    return Predictions("regression", target, target + RANDOM.normal(size=ROWS), None, None, TABLE)


Oracle = Callable[[Predictions, Array], float]


def by_label(function: Callable[..., float], **options: object) -> Oracle:
    return lambda found, weights: float(
        function(found.target, found.values, sample_weight=weights, **options)
    )


def by_score(function: Callable[..., float], **options: object) -> Oracle:
    return lambda found, weights: float(
        function(found.target, found.scores, sample_weight=weights, **options)
    )


LABELS: dict[str, Oracle] = {
    "accuracy": by_label(oracle.accuracy_score),
    "balanced_accuracy": by_label(oracle.balanced_accuracy_score),
    "mcc": by_label(oracle.matthews_corrcoef),
    "precision_macro": by_label(oracle.precision_score, average="macro"),
    "recall_macro": by_label(oracle.recall_score, average="macro"),
    "f1_macro": by_label(oracle.f1_score, average="macro"),
    "precision_weighted": by_label(oracle.precision_score, average="weighted"),
    "recall_weighted": by_label(oracle.recall_score, average="weighted"),
    "f1_weighted": by_label(oracle.f1_score, average="weighted"),
    "log_loss": by_score(oracle.log_loss),
    "brier": by_score(oracle.brier_score_loss),
}
BINARY: dict[str, Oracle] = LABELS | {
    "precision": by_label(oracle.precision_score),
    "recall": by_label(oracle.recall_score),
    "f1": by_label(oracle.f1_score),
    "roc_auc": by_score(oracle.roc_auc_score),
    "average_precision": by_score(oracle.average_precision_score),
}
SEVERAL: dict[str, Oracle] = LABELS | {
    "roc_auc_ovr": by_score(oracle.roc_auc_score, multi_class="ovr"),
    "roc_auc_ovr_weighted": by_score(oracle.roc_auc_score, multi_class="ovr", average="weighted"),
}
NUMBERS: dict[str, Oracle] = {
    "mae": by_label(oracle.mean_absolute_error),
    "rmse": by_label(oracle.root_mean_squared_error),
    "mse": by_label(oracle.mean_squared_error),
    "mape": by_label(oracle.mean_absolute_percentage_error),
    "median_ae": by_label(oracle.median_absolute_error),
    "r2": by_label(oracle.r2_score),
}
CASES = [
    *((name, make, binary) for name, make in BINARY.items()),
    *((name, make, several) for name, make in SEVERAL.items()),
    *((name, make, numbers) for name, make in NUMBERS.items()),
]


@pytest.mark.parametrize(("name", "expected", "make"), CASES)
class TestScikitLearn:
    def test_a_measure_is_the_same(
        self, name: str, expected: Oracle, make: Callable[[], Predictions]
    ) -> None:
        """Every row counts once."""
        found = make()
        assert metric(found.task, name).of(found) == pytest.approx(expected(found, np.ones(ROWS)), abs=1e-12)

    def test_a_weighted_measure_is_the_same(
        self, name: str, expected: Oracle, make: Callable[[], Predictions]
    ) -> None:
        """A row of weight 3 counts as three."""
        found = make()
        known = expected(found, WEIGHTS)
        assert metric(found.task, name).of(found, WEIGHTS) == pytest.approx(known, abs=1e-12)


class TestTies:
    @pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
    def test_rows_of_one_score_have_no_order(self, name: str) -> None:
        """What ten distinct scores order is what scikit-learn says, weighted too."""
        found = binary(is_tied=True)
        for weights in (np.ones(ROWS), WEIGHTS):
            known = BINARY[name](found, weights)
            assert metric("binary", name).of(found, weights) == pytest.approx(known, abs=1e-12)


class TestRankings:
    def ranked(self) -> Predictions:
        true, said = RANDOM.integers(0, 4, (40, 10)), RANDOM.normal(size=(40, 10)).round(1)
        queries = np.repeat(np.arange(40), 10)
        return Predictions("ranking", true.ravel(), said.ravel(), None, None, TABLE, queries)

    @pytest.mark.parametrize("depth", [5, 10])
    def test_ndcg_is_scikit_learns(self, depth: int) -> None:
        """Gains of rows of one score are shared."""
        found = self.ranked()
        known = oracle.ndcg_score(found.target.reshape(40, 10), found.values.reshape(40, 10), k=depth)
        assert metric("ranking", f"ndcg@{depth}").of(found) == pytest.approx(known)

    def test_map_is_the_mean_of_average_precisions(self) -> None:
        """Within ten rows and without ties it is scikit-learn's, query by query."""
        found = self.ranked()
        said = np.argsort(np.argsort(found.values + np.arange(400) * 1e-6)).astype(float)
        found = Predictions("ranking", found.target, said, None, None, TABLE, found.groups)
        pairs = zip(found.target.reshape(40, 10), said.reshape(40, 10), strict=True)
        known = [oracle.average_precision_score(true > 0, scores) for true, scores in pairs]
        assert metric("ranking", "map@10").of(found) == pytest.approx(np.mean(known))

    def test_mrr_is_one_over_the_first_relevant_place(self) -> None:
        """First in one query, third in the other."""
        true, said = np.array([1, 0, 0, 0, 1]), np.array([3.0, 1, 9, 8, 7])
        found = Predictions("ranking", true, said, None, None, TABLE[:5], np.array(list("aabbb")))
        assert metric("ranking", "mrr").of(found) == pytest.approx((1 + 1 / 3) / 2)


class TestForecasts:
    def test_mase_is_in_units_of_the_naive_error(self) -> None:
        """Half as wrong as yesterday's value is 0.5."""
        target = np.array([1.0, 3, 5, 7])
        found = Predictions("forecasting", target, target + 1, None, None, TABLE[:4], naive=2.0)
        assert metric("forecasting", "mase").of(found) == 0.5

    def test_smape_of_nothing_for_nothing_is_no_error(self) -> None:
        """0 forecast for 0 is right."""
        target, said = np.array([0.0, 1]), np.array([0.0, 3])
        found = Predictions("forecasting", target, said, None, None, TABLE[:2])
        assert metric("forecasting", "smape").of(found) == pytest.approx(0.5)


class TestUndefined:
    def test_one_class_has_no_roc(self) -> None:
        """It is said, with the class."""
        found = binary()
        one = found.take(found.target == 1)
        auc = metric("binary", "roc_auc")
        assert math.isnan(auc.of(one))
        assert auc.why(one) == "the target holds one class only, 1"

    def test_no_rows_have_no_measure(self) -> None:
        """An empty slice is said to be one, by every measure."""
        none = binary().take(np.zeros(ROWS, dtype=bool))
        assert {item.why(none) for item in metrics_for("binary")} == {"there are no rows"}

    def test_missing_predictions_are_counted(self) -> None:
        """NaN is no number to be averaged away."""
        found = numbers()
        found.values[:3] = np.nan
        assert metric("regression", "mae").why(found) == "3 predictions are missing or infinite"
        assert math.isnan(metric("regression", "mae").of(found))

    def test_no_share_of_nothing(self) -> None:
        """A target of 0 has no relative error."""
        found = numbers()
        found.target[0] = 0
        assert metric("regression", "mape").why(found) == "the target is 0 in 1 rows"

    def test_scores_are_no_probabilities(self) -> None:
        """A decision function orders rows, and has no log loss."""
        found = binary()
        margin = Predictions("binary", found.target, found.values, found.scores, found.classes, TABLE)
        assert metric("binary", "log_loss").why(margin) == "the model gives scores, no probabilities"
        assert metric("binary", "roc_auc").why(margin) == ""

    def test_an_unknown_metric_is_invalid(self) -> None:
        """The nearest is offered."""
        with pytest.raises(Invalid, match="acuracy") as caught:
            metric("binary", "acuracy")
        assert "accuracy" in caught.value.hint
