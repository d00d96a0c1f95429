"""Where a model is worse: the slices asked for, and the worst ones that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.preview import HIDDEN, shown
from jupyter_mlops.models.evaluation.predictions import CLASSIFYING, Predictions
from jupyter_mlops.models.evaluation.signature import column

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]
    Values = pd.Series[str] | pd.Series[float]

SMALLEST = 30
LEVEL = 0.05
_SHARE = 0.01
_QUARTERS = 4
_KINDS = 12
_COLUMNS = 60
_PAIRED = 12
_MOST = 50


@dataclass(frozen=True, eq=False)
class Cut:
    """A column cut into parts.

    Parameters
    ----------
    parts
        What each part is called.
    codes
        (n,): the part of each row.
    """

    name: str
    parts: tuple[str, ...]
    codes: Integers


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


def asked(table: pd.DataFrame, by: str, hidden: Collection[str] = ()) -> Iterator[Slice]:
    """Yield the slices of a column: its values, or the quarters of its numbers.

    Raises
    ------
    Invalid
        It has too many values.
    """
    values = column(table, by)
    cut = _cut(by, values, by in hidden, most=_MOST)
    if len(cut.parts) > _MOST:
        raise Invalid(
            f"{by!r} has {len(cut.parts):,} values, too many for slices.",
            hint=f"Name one of at most {_MOST}.",
        )
    for code, part in enumerate(cut.parts):
        rows = cut.codes == code
        if rows.any():
            yield Slice(part, (by,), rows)


def worst(
    predictions: Predictions, *, smallest: int, most: int = 5, hidden: Collection[str] = ()
) -> tuple[tuple[Slice, ...], int]:
    """Return the slices of one or two columns that are surely worse than the rest, and how many were looked at.

    A pair of columns counts only where it is worse than either of its columns alone.

    Notes
    -----
    Welch's test of what rows cost within against without, one-sided, and Benjamini and Hochberg's adjustment [1]_ over
    every slice of at least *smallest* rows, and of a hundredth of all.

    .. [1] Y. Benjamini, Y. Hochberg, J. R. Statist. Soc. B 57 (1995), 289–300.
    """
    costs = losses(predictions)
    least = max(smallest, round(_SHARE * len(predictions)))
    trials = list(_trials(predictions.table, costs, least, hidden))
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
        cut = _cut(name, table[name], is_hidden=False, most=_KINDS)
        if 1 < len(cut.parts) <= max(_KINDS, least):
            singles.append(_tried((cut,), cut.codes, len(cut.parts), costs))
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
    return all(trial.means[code] > alone[cut.name].means[part] + 2 * error for cut, part in parents)


def _slice(trial: _Trial, code: int, excess: float, p: float) -> Slice:
    places = (code,) if len(trial.cuts) == 1 else divmod(code, len(trial.cuts[1].parts))
    words = [cut.parts[place] for cut, place in zip(trial.cuts, places, strict=True)]
    return Slice(", ".join(words), tuple(cut.name for cut in trial.cuts), trial.codes == code, excess, p)


def _cut(name: str, values: Values, is_hidden: bool, *, most: int) -> Cut:
    """Cut a column into its values, or its numbers into quarters; what is missing is a part of its own."""
    import numpy as np
    import pandas as pd

    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    is_time = pd.api.types.is_datetime64_any_dtype(values)
    if (is_number and values.nunique() > 2 * _QUARTERS) or is_time:
        quarters = pd.qcut(values, _QUARTERS, duplicates="drop").cat
        codes, kinds = quarters.codes.to_numpy(), [_range(name, item) for item in quarters.categories]
    else:
        codes, found = pd.factorize(values.astype(str).where(values.notna()), sort=True)
        kinds = [f"{name}={shown(item, 40)}" for item in found]
        if len(kinds) > most:
            codes, kinds = _frequent(name, codes, kinds, most)
    if is_hidden:
        kinds = [f"{name}={HIDDEN} {number}" for number in range(1, len(kinds) + 1)]
    if (codes < 0).any():
        kinds = [*kinds, f"{name} is missing"]
    return Cut(name, tuple(kinds), np.where(codes < 0, len(kinds) - 1, codes).astype(np.int64))


def _frequent(name: str, codes: Integers, kinds: list[str], most: int) -> tuple[Integers, list[str]]:
    """Keep the most frequent values, and put the others together."""
    import numpy as np

    counts = np.bincount(codes[codes >= 0], minlength=len(kinds))
    kept = np.argsort(-counts, kind="stable")[: most - 1]
    place = np.full(len(kinds) + 1, len(kept))
    place[kept] = np.arange(len(kept))
    place[-1] = -1  # what is missing stays missing
    return place[codes], [*(kinds[item] for item in kept), f"{name}: {len(kinds) - len(kept):,} other values"]


def _range(name: str, item: pd.Interval[float] | pd.Interval[pd.Timestamp]) -> str:
    left, right = (_side(side) for side in (item.left, item.right))
    return f"{left} < {name} ≤ {right}"


def _side(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
