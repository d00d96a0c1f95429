"""A table cut into parts that people can name: by values, by quarters of numbers, by several columns at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.preview import HIDDEN, shown
from jupyter_mlops.models.evaluation.signature import column

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Integers = npt.NDArray[np.int64]
    Values = pd.Series[str] | pd.Series[float]

MOST = 200
_QUARTERS = 4
_KINDS = 12


@dataclass(frozen=True, eq=False)
class Cut:
    """Rows cut into parts.

    Parameters
    ----------
    name
        The columns that make the parts.
    parts
        What each part is called.
    codes
        (n,): the part of each row.
    """

    name: str
    parts: tuple[str, ...]
    codes: Integers


def cut(table: pd.DataFrame, by: Sequence[str], hidden: Collection[str] = ()) -> Cut:
    """Cut rows by the values of some columns together: every combination that occurs; missing values are a part too.

    Parameters
    ----------
    hidden
        Columns of which no value may be shown: their parts are numbered.

    Raises
    ------
    Invalid
        The parts are too many to read.
    """
    import numpy as np

    parts, codes = [""], np.zeros(len(table), dtype=np.int64)
    for name in by:
        one = _values(name, column(table, name), is_hidden=name in hidden)
        _check_few(by, len(one.parts))
        joint = codes * len(one.parts) + one.codes
        counts = np.bincount(joint, minlength=len(parts) * len(one.parts))
        there = np.flatnonzero(counts)
        _check_few(by, len(there))
        parts = [
            ", ".join(filter(None, (parts[before], one.parts[part])))
            for before, part in zip(*np.divmod(there, len(one.parts)), strict=True)
        ]
        codes = np.searchsorted(there, joint)
    return Cut(", ".join(by), tuple(parts), codes)


def by_kinds(name: str, values: Values) -> Cut:
    """Cut a column into a dozen parts at most: rare values together."""
    return _values(name, values, is_hidden=False, most=_KINDS)


def _check_few(by: Sequence[str], count: int) -> None:
    if count > MOST:
        raise Invalid(
            f"{', '.join(by)} makes {count:,} slices, more than {MOST}.", hint="Name columns of few values."
        )


def _values(name: str, values: Values, *, is_hidden: bool, most: int | None = None) -> Cut:
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
        if most is not None and len(kinds) > most:
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
