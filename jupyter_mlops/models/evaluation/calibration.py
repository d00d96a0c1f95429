"""Whether probabilities come true, and what each threshold of them costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.record import Record
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.scores import no_order, no_probabilities

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_BINS = 10
_STEPS = 101
_COST = re.compile(r"(fp|fn)=([0-9]*\.?[0-9]+)")


class Bin(Record):
    """Rows of about the same probability.

    Parameters
    ----------
    said, came
        The mean probability, and the share that came true.
    """

    low: float
    high: float
    rows: int
    said: float
    came: float


class Calibration(Record):
    """How far probabilities are from what came true.

    Parameters
    ----------
    ece
        Expected calibration error: the mean distance over ten bins of equal width, weighted by their rows.
    mce
        The largest distance of a bin.
    """

    bins: tuple[Bin, ...] = ()
    ece: float | None = None
    mce: float | None = None
    why: str = ""


class Threshold(Record):
    """What comes of calling the second class from a score on.

    Parameters
    ----------
    cost
        What its mistakes cost, a row; None where no costs are given.
    """

    at: float
    precision: float | None
    recall: float | None
    f1: float
    selected: float
    false_positives: int
    false_negatives: int
    cost: float | None = None


class Thresholds(Record):
    """The steps between calling all and calling none the second class.

    Parameters
    ----------
    cheapest
        The threshold of the least cost on these rows; None where no costs are given.
    """

    steps: tuple[Threshold, ...] = ()
    cheapest: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Costs:
    """What a mistake costs: a row called the second class wrongly, and one missed."""

    false_positive: float
    false_negative: float

    @classmethod
    def parse(cls, text: str) -> Costs:
        """Read `fp=1,fn=5`.

        Raises
        ------
        Invalid
            It is something else.
        """
        found = {match[1]: float(match[2]) for match in _COST.finditer(text)}
        if set(found) != {"fp", "fn"} or _COST.sub("", text).strip(", "):
            raise Invalid(f"{text!r} does not say what mistakes cost.", hint="Write --costs fp=1,fn=5.")
        return cls(found["fp"], found["fn"])


def calibration(predictions: Predictions) -> Calibration:
    """Compare probabilities with what came true; of several classes, that of the predicted one."""
    import numpy as np

    if why := no_probabilities(predictions):
        return Calibration(why=why)
    scores, true = predictions.scores, predictions.codes[0]
    if scores is None or not len(true):
        return Calibration(why="there are no rows")
    said = scores if scores.ndim == 1 else scores.max(1)
    came = (true == 1) if scores.ndim == 1 else true == scores.argmax(1)
    place = np.minimum((said * _BINS).astype(np.int64), _BINS - 1)
    rows = np.bincount(place, minlength=_BINS)
    sums, hits = (np.bincount(place, item, _BINS) for item in (said, came))
    bins = tuple(
        Bin(
            low=number / _BINS,
            high=(number + 1) / _BINS,
            rows=int(rows[number]),
            said=float(sums[number] / rows[number]),
            came=float(hits[number] / rows[number]),
        )
        for number in np.flatnonzero(rows)
    )
    gaps = [abs(item.said - item.came) for item in bins]
    ece = sum(gap * item.rows for gap, item in zip(gaps, bins, strict=True)) / len(true)
    return Calibration(bins=bins, ece=float(ece), mce=max(gaps))


def thresholds(predictions: Predictions, costs: Costs | None = None) -> Thresholds:
    """Try a hundred thresholds, from none to all, in one pass over the sorted scores."""
    import numpy as np

    if predictions.task != "binary":
        return Thresholds(why="thresholds are of two classes")
    if why := no_order(predictions):
        return Thresholds(why=why)
    scores, is_true = predictions.scores, predictions.codes[0] == 1
    if scores is None:
        return Thresholds(why="the model gives no scores")
    low, high = (0.0, 1.0) if predictions.is_probability else (float(scores.min()), float(scores.max()))
    at = np.linspace(low, high, _STEPS)
    positive, others = np.sort(scores[is_true]), np.sort(scores[~is_true])
    found = len(positive) - np.searchsorted(positive, at)
    wrong = len(others) - np.searchsorted(others, at)
    steps = tuple(
        _step(float(value), int(hits), int(false), (len(positive), len(others)), costs)
        for value, hits, false in zip(at, found, wrong, strict=True)
    )
    cheapest = min(steps, key=lambda step: step.cost or 0.0).at if costs else None
    return Thresholds(steps=steps, cheapest=cheapest)


def _step(at: float, hits: int, false: int, sizes: tuple[int, int], costs: Costs | None) -> Threshold:
    positive, others = sizes
    rows, missed = positive + others, positive - hits
    cost = None if costs is None else (false * costs.false_positive + missed * costs.false_negative) / rows
    return Threshold(
        at=at,
        precision=hits / (hits + false) if hits + false else None,
        recall=hits / positive if positive else None,
        f1=2 * hits / (positive + hits + false),
        selected=(hits + false) / rows,
        false_positives=false,
        false_negatives=missed,
        cost=cost,
    )
