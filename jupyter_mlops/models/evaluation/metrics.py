"""The measures of each task, equal to scikit-learn's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.models.evaluation import labels, numbers, rankings, scores
from jupyter_mlops.models.evaluation.predictions import Predictions, Task
from jupyter_mlops.models.evaluation.tally import Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def _fine(predictions: Predictions) -> str:
    return ""


@dataclass(frozen=True)
class Metric:
    """One measure of predictions.

    Parameters
    ----------
    tally
        Tells it from counts.
    undefined
        Says why it cannot be told of some predictions; empty when it can.
    """

    name: str
    greater_is_better: bool
    tally: Callable[[Predictions], Tally]
    undefined: Callable[[Predictions], str] = _fine

    def of(self, predictions: Predictions, weights: Floats | None = None) -> float:
        """Return the measure, rows counted by their *weights*; NaN where it is not defined."""
        return float("nan") if self.why(predictions) else self.tally(predictions).value(weights)

    def why(self, predictions: Predictions) -> str:
        """Return why the measure is not defined, in words; empty when it is."""
        return "there are no rows" if not len(predictions) else self.undefined(predictions)


def metrics_for(task: Task) -> tuple[Metric, ...]:
    """Return the measures of a task, the first one first in weight."""
    return _METRICS[task]


def metric(task: Task, name: str) -> Metric:
    """Return the measure called *name*.

    Raises
    ------
    Invalid
        The task has none of that name.
    """
    known = {item.name: item for item in metrics_for(task)}
    if name not in known:
        hint = did_you_mean(name, known) or f"There are {', '.join(known)}."
        raise Invalid(f"{name!r} is no metric of a {task} model.", hint=hint)
    return known[name]


def _metric(
    name: str, tally: Callable[[Predictions], Tally], why: Callable[[Predictions], str] = _fine
) -> Metric:
    return Metric(name, greater_is_better=True, tally=tally, undefined=why)


def _loss(name: str, tally: Callable[[Predictions], Tally], why: Callable[[Predictions], str]) -> Metric:
    return Metric(name, greater_is_better=False, tally=tally, undefined=why)


def _averages() -> tuple[Metric, ...]:
    parts: tuple[labels.Part, ...] = ("precision", "recall", "f1")
    averages: tuple[labels.Average, ...] = ("macro", "weighted")
    return tuple(
        _metric(f"{part}_{average}", labels.averaged(part, average)) for average in averages for part in parts
    )


def _of_second(part: labels.Part) -> Metric:
    return _metric(part, labels.of_second(part), labels.no_second(part))


_LABELS = (
    _metric("accuracy", labels.accuracy),
    _metric("balanced_accuracy", labels.balanced_accuracy),
    _metric("mcc", labels.correlation, labels.one_label),
)
_PROBABILITIES = (
    _loss("log_loss", scores.log_loss, scores.no_probabilities),
    _loss("brier", scores.brier, scores.no_probabilities),
)
_NUMBERS = (
    _loss("mae", numbers.absolute, numbers.not_finite),
    _loss("rmse", numbers.root, numbers.not_finite),
    _loss("mse", numbers.squared, numbers.not_finite),
    _loss("mape", numbers.relative, numbers.no_share),
    _loss("median_ae", numbers.median, numbers.not_finite),
    _loss("max_error", numbers.largest, numbers.not_finite),
    _metric("r2", numbers.determination, numbers.no_spread),
)
_METRICS: dict[Task, tuple[Metric, ...]] = {
    "binary": (
        _LABELS[0],
        _metric("roc_auc", scores.curve(scores.area), scores.no_order),
        _metric("average_precision", scores.curve(scores.precision_area), scores.no_order),
        _of_second("precision"),
        _of_second("recall"),
        _of_second("f1"),
        *_LABELS[1:],
        *_PROBABILITIES,
        *_averages(),
    ),
    "multiclass": (
        *_LABELS,
        _metric("roc_auc_ovr", scores.one_against_rest(scores.area, "macro"), scores.no_order),
        _metric("roc_auc_ovr_weighted", scores.one_against_rest(scores.area, "weighted"), scores.no_order),
        *_PROBABILITIES,
        *_averages(),
    ),
    "regression": (_NUMBERS[-1], *_NUMBERS[:-1]),
    "forecasting": (
        _loss("mase", numbers.scaled, numbers.no_scale),
        _loss("smape", numbers.symmetric, numbers.not_finite),
        *_NUMBERS,
    ),
    "ranking": (
        _metric("ndcg@10", rankings.gain(10), rankings.no_relevance),
        _metric("ndcg@5", rankings.gain(5), rankings.no_relevance),
        _metric("map@10", rankings.precision(10), rankings.no_relevance),
        _metric("mrr", rankings.reciprocal, rankings.no_relevance),
    ),
}
