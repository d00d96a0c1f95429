"""How predictions move with one column, all others as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mlops.core.preview import HIDDEN, shown
from jupyter_mlops.core.record import Record
from jupyter_mlops.models.explanation.subject import Explained

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 500
_GRID = 20
_KINDS = 10


class Dependence(Record):
    """The mean prediction with a column set to each of a few values.

    Parameters
    ----------
    at
        The values as text, and as numbers where they are some.
    mean
        What is predicted on average.
    """

    column: str
    at: tuple[str, ...]
    numbers: tuple[float, ...] = ()
    mean: tuple[float, ...]


def dependence(explained: Explained, column: str, *, is_hidden: bool = False) -> Dependence:
    """Set a column to each of its quantiles or frequent values, and return the mean predictions."""
    import pandas as pd

    values = explained.features[column]
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    is_continuous = is_number and values.nunique() > _KINDS
    grid = _quantiles(values) if is_continuous else values.dropna().value_counts().index[:_KINDS].tolist()
    if is_number:
        grid = sorted(grid)
    rows = explained.features.head(_ROWS)  # the table is a sample in no order of its own, or small
    if len(explained.features) > _ROWS:
        rows = explained.features.sample(_ROWS, random_state=0)
    copies = pd.concat([rows] * len(grid), ignore_index=True) if grid else rows.head(0)
    repeated = [value for value in grid for _ in range(len(rows))]
    copies[column] = pd.Series(
        repeated, index=copies.index, dtype="float64" if is_continuous else values.dtype
    )
    means = explained.score(copies).reshape(len(grid), -1).mean(1) if grid else ()
    return Dependence(
        column=column,
        at=tuple(
            f"{HIDDEN} {place}" if is_hidden else shown(value, 40) for place, value in enumerate(grid, 1)
        ),
        numbers=tuple(map(float, grid)) if is_number and not is_hidden else (),
        mean=tuple(map(float, means)),
    )


def _quantiles(values: pd.Series[float]) -> list[float]:
    import numpy as np

    known = values.dropna().to_numpy(dtype=np.float64)
    return [float(value) for value in np.unique(np.quantile(known, np.linspace(0.05, 0.95, _GRID)))]
