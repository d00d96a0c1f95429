"""Whether a model treats groups of people alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Literal, TypeAlias

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation.cuts import cut
from jupyter_mlops.models.evaluation.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

Measure: TypeAlias = Literal["demographic-parity", "equalised-odds"]
SMALLEST = 30
DRAWS = 1_000
_LEVEL = 0.95
_CLASSES = ("first", "second")


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
class Gap:
    """The largest difference between two groups.

    Parameters
    ----------
    low, high
        Its 95 % percentile interval: rows drawn anew.
    why
        Why it is not defined; empty when it is. Nothing is fair because it is unknown.
    """

    value: float = nan
    low: float = nan
    high: float = nan
    why: str = ""


@dataclass(frozen=True)
class Fairness:
    """How far the treatment of the groups of some columns differs.

    Parameters
    ----------
    parity
        Demographic parity: the difference of the shares that are selected.
    odds
        Equalised odds: the larger of the differences of the true and of the false positive rates.
    parity_ratio
        The smallest share that is selected, as a part of the largest; NaN where no group is.
    """

    column: str
    groups: tuple[Group, ...]
    parity: Gap
    odds: Gap
    parity_ratio: float

    def gap(self, measure: Measure) -> Gap:
        """Return the difference by one measure."""
        return self.parity if measure == "demographic-parity" else self.odds


def fairness(
    predictions: Predictions, by: Sequence[str], *, smallest: int = SMALLEST, hidden: Collection[str] = ()
) -> Fairness:
    """Compare the groups that some columns make; those of fewer than *smallest* rows are shown and left out.

    Raises
    ------
    Invalid
        The task does not tell two classes apart, or the groups are too many.
    """
    import numpy as np

    if predictions.task != "binary":
        raise Invalid(
            f"Fairness compares the selected of two classes, and this is a {predictions.task} model.",
            hint="Look at its slices instead.",
        )
    parts = cut(predictions.table, by, hidden)
    true, said = (side == 1 for side in predictions.codes)
    cells = np.bincount(parts.codes * 4 + 2 * true + said, minlength=4 * len(parts.parts))
    counts = cells.reshape(-1, 2, 2).astype(np.float64)
    is_large = counts.sum((1, 2)) >= smallest
    hits = np.bincount(parts.codes[predictions.codes[0] == predictions.codes[1]], minlength=len(counts))
    groups = tuple(_groups(parts.parts, counts, hits, is_large))
    return _compared(", ".join(by), groups, counts[is_large], smallest)


def gaps(counts: Floats, measure: Measure) -> Floats:
    """Return the largest difference between groups of each draw; NaN where a group has no such rows.

    Parameters
    ----------
    counts
        (draws, groups, 2, 2): rows by what is true and what is predicted.
    """
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "demographic-parity":
            return np.asarray(np.ptp(counts[..., 1].sum(2) / counts.sum((2, 3)), axis=1))
        rates = counts[..., 1] / counts.sum(3)  # of the first class, and of the second
    return np.asarray(np.ptp(rates, axis=1).max(1))


def _groups(names: Sequence[str], counts: Floats, hits: Integers, is_large: Booleans) -> Iterator[Group]:
    for name, ((refused, taken), (missed, found)), hit, large in zip(
        names, counts.tolist(), hits.tolist(), is_large.tolist(), strict=True
    ):
        rows = refused + taken + missed + found
        yield Group(
            name=name,
            rows=int(rows),
            selected=(taken + found) / rows,
            true_rate=_share(found, found + missed),
            false_rate=_share(taken, taken + refused),
            accuracy=hit / rows,
            is_small=not large,
        )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else nan


def _compared(column: str, groups: tuple[Group, ...], counts: Floats, smallest: int) -> Fairness:
    large = [group for group in groups if not group.is_small]
    if len(large) < 2:
        why = f"{len(large)} of {len(groups)} groups have {smallest} rows or more, and two are needed"
        nothing = Gap(why=why)
        return Fairness(column, groups, nothing, nothing, nan)
    selected = [group.selected for group in large]
    lacking = [
        f"{group.name} has no row of the {word} class"
        for word, rate in zip(_CLASSES, ("false_rate", "true_rate"), strict=True)
        for group in large
        if getattr(group, rate) != getattr(group, rate)
    ]
    return Fairness(
        column,
        groups,
        parity=_gap(counts, "demographic-parity"),
        odds=_gap(counts, "equalised-odds", "; ".join(lacking[:5])),
        parity_ratio=_share(min(selected), max(selected)),
    )


def _gap(counts: Floats, measure: Measure, why: str = "") -> Gap:
    """Return a difference and its interval: rows drawn anew, by counting."""
    import numpy as np

    if why:
        return Gap(why=why)
    total = int(counts.sum())
    drawn = np.random.default_rng(0).multinomial(total, counts.ravel() / total, size=DRAWS)
    values = gaps(drawn.reshape(DRAWS, *counts.shape).astype(np.float64), measure)
    low, high = np.nanquantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Gap(float(gaps(counts[None], measure)[0]), float(low), float(high))
