"""Where a model is worse: the slices asked for, and the worst ones that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from jupyter_mlops.models.evaluation.cuts import Cut, by_kinds, cut
from jupyter_mlops.models.evaluation.predictions import CLASSIFYING, Predictions
from jupyter_mlops.models.evaluation.rankings import gains

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

LEVEL = 0.05
_SHARE = 0.01
_COLUMNS = 60
_PAIRED = 12


@dataclass(frozen=True, eq=False)
class Slice:
    """Rows that have something in common.

    Parameters
    ----------
    excess
        By how much its rows cost more than the others, on average.
    p
        How likely so much more is by chance, adjusted for all the slices that were looked at.
    """

    name: str
    columns: tuple[str, ...]
    rows: Booleans
    excess: float = 0.0
    p: float = 1.0


@dataclass(frozen=True, eq=False)
class _Trial:
    """The parts of one or two columns, each tested against all other rows."""

    cuts: tuple[Cut, ...]
    codes: Integers
    counts: Floats
    means: Floats
    excess: Floats
    p: Floats


def asked(table: pd.DataFrame, by: Sequence[str], hidden: Collection[str] = ()) -> Iterator[Slice]:
    """Yield the slices that some columns make together.

    Raises
    ------
    Invalid
        They are too many.
    """
    parts = cut(table, by, hidden)
    for code, part in enumerate(parts.parts):
        yield Slice(part, tuple(by), parts.codes == code)


def worst(
    predictions: Predictions, *, smallest: int, most: int = 5, hidden: Collection[str] = ()
) -> tuple[tuple[Slice, ...], int]:
    """Return the slices of one or two columns that are surely worse than the rest, and how many were looked at.

    A pair of columns counts only where it is worse than either of its columns alone. Of rankings, queries are sliced.

    Notes
    -----
    Welch's test of what rows cost within against without, one-sided, and Benjamini and Hochberg's adjustment [1]_ over
    every slice of at least *smallest* rows, and of a hundredth of all.

    .. [1] Y. Benjamini, Y. Hochberg, J. R. Statist. Soc. B 57 (1995), 289–300.
    """
    if predictions.task == "ranking":
        return _worst_queries(predictions, smallest=smallest, most=most, hidden=hidden)
    return _worst(predictions.table, losses(predictions), smallest=smallest, most=most, hidden=hidden)


def _worst_queries(
    predictions: Predictions, *, smallest: int, most: int, hidden: Collection[str]
) -> tuple[tuple[Slice, ...], int]:
    """Look for slices of queries, by what all rows of a query have in common: rows alone are in no order."""
    import numpy as np

    query, table = predictions.queries, predictions.table
    first = np.unique(query, return_index=True)[1]
    common = [name for name in table.columns if (table[name].groupby(query).nunique(dropna=False) == 1).all()]
    found, looked_at = _worst(
        table[common].iloc[first], 1 - gains(predictions), smallest=smallest, most=most, hidden=hidden
    )
    return tuple(replace(item, rows=item.rows[query]) for item in found), looked_at


def _worst(
    table: pd.DataFrame, costs: Floats, *, smallest: int, most: int, hidden: Collection[str]
) -> tuple[tuple[Slice, ...], int]:
    least = max(smallest, round(_SHARE * len(costs)))
    trials = list(_trials(table, costs, least, hidden))
    found = [
        (trial, code)
        for trial in trials
        for code in range(len(trial.counts))
        if least <= trial.counts[code] < len(costs)
    ]
    adjusted = adjust([float(trial.p[code]) for trial, code in found])
    alone = {trial.cuts[0].name: trial for trial in trials if len(trial.cuts) == 1}
    bad = [
        (float(trial.excess[code]), p, trial, code)
        for (trial, code), p in zip(found, adjusted, strict=True)
        if p < LEVEL and trial.excess[code] > 0 and _adds(trial, code, alone)
    ]
    bad.sort(key=lambda item: (-item[0] * float(item[2].counts[item[3]]) ** 0.5, item[2].cuts[0].name))
    made = tuple(_slice(trial, code, excess, p) for excess, p, trial, code in bad[:most])
    return made, len(found)


def losses(predictions: Predictions) -> Floats:
    """Return what each row costs: 1 for a wrong label, the distance from a number."""
    import numpy as np

    if predictions.task in CLASSIFYING:
        true, said = predictions.codes
        wrong: Floats = (true != said).astype(np.float64)
        return wrong
    missed = np.abs(predictions.target.astype(np.float64) - predictions.values.astype(np.float64))
    found: Floats = np.where(np.isfinite(missed), missed, 0.0)
    return found


def adjust(p: Sequence[float]) -> list[float]:
    """Return p-values adjusted for how many there are, so that a share of what is found is wrong."""
    import numpy as np

    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(-values)
    ranks = np.arange(len(values), 0, -1)
    adjusted = np.minimum.accumulate(np.minimum(values[order] * len(values) / ranks, 1))
    found = np.empty_like(values)
    found[order] = adjusted
    return [float(value) for value in found]


def _trials(table: pd.DataFrame, costs: Floats, least: int, hidden: Collection[str]) -> Iterator[_Trial]:
    """Yield every column, then pairs of those whose parts differ most."""
    singles = []
    for name in list(map(str, table.columns))[:_COLUMNS]:
        if name in hidden or (table.columns == name).sum() != 1:
            continue
        parts = by_kinds(name, table[name])
        if len(parts.parts) > 1:
            singles.append(_tried((parts,), parts.codes, len(parts.parts), costs))
    yield from singles
    promising = sorted(singles, key=lambda trial: float(trial.p.min()))[:_PAIRED]
    for left, right in combinations(promising, 2):
        first, second = left.cuts[0], right.cuts[0]
        codes = first.codes * len(second.parts) + second.codes
        yield _tried((first, second), codes, len(first.parts) * len(second.parts), costs)


def _tried(cuts: tuple[Cut, ...], codes: Integers, width: int, costs: Floats) -> _Trial:
    """Compare every part with all other rows, from three sums a part."""
    import numpy as np
    from scipy.special import stdtr

    counts = np.bincount(codes, minlength=width).astype(np.float64)
    sums, squares = (np.bincount(codes, item, width) for item in (costs, costs**2))
    others = len(costs) - counts
    with np.errstate(divide="ignore", invalid="ignore"):
        means, rest = sums / counts, (costs.sum() - sums) / others
        within = np.maximum(squares / counts - means**2, 0) / (counts - 1)
        without = np.maximum(((costs**2).sum() - squares) / others - rest**2, 0) / (others - 1)
        error = np.sqrt(within + without)
        freedom = (within + without) ** 2 / (within**2 / (counts - 1) + without**2 / (others - 1))
        excess = means - rest
        p = np.where(error > 0, stdtr(freedom, -excess / error), np.where(excess > 0, 0.0, 1.0))
    return _Trial(cuts, codes, counts, means, np.nan_to_num(excess), np.nan_to_num(p, nan=1.0))


def _adds(trial: _Trial, code: int, alone: dict[str, _Trial]) -> bool:
    """Tell whether a pair is worse than either column alone, by two standard errors at least."""
    if len(trial.cuts) == 1:
        return True
    width = len(trial.cuts[1].parts)
    spread = max(float(trial.means[code] * (1 - trial.means[code])), 0.0) or float(trial.means[code]) ** 2
    error = (spread / float(trial.counts[code])) ** 0.5
    parents = zip(trial.cuts, divmod(code, width), strict=True)
    return all(trial.means[code] > alone[one.name].means[part] + 2 * error for one, part in parents)


def _slice(trial: _Trial, code: int, excess: float, p: float) -> Slice:
    places = (code,) if len(trial.cuts) == 1 else divmod(code, len(trial.cuts[1].parts))
    words = [one.parts[place] for one, place in zip(trial.cuts, places, strict=True)]
    return Slice(", ".join(words), tuple(one.name for one in trial.cuts), trial.codes == code, excess, p)
