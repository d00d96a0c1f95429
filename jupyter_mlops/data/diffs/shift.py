"""How far the values of a column have moved as a whole, from 0 to 1, whatever its dtype."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.data.diffs.cells import tokens
from jupyter_mlops.data.diffs.forms import family

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jupyter_mlops.data.diffs.schemas import Pair

    Floats = npt.NDArray[np.float64]

Measure = Literal["ks", "tv", "length"]
_POINTS = 512
_TIMES = {"moment", "instant", "span"}


@dataclass(frozen=True)
class Shift:
    """How far the values of a column have moved.

    Parameters
    ----------
    size
        0 when the distributions agree, 1 when they share nothing. Missing is a value of its own.
    measure
        `ks` for numbers and times: the largest distance of the two cumulative distributions, to within 1/500.
        `tv` otherwise: the total variation, half the sum of the differences of the shares. `length` for texts
        that are mostly different ones: `ks` of their lengths.
    means
        Of numbers, before and after.
    """

    size: float
    measure: Measure
    means: tuple[float, float] | None = None


def shift(pair: Pair) -> Shift:
    """Measure how far a column's distribution has moved."""
    if (numbers := ordered(pair)) is not None:
        return Shift(kolmogorov_smirnov(*numbers), "ks", _means(pair, numbers))
    size, distinct = total_variation(pair)
    if distinct > max(map(len, pair.cells)) / 2 and (lengths := _lengths(pair)):
        return Shift(kolmogorov_smirnov(*lengths), "length")
    return Shift(size, "tv")


def kolmogorov_smirnov(left: Floats, right: Floats) -> float:
    """Return the largest distance of two cumulative distributions; NaN counts as below everything.

    Parameters
    ----------
    left, right
        (n,) and (m,). Either may be empty: then the distance is 1, and 0 when both are.
    """
    import numpy as np

    if not len(left) or not len(right):
        return float(len(left) != len(right))
    gone = [np.isnan(sample) for sample in (left, right)]
    ordered = [np.sort(sample[~lost]) for sample, lost in zip((left, right), gone, strict=True)]
    points = np.concatenate(
        [sample[np.linspace(0, len(sample) - 1, _POINTS).astype(int)] for sample in ordered if len(sample)]
        or [np.zeros(1)]
    )
    sides: list[Literal["left", "right"]] = ["left", "right"]  # a jump shows on one of its two sides
    far = 0.0
    for side in sides:
        below = [
            (lost.sum() + np.searchsorted(sample, points, side)) / len(lost)
            for sample, lost in zip(ordered, gone, strict=True)
        ]
        far = max(far, float(np.abs(below[0] - below[1]).max()))
    return far


def total_variation(pair: Pair) -> tuple[float, int]:
    """Return half the sum of the differences of the shares of each value, and how many values there are."""
    import numpy as np
    import pandas as pd

    one, other = tokens(*pair.cells)
    if not len(one) or not len(other):
        return float(len(one) != len(other)), 0
    codes, values = pd.factorize(np.concatenate([one, other]))
    before, after = (
        np.bincount(part, minlength=len(values)) for part in (codes[: len(one)], codes[len(one) :])
    )
    return float(np.abs(before / len(one) - after / len(other)).sum() / 2), len(values)


def ordered(pair: Pair) -> tuple[Floats, Floats] | None:
    """Return both columns as numbers, if their values have an order that means something."""
    import numpy as np
    import pandas as pd

    left, right = pair.left.array, pair.right.array
    one, other = family(left), family(right)
    if one == other == "number" and "b" not in left.dtype.kind + right.dtype.kind:
        first, second = (pd.Series(array).to_numpy("f8", na_value=np.nan) for array in (left, right))
        return first, second
    if one != other or one not in _TIMES:
        return None
    first, second = (np.where(cells.missing > 0, np.nan, cells.values) for cells in pair.cells)
    return first, second


def _means(pair: Pair, numbers: tuple[Floats, Floats]) -> tuple[float, float] | None:
    import numpy as np

    if family(pair.left.array) != "number" or any(np.isnan(sample).all() for sample in numbers):
        return None
    before, after = (float(np.nanmean(sample)) for sample in numbers)
    return before, after


def _lengths(pair: Pair) -> tuple[Floats, Floats] | None:
    import numpy as np
    import pyarrow.compute as pc

    sides = pair.cells
    if any(isinstance(cells.values, np.ndarray) for cells in sides):
        return None
    found = []
    for cells in sides:
        lengths = pc.fill_null(pc.binary_length(cells.values), 0).to_numpy(zero_copy_only=False).astype("f8")
        found.append(np.where(cells.missing > 0, np.nan, lengths))
    return found[0], found[1]
