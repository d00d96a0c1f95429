"""How much worse a model is when a column tells it nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.core.record import Record
from jupyter_mlops.models.evaluation.metrics import Metric
from jupyter_mlops.models.evaluation.slices import Slice
from jupyter_mlops.models.explanation.subject import Explained

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


class Importance(Record):
    """What a column is worth to a model.

    Parameters
    ----------
    value
        By how much the metric worsens when the column is shuffled: the mean of the shuffles.
    spread
        Their standard deviation.
    """

    column: str
    value: float | None
    spread: float | None


class SliceImportance(Record):
    """What the columns are worth on rows that have something in common."""

    name: str
    rows: int
    importance: tuple[Importance, ...]


def importances(
    explained: Explained, judge: Metric, parts: Sequence[Slice] = (), *, repeats: int = 5, seed: int = 0
) -> tuple[tuple[Importance, ...], tuple[SliceImportance, ...]]:
    """Shuffle each column in turn, and return what that costs, on all rows and on each of *parts*.

    Rows are shuffled once for all parts, so that a slice costs no further predictions.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    columns = explained.columns
    lost = np.empty((len(parts) + 1, len(columns), repeats))
    base = _measured(explained, judge, parts, None)
    for place, column in enumerate(columns):
        progress.report(place, len(columns), column)
        for repeat in range(repeats):
            order = random.permutation(len(explained.table))
            lost[:, place, repeat] = base - _measured(explained, judge, parts, (column, order))
    if not judge.greater_is_better:
        lost = -lost
    whole, *others = (_ordered(columns, table) for table in lost)
    named = zip(parts, others, strict=True)
    return whole, tuple(
        SliceImportance(name=part.name, rows=int(part.rows.sum()), importance=found) for part, found in named
    )


def _measured(
    explained: Explained,
    judge: Metric,
    parts: Sequence[Slice],
    shuffled: tuple[str, npt.NDArray[np.int64]] | None,
) -> Floats:
    import numpy as np

    found = explained.predictions
    if shuffled is not None:
        column, order = shuffled
        table = explained.table.assign(**{column: explained.table[column].take(order).array})
        found = explained.judged(table)
    return np.array([judge.of(found), *(judge.of(found.take(part.rows)) for part in parts)])


def _ordered(columns: Sequence[str], lost: Floats) -> tuple[Importance, ...]:
    """Return the columns, the most important first; None where the metric is not defined."""
    import numpy as np

    made = [
        Importance(
            column=column,
            value=float(values.mean()) if np.isfinite(values).all() else None,
            spread=float(values.std()) if np.isfinite(values).all() else None,
        )
        for column, values in zip(columns, lost, strict=True)
    ]
    return tuple(sorted(made, key=lambda item: -(item.value if item.value is not None else -np.inf)))
