"""Measures of scores and probabilities: how well they order rows, and how true they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from jupyter_mlops.models.evaluation.numbers import mean_of
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.running import lanes, running, summed
from jupyter_mlops.models.evaluation.tally import Cells, Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

Average = Literal["macro", "weighted"]
_TINY = 1e-30  # keeps nothing from being divided by nothing
_EXACT = 1 << 24  # up to here single precision counts exactly


@dataclass(frozen=True, eq=False)
class Ranks:
    """Rows in the order of their scores, the highest first.

    Parameters
    ----------
    cells
        A cell is the rows of one score and one side: first those of the others, then the positive ones, each laid out
        in lanes; the first cell of the others is empty.
    others, positive
        How many positions each side has.
    split
        Where the cells of the positive side begin.
    above
        (positive cells,): the last cell of the others that has no lower score.
    tied
        Positive cells whose score that cell has too.
    """

    cells: Cells
    others: int
    positive: int
    split: int
    above: Integers
    tied: Integers

    @classmethod
    def of(cls, scores: Floats, is_positive: Booleans) -> Ranks:
        """Order rows by their scores."""
        import numpy as np

        levels, level = np.unique(-scores, return_inverse=True)
        others, positive = (np.unique(level[side]) for side in (~is_positive, is_positive))
        split, other_cells = lanes(len(others) + 1)
        size, positive_cells = lanes(len(positive))
        cell = np.zeros((2, len(levels)), dtype=np.int64)
        cell[0, others] = other_cells[1:]
        cell[1, positive] = split + positive_cells
        above = np.zeros(size, dtype=np.int64)
        above[positive_cells] = other_cells[np.searchsorted(others, positive, side="right")]
        return cls(
            cells=Cells(cell[is_positive.astype(np.int64), level], split + size),
            others=len(others) + 1,
            positive=len(positive),
            split=split,
            above=above,
            tied=positive_cells[np.isin(positive, others)],
        )


def area(counts: Floats, ranks: Ranks) -> Floats:
    """Return the area under the ROC curve of counts (draws, size); NaN where one side is empty.

    Notes
    -----
    The share of pairs of a positive and another row that are ordered rightly, ties counted half [1]_.

    .. [1] J. A. Hanley, B. J. McNeil, Radiology 143 (1982), 29-36.
    """
    import numpy as np

    positive, over, below = _sides(counts, ranks)
    total = summed(positive, ranks.positive) * below
    ties = np.einsum("ij,ij->j", positive[ranks.tied], counts.T[ranks.above[ranks.tied]], dtype=np.float64)
    np.multiply(over, positive, out=over)
    wrong = summed(over, ranks.positive) - ties / 2
    return np.where(total > 0, 1 - wrong / np.where(total > 0, total, 1), np.nan)


def precision_area(counts: Floats, ranks: Ranks) -> Floats:
    """Return the average precision of counts (draws, size); NaN where no row is positive."""
    import numpy as np

    positive, said, _ = _sides(counts, ranks)
    total = summed(positive, ranks.positive)
    found = running(positive.copy(), ranks.positive)
    said += found
    np.maximum(said, _TINY, out=said)
    np.divide(found, said, out=found)
    np.multiply(found, positive, out=found)
    return np.where(total > 0, summed(found, ranks.positive) / np.where(total > 0, total, 1), np.nan)


def _sides(counts: Floats, ranks: Ranks) -> tuple[Floats, Floats, Floats]:
    """Return the counts of the positive cells, of the others with no lower score (cells, draws), and of all others."""
    import numpy as np

    columns = counts.T
    is_small = columns.dtype == np.uint8 and len(columns) < _EXACT
    kind = np.float32 if is_small else np.float64
    below = running(columns[: ranks.split].astype(kind), ranks.others)
    return columns[ranks.split :].astype(kind), below.take(ranks.above, axis=0), below[-1].astype(np.float64)


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
            weights = np.stack([table[:, one.split :].sum(1) for table, one in pairs], axis=1)
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
