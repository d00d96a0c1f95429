"""Whether a model treats groups of people alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.signature import column

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

SMALLEST = 30


@dataclass(frozen=True)
class Group:
    """How a model treats one group.

    Parameters
    ----------
    selected
        Share of the rows that are predicted to be of the second class.
    true_rate, false_rate
        That share among the rows that are of it, and among the others; NaN where there are none.
    is_small
        Whether it has too few rows to compare.
    """

    name: str
    rows: int
    selected: float
    true_rate: float
    false_rate: float
    accuracy: float
    is_small: bool = False


@dataclass(frozen=True)
class Fairness:
    """How far the treatment of the groups of one column differs.

    Parameters
    ----------
    parity_difference, parity_ratio
        Demographic parity: the largest difference, and the smallest ratio, of the shares that are selected.
    odds_difference
        Equalised odds: the largest difference of the true or of the false positive rates.
    unknown
        What is not defined, and why; nothing is fair because it is unknown.
    """

    column: str
    groups: tuple[Group, ...]
    parity_difference: float
    parity_ratio: float
    odds_difference: float
    unknown: Mapping[str, str] = field(default_factory=dict)


def fairness(predictions: Predictions, column: str, *, smallest: int = SMALLEST) -> Fairness:
    """Compare the groups of a column; those of fewer than *smallest* rows are shown and left out.

    Raises
    ------
    Invalid
        The task does not tell two classes apart, or the column is all but unique.
    """
    if predictions.task != "binary":
        raise Invalid(
            f"Fairness compares the selected of two classes, and this is a {predictions.task} model.",
            hint="Leave out --groups, and look at its slices with --by.",
        )
    groups = _groups(predictions, column, smallest)
    return _compared(column, groups, smallest)


def _groups(predictions: Predictions, name: str, smallest: int) -> tuple[Group, ...]:
    """Count all groups in one pass; rows without a group are one of their own."""
    import numpy as np
    import pandas as pd

    values = column(predictions.table, name)
    codes, found = pd.factorize(values, sort=True, use_na_sentinel=False)
    if len(found) > max(_MOST, len(predictions) // smallest):
        raise Invalid(
            f"{name!r} has {len(found):,} values in {len(predictions):,} rows, too many for groups.",
            hint="Name a column of few values.",
        )
    true, said = (side == 1 for side in predictions.codes)
    cells = np.bincount(codes * 4 + 2 * true + said, minlength=4 * len(found)).reshape(-1, 4)
    hits = np.bincount(codes, predictions.codes[0] == predictions.codes[1], len(found))
    return tuple(
        _group(str(value), count, int(hit), smallest)
        for value, count, hit in zip(found, cells, hits, strict=True)
    )


_MOST = 50


def _group(name: str, cells: Integers, hits: int, smallest: int) -> Group:
    refused, taken, missed, found = map(int, cells)
    rows = refused + taken + missed + found
    return Group(
        name=name,
        rows=rows,
        selected=_share(taken + found, rows),
        true_rate=_share(found, found + missed),
        false_rate=_share(taken, taken + refused),
        accuracy=_share(hits, rows),
        is_small=rows < smallest,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _compared(column: str, groups: tuple[Group, ...], smallest: int) -> Fairness:
    nothing = float("nan")
    large = [group for group in groups if not group.is_small]
    if len(large) < 2:
        why = f"{len(large)} of {len(groups)} groups have {smallest} rows or more, and two are needed"
        unknown = dict.fromkeys(("demographic parity", "equalised odds"), why)
        return Fairness(column, groups, nothing, nothing, nothing, unknown)
    selected = [group.selected for group in large]
    unknown = {}
    if not max(selected):
        unknown["demographic parity ratio"] = "no group is selected"
    for rate, words in (
        ("true_rate", "no row of the second class"),
        ("false_rate", "no row of the first class"),
    ):
        lacking = [group.name for group in large if getattr(group, rate) != getattr(group, rate)]
        if lacking:
            unknown["equalised odds"] = f"{', '.join(lacking[:5])} has {words}"
    odds = nothing
    if "equalised odds" not in unknown:
        odds = max(
            _range([group.true_rate for group in large]), _range([group.false_rate for group in large])
        )
    ratio = min(selected) / max(selected) if max(selected) else nothing
    return Fairness(column, groups, _range(selected), ratio, odds, unknown)


def _range(values: Sequence[float]) -> float:
    return max(values) - min(values)
