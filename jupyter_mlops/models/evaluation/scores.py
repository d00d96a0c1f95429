"""Measures of scores and probabilities: how well they order rows, and how true they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from jupyter_mlops.models.evaluation.numbers import mean_of
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.tally import Cells, Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

Average = Literal["macro", "weighted"]
_TINY = 1e-300  # keeps nothing from being divided by nothing


@dataclass(frozen=True, eq=False)
class Ranks:
    """Rows in the order of their scores, the lowest first.

    Parameters
    ----------
    cells
        A cell is the rows of one score and one side: first those of the others, then the positive ones.
    others
        How many cells are of the others.
    below
        (positive cells,): how many cells of the others have no higher score.
    tied
        Positive cells that share their score with a cell of the others, which is the last of those below.
    """

    cells: Cells
    others: int
    below: Integers
    tied: Integers

    @classmethod
    def of(cls, scores: Floats, is_positive: Booleans) -> Ranks:
        """Order rows by their scores."""
        import numpy as np

        _, level = np.unique(scores, return_inverse=True)
        width = int(level.max(initial=0)) + 1
        used, codes = np.unique(level + width * is_positive, return_inverse=True)
        others, positive = used[used < width], used[used >= width] - width
        below = np.searchsorted(others, positive, side="right")
        tied = np.flatnonzero(np.isin(positive, others))
        return cls(Cells(codes.astype(np.int64), len(used)), len(others), below, tied)


def area(counts: Floats, ranks: Ranks) -> Floats:
    """Return the area under the ROC curve of counts (draws, size); NaN where one side is empty.

    Notes
    -----
    The share of pairs of a positive and another row that are ordered rightly, ties counted half [1]_.

    .. [1] J. A. Hanley, B. J. McNeil, Radiology 143 (1982), 29-36.
    """
    import numpy as np

    positive, below = _sides(counts, ranks)
    pairs = np.einsum("ij,ij->i", positive, below.take(ranks.below, axis=1))
    last = ranks.below[ranks.tied] - 1
    pairs -= np.einsum("ij,ij->i", positive[:, ranks.tied], counts[:, last] * 1.0) / 2
    total = positive.sum(1) * below[:, -1]
    return np.where(total > 0, pairs / np.where(total > 0, total, 1), np.nan)


def precision_area(counts: Floats, ranks: Ranks) -> Floats:
    """Return the average precision of counts (draws, size); NaN where no row is positive."""
    import numpy as np

    positive, below = _sides(counts, ranks)
    passed = np.cumsum(counts[:, ranks.others :], axis=1, dtype=np.float64)
    total = passed[:, -1] if passed.shape[1] else np.zeros(len(counts))
    first = ranks.below.copy()
    first[ranks.tied] -= 1
    found = positive - passed
    found += total[:, None]
    said = found - below.take(first, axis=1)
    said += below[:, -1:]
    np.maximum(said, _TINY, out=said)
    np.divide(found, said, out=found)
    sums = np.einsum("ij,ij->i", positive, found)
    return np.where(total > 0, sums / np.where(total > 0, total, 1), np.nan)


def _sides(counts: Floats, ranks: Ranks) -> tuple[Floats, Floats]:
    """Return the counts of the positive cells, and of the others up to each place, from none to all."""
    import numpy as np

    below = np.zeros((len(counts), ranks.others + 1))
    np.cumsum(counts[:, : ranks.others], axis=1, out=below[:, 1:])
    return counts[:, ranks.others :].astype(np.float64), below


Curve: TypeAlias = Callable[["Floats", Ranks], "Floats"]


def curve(finish: Curve) -> Callable[[Predictions], Tally]:
    """Return a measure of the order of rows, by the scores of the second class."""

    def read(predictions: Predictions) -> Ranks:
        return Ranks.of(_scores(predictions), predictions.codes[0] == 1)

    def tally(predictions: Predictions) -> Tally:
        ranks = predictions.kept("ranks", read)
        return Tally((ranks.cells,), lambda counts: finish(counts[0], ranks))

    return tally


def one_against_rest(finish: Curve, average: Average) -> Callable[[Predictions], Tally]:
    """Return a measure of order, averaged over the classes, each against all others."""

    def read(predictions: Predictions) -> list[Ranks]:
        scores, true = _scores(predictions), predictions.codes[0]
        return [Ranks.of(scores[:, place], true == place) for place in range(scores.shape[1])]

    def tally(predictions: Predictions) -> Tally:
        ranks = predictions.kept("ranks", read)

        def from_counts(counts: Sequence[Floats]) -> Floats:
            import numpy as np

            pairs = list(zip(counts, ranks, strict=True))
            found = np.stack([finish(table, one) for table, one in pairs], axis=1)
            weights = np.stack([table[:, one.others :].sum(1) for table, one in pairs], axis=1)
            if average == "macro":
                weights = np.ones_like(weights)
            mean: Floats = np.where(weights > 0, found * weights, 0).sum(1) / weights.sum(1)
            return mean

        return Tally(tuple(one.cells for one in ranks), from_counts)

    return tally


def log_loss(predictions: Predictions) -> Tally:
    """Tell the mean negative logarithm of the probability given to what is true."""
    import numpy as np

    probabilities, truth = _probabilities(predictions)
    smallest = np.finfo(np.float64).eps
    given = np.clip((probabilities * truth).sum(1), smallest, 1 - smallest)
    return mean_of(predictions, -np.log(given))


def brier(predictions: Predictions) -> Tally:
    """Tell the mean squared distance of probabilities from what is true; of two classes, that of the second."""
    probabilities, truth = _probabilities(predictions)
    distance = ((probabilities - truth) ** 2).sum(1)
    return mean_of(predictions, distance / 2 if predictions.task == "binary" else distance)


def no_order(predictions: Predictions) -> str:
    """Say why scores order nothing."""
    import numpy as np

    if reason := no_scores(predictions):
        return reason
    true = predictions.codes[0]
    known = predictions.classes if predictions.classes is not None else np.array([])
    there = np.unique(true)
    if len(there) < 2:
        return f"the target holds one class only, {predictions.labels[there[0]]!r}"
    lacking = sorted(set(range(len(known))) - set(there.tolist()))
    return f"no row is {predictions.labels[lacking[0]]!r}" if lacking else ""


def no_scores(predictions: Predictions) -> str:
    """Say why there is no order to look at."""
    import numpy as np

    if predictions.scores is None:
        return "the model gives no scores"
    missing = int((~np.isfinite(predictions.scores.reshape(len(predictions), -1)).all(1)).sum())
    return f"{missing:,} scores are missing or infinite" if missing else ""


def no_probabilities(predictions: Predictions) -> str:
    """Say why probabilities cannot be judged."""
    if reason := no_scores(predictions):
        return reason
    if not predictions.is_probability:
        return "the model gives scores, no probabilities"
    known = 0 if predictions.classes is None else len(predictions.classes)
    unknown = int((predictions.codes[0] >= known).sum())
    return f"{unknown:,} rows are of a class that the model does not know" if unknown else ""


def _scores(predictions: Predictions) -> Floats:
    if predictions.scores is None:
        raise ValueError("a measure of scores is asked only where there are some")
    return predictions.scores


def _probabilities(predictions: Predictions) -> tuple[Floats, Floats]:
    """Return probabilities and truth, (n, k) each."""
    import numpy as np

    scores = _scores(predictions)
    probabilities = np.column_stack([1 - scores, scores]) if scores.ndim == 1 else scores
    truth = np.eye(probabilities.shape[1])[predictions.codes[0]]
    return probabilities, truth
