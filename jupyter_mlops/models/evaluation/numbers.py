"""Measures of predicted numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.tally import Cells, Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def sums_of(predictions: Predictions, columns: Floats, finish: Callable[[Floats, Floats], Floats]) -> Tally:
    """Return a measure of sums: *finish* takes the sums of *columns* (draws, m) and the weights (draws,)."""
    import numpy as np

    beside = np.column_stack([columns, np.ones(len(columns))])  # one product tells the weights too

    def from_counts(counts: Sequence[Floats]) -> Floats:
        sums = np.asarray(counts[0], dtype=np.float64) @ beside
        return finish(sums[:, :-1], sums[:, -1])

    return Tally((predictions.kept("rows", _rows),), from_counts)


def mean_of(
    predictions: Predictions, losses: Floats, finish: Callable[[Floats], Floats] | None = None
) -> Tally:
    """Return a measure of the mean of what each row costs."""

    def from_sums(sums: Floats, weights: Floats) -> Floats:
        mean = sums[:, 0] / weights
        return mean if finish is None else finish(mean)

    return sums_of(predictions, losses[:, None], from_sums)


def absolute(predictions: Predictions) -> Tally:
    """Tell the mean absolute error."""
    import numpy as np

    return mean_of(predictions, np.abs(errors(predictions)))


def squared(predictions: Predictions) -> Tally:
    """Tell the mean squared error."""
    return mean_of(predictions, errors(predictions) ** 2)


def root(predictions: Predictions) -> Tally:
    """Tell the root of the mean squared error."""
    import numpy as np

    return mean_of(predictions, errors(predictions) ** 2, np.sqrt)


def relative(predictions: Predictions) -> Tally:
    """Tell the mean absolute error as a share of the truth."""
    import numpy as np

    true = np.abs(truth(predictions))
    return mean_of(predictions, np.abs(errors(predictions)) / true)


def symmetric(predictions: Predictions) -> Tally:
    """Tell the mean absolute error as a share of the middle of truth and forecast, from 0 to 2."""
    import numpy as np

    lost = np.abs(errors(predictions))
    middle = (np.abs(truth(predictions)) + np.abs(said(predictions))) / 2
    return mean_of(predictions, np.where(middle > 0, lost / np.where(middle > 0, middle, 1), 0))


def scaled(predictions: Predictions) -> Tally:
    """Tell the mean absolute error in units of the naive forecast's, each value forecast by the one before."""
    import numpy as np

    naive = predictions.naive or float("nan")
    return mean_of(predictions, np.abs(errors(predictions)) / naive)


def determination(predictions: Predictions) -> Tally:
    """Tell which share of the variance is explained."""
    import numpy as np

    centred = truth(predictions) - truth(predictions).mean()  # sums of squares lose digits far from 0
    columns = np.column_stack([errors(predictions) ** 2, centred, centred**2])

    def finish(sums: Floats, weights: Floats) -> Floats:
        spread = sums[:, 2] - sums[:, 1] ** 2 / weights
        return np.where(spread > 0, 1 - sums[:, 0] / np.where(spread > 0, spread, 1), np.nan)

    return sums_of(predictions, columns, finish)


def median(predictions: Predictions) -> Tally:
    """Tell the median absolute error, the middle of the two where the weights halve."""
    import numpy as np

    levels, place = np.unique(np.abs(errors(predictions)), return_inverse=True)
    cells = Cells(place.astype(np.int64), len(levels))

    def finish(counts: Sequence[Floats]) -> Floats:
        below = np.cumsum(counts[0], axis=1)
        half = below[:, -1:] / 2
        first = (below < half).sum(1)
        last = (below <= half).sum(1)
        found: Floats = (levels[first] + levels[np.minimum(last, len(levels) - 1)]) / 2
        return found

    return Tally((cells,), finish)


def largest(predictions: Predictions) -> Tally:
    """Tell the largest absolute error."""
    import numpy as np

    levels, place = np.unique(np.abs(errors(predictions)), return_inverse=True)
    cells = Cells(place.astype(np.int64), len(levels))

    def finish(counts: Sequence[Floats]) -> Floats:
        found: Floats = levels[len(levels) - 1 - np.argmax(counts[0][:, ::-1] > 0, axis=1)]
        return found

    return Tally((cells,), finish)


def not_finite(predictions: Predictions) -> str:
    """Say that truth or prediction hold what is no number."""
    import numpy as np

    for side, words in ((said(predictions), "predictions"), (truth(predictions), "targets")):
        count = int((~np.isfinite(side)).sum())
        if count:
            return f"{count:,} {words} are missing or infinite"
    return ""


def no_share(predictions: Predictions) -> str:
    """Say why an error is no share of the truth."""
    count = int((truth(predictions) == 0).sum())
    return not_finite(predictions) or (f"the target is 0 in {count:,} rows" if count else "")


def no_spread(predictions: Predictions) -> str:
    """Say why there is no variance to explain."""
    if reason := not_finite(predictions):
        return reason
    if len(predictions) < 2:
        return "there is one row only"
    true = truth(predictions)
    return "the target has one value only" if (true == true[0]).all() else ""


def no_scale(predictions: Predictions) -> str:
    """Say why there is no naive forecast to compare with."""
    if reason := not_finite(predictions):
        return reason
    return "" if predictions.naive else "the target never changes, so that the naive forecast is never wrong"


def truth(predictions: Predictions) -> Floats:
    """Return the target as numbers."""
    import numpy as np

    return predictions.target.astype(np.float64)


def said(predictions: Predictions) -> Floats:
    """Return the predictions as numbers."""
    import numpy as np

    return predictions.values.astype(np.float64)


def errors(predictions: Predictions) -> Floats:
    """Return by how much each prediction is too low."""
    return truth(predictions) - said(predictions)


def _rows(predictions: Predictions) -> Cells:
    return Cells(None, len(predictions))
