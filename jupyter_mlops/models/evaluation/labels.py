"""Measures of predicted labels: told from the confusion matrix alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.tally import Cells, Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Part = Literal["precision", "recall", "f1"]
Average = Literal["macro", "weighted"]


def confusion(predictions: Predictions) -> Cells:
    """Return which place of the confusion matrix each row falls into, true label first."""
    width = len(predictions.labels)
    true, said = predictions.codes
    return Cells(true * width + said, width * width)


def matrix(counts: Floats) -> Floats:
    """Return counts of places (draws, k²) as matrices (draws, k, k)."""
    import numpy as np

    width = round(counts.shape[1] ** 0.5)
    return counts.reshape(-1, width, width).astype(np.float64)


def accuracy(predictions: Predictions) -> Tally:
    """Tell the share of rows whose label is right."""
    return _of(predictions, lambda table: _hits(table).sum(1) / table.sum((1, 2)))


def balanced_accuracy(predictions: Predictions) -> Tally:
    """Tell the mean recall of the classes that are there."""
    import numpy as np

    def finish(table: Floats) -> Floats:
        true = table.sum(2)
        recall = np.where(true > 0, _hits(table) / np.where(true > 0, true, 1), 0)
        found: Floats = recall.sum(1) / (true > 0).sum(1)
        return found

    return _of(predictions, finish)


def correlation(predictions: Predictions) -> Tally:
    """Tell Matthews' correlation of true and predicted labels; NaN where either has one label only."""
    import numpy as np

    def finish(table: Floats) -> Floats:
        true, said, total = table.sum(2), table.sum(1), table.sum((1, 2))
        across = _hits(table).sum(1) * total - (true * said).sum(1)
        spread = (total**2 - (true**2).sum(1)) * (total**2 - (said**2).sum(1))
        return np.where(spread > 0, across / np.sqrt(np.where(spread > 0, spread, 1)), np.nan)

    return _of(predictions, finish)


def of_second(part: Part) -> Callable[[Predictions], Tally]:
    """Return precision, recall or F1 of the second class; NaN where they divide by nothing."""

    def tally(predictions: Predictions) -> Tally:
        return _of(predictions, lambda table: _parts(table, part, float("nan"))[0][:, 1])

    return tally


def averaged(part: Part, average: Average) -> Callable[[Predictions], Tally]:
    """Return precision, recall or F1, averaged over the labels that are true or predicted; 0 where they divide by nothing."""

    def finish(table: Floats) -> Floats:
        found, true, used = _parts(table, part, 0.0)
        weights = true if average == "weighted" else used
        mean: Floats = (found * weights).sum(1) / weights.sum(1)
        return mean

    return lambda predictions: _of(predictions, finish)


def one_label(predictions: Predictions) -> str:
    """Say that the truth or the prediction has one label only."""
    import numpy as np

    for side, words in zip(predictions.codes, ("the target holds", "the model predicts"), strict=True):
        if len(np.unique(side)) < 2:
            return f"{words} one class only, {predictions.labels[side[0]]!r}"
    return ""


def no_second(part: Part) -> Callable[[Predictions], str]:
    """Return what says why precision, recall or F1 of the second class divide by nothing."""

    def why(predictions: Predictions) -> str:
        if len(predictions.labels) < 2:
            return f"there is one class only, {predictions.labels[0]!r}"
        second = predictions.labels[1]
        is_true, is_said = (bool((side == 1).any()) for side in predictions.codes)
        if part == "recall":
            return "" if is_true else f"no row is {second!r}"
        if part == "precision":
            return "" if is_said else f"no row is predicted to be {second!r}"
        return "" if is_true or is_said else f"no row is {second!r}, or predicted to be"

    return why


def _of(predictions: Predictions, finish: Callable[[Floats], Floats]) -> Tally:
    def from_counts(counts: Sequence[Floats]) -> Floats:
        return finish(matrix(counts[0]))

    return Tally((predictions.kept("confusion", confusion),), from_counts)


def _hits(table: Floats) -> Floats:
    import numpy as np

    return np.diagonal(table, axis1=1, axis2=2)


def _parts(table: Floats, part: Part, otherwise: float) -> tuple[Floats, Floats, Floats]:
    """Return the measure of each label, the rows that truly have it, and whether it is used at all."""
    import numpy as np

    hits, true, said = _hits(table), table.sum(2), table.sum(1)
    over = {"precision": said, "recall": true, "f1": (true + said) / 2}[part]
    found = np.where(over > 0, hits / np.where(over > 0, over, 1), otherwise)
    return found, true, ((true + said) > 0).astype(np.float64)
