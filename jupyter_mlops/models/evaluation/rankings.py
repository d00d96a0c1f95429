"""Measures of an order within each query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.models.evaluation.numbers import not_finite, said, truth
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.tally import Cells, Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


def gain(depth: int) -> Callable[[Predictions], Tally]:
    """Return NDCG of the first *depth* rows of a query, rows of equal score sharing their places; 0 where nothing is relevant."""
    return lambda predictions: _mean(predictions, gains(predictions, depth))


def precision(depth: int) -> Callable[[Predictions], Tally]:
    """Return the mean average precision of the first *depth* rows of a query; of rows of equal score the relevant come last."""
    return lambda predictions: _mean(predictions, _precisions(predictions, depth))


def reciprocal(predictions: Predictions) -> Tally:
    """Tell the mean of one over the place of the first relevant row of a query."""
    import numpy as np

    query, place, relevant = _ordered(predictions)
    found = np.zeros(_count(predictions))
    np.maximum.at(found, query, relevant / (place + 1))
    return _mean(predictions, found)


def gains(predictions: Predictions, depth: int = 10) -> Floats:
    """Return the normalised gain of each query, 0 where nothing is relevant."""
    import numpy as np

    query, true = predictions.queries, truth(predictions)
    found = _discounted(query, said(predictions), true, depth)
    best = _discounted(query, true, true, depth)
    return np.where(best > 0, found / np.where(best > 0, best, 1), 0)


def no_relevance(predictions: Predictions) -> str:
    """Say why there is no order to judge."""
    if reason := not_finite(predictions):
        return reason
    if (truth(predictions) < 0).any():
        return "a relevance is negative"
    return "" if (truth(predictions) > 0).any() else "no row is relevant"


def _mean(predictions: Predictions, values: Floats) -> Tally:
    """Return the mean over queries: they are drawn, not their rows."""

    def from_counts(counts: Sequence[Floats]) -> Floats:
        mean: Floats = counts[0] @ values / counts[0].sum(1)
        return mean

    return Tally((predictions.kept("queries", _queries),), from_counts, predictions.queries)


def _queries(predictions: Predictions) -> Cells:
    return Cells(None, _count(predictions))


def _count(predictions: Predictions) -> int:
    return int(predictions.queries.max(initial=-1)) + 1


def _discounted(query: Integers, scores: Floats, gains: Floats, depth: int) -> Floats:
    """Return the discounted gain of each query, ties sharing the mean discount of their places."""
    import numpy as np

    order = np.lexsort((-scores, query))
    query, scores, gains = query[order], scores[order], gains[order]
    place = _places(query)
    discount = np.where(place < depth, 1 / np.log2(place + 2), 0)
    is_new = np.r_[True, (query[1:] != query[:-1]) | (scores[1:] != scores[:-1])]
    tie = np.cumsum(is_new) - 1
    mean = np.bincount(tie, discount) / np.bincount(tie)
    return np.bincount(query, gains * mean[tie]).astype(np.float64)


def _precisions(predictions: Predictions, depth: int) -> Floats:
    import numpy as np

    query, place, relevant = _ordered(predictions)
    hits = np.cumsum(relevant)
    before = np.maximum.accumulate(np.where(place == 0, hits - relevant, 0))
    within = place < depth
    found = np.bincount(query, relevant * within * (hits - before) / (place + 1))
    best = np.minimum(np.bincount(query, relevant), depth)
    return np.where(best > 0, found / np.where(best > 0, best, 1), 0)


def _ordered(predictions: Predictions) -> tuple[Integers, Integers, Floats]:
    """Return query, place and relevance of the rows, best score first within each query."""
    import numpy as np

    true = truth(predictions)
    order = np.lexsort((true, -said(predictions), predictions.queries))
    query = predictions.queries[order]
    return query, _places(query), (true[order] > 0).astype(np.float64)


def _places(query: Integers) -> Integers:
    """Return the place of each row within its query; queries stand together."""
    import numpy as np

    first = np.r_[True, query[1:] != query[:-1]]
    begins = np.maximum.accumulate(np.where(first, np.arange(len(query)), 0))
    return np.arange(len(query)) - begins
