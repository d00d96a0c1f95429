"""What the pictures of an evaluation are drawn from: a few hundred points, however many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mlops.core.preview import shown
from jupyter_mlops.core.record import Record
from jupyter_mlops.models.evaluation.numbers import errors, not_finite, said
from jupyter_mlops.models.evaluation.predictions import CLASSIFYING, Predictions
from jupyter_mlops.models.evaluation.scores import no_order

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Points = tuple[tuple[float, float], ...]
_MOST = 200
_LABELS = 25


class Confusion(Record):
    """How often each label was predicted for each true one.

    Parameters
    ----------
    counts
        One line a true label.
    """

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Curves(Record):
    """Points to draw; none where they are not defined.

    Parameters
    ----------
    roc
        False and true positive rates.
    precision_recall
        Recall and precision.
    residuals
        Predictions, and by how much they were too low: a sample.
    """

    confusion: Confusion | None = None
    roc: Points = ()
    precision_recall: Points = ()
    residuals: Points = ()


def curves(predictions: Predictions) -> Curves:
    """Return the points of whatever pictures the task has."""
    if not len(predictions):
        return Curves()
    if predictions.task == "ranking":
        return Curves()  # a score is in no unit of relevance
    if predictions.task not in CLASSIFYING:
        return Curves(residuals=_residuals(predictions))
    roc, precision_recall = _orders(predictions)
    return Curves(confusion=_confusion(predictions), roc=roc, precision_recall=precision_recall)


def _confusion(predictions: Predictions) -> Confusion | None:
    import numpy as np

    width = len(predictions.labels)
    if width > _LABELS:
        return None
    true, answered = predictions.codes
    counts = np.bincount(true * width + answered, minlength=width * width).reshape(width, width)
    return Confusion(
        labels=tuple(shown(label, 40) for label in predictions.labels),
        counts=tuple(tuple(map(int, line)) for line in counts),
    )


def _orders(predictions: Predictions) -> tuple[Points, Points]:
    import numpy as np

    scores = predictions.scores
    if predictions.task != "binary" or scores is None or no_order(predictions):
        return (), ()
    order = np.argsort(-scores, kind="stable")
    is_true = (predictions.codes[0] == 1)[order]
    ends = np.flatnonzero(np.r_[np.diff(scores[order]) != 0, True])
    found, wrong = np.cumsum(is_true)[ends], np.cumsum(~is_true)[ends]
    false, true = np.r_[0, wrong / wrong[-1]], np.r_[0, found / found[-1]]
    return _thin(false, true), _thin(true[1:], found / (found + wrong))


def _residuals(predictions: Predictions) -> Points:
    import numpy as np

    if not_finite(predictions):
        return ()
    rows = np.random.default_rng(0).permutation(len(predictions))[: 5 * _MOST]
    return _pairs(said(predictions)[rows], errors(predictions)[rows])


def _thin(x: Floats, y: Floats) -> Points:
    import numpy as np

    kept = np.unique(np.linspace(0, len(x) - 1, min(_MOST, len(x))).round().astype(int))
    return _pairs(x[kept], y[kept])


def _pairs(x: Floats, y: Floats) -> Points:
    return tuple(zip(map(float, x), map(float, y), strict=True))
