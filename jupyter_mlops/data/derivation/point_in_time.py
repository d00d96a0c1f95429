"""Join what was known at the time: for each event the latest features of before it, never later ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.diffs import matching
from jupyter_mlops.data.diffs.forms import family, unify

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from pandas.api.extensions import ExtensionArray

    from jupyter_mlops.data.diffs.cells import Integers, Mask
    from jupyter_mlops.data.diffs.forms import Array

    Times = npt.NDArray[np.int64] | npt.NDArray[np.float64]

SUFFIX = "_then"
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@dataclass(frozen=True)
class Side:
    """One of the two tables, as far as the join looks at it.

    Parameters
    ----------
    times
        (n,): ticks or numbers, on the scale of the other side.
    keys
        (n,): codes, equal where the columns of the key are.
    unknown
        (n,): where a row has no time, or a key lacks a value; such rows join nothing.
    """

    times: Times
    keys: Integers
    unknown: Mask


def point_in_time(
    events: pd.DataFrame,
    features: pd.DataFrame,
    *,
    time: str,
    feature_time: str | None = None,
    by: Sequence[str] = (),
    inclusive: bool = False,
    within: str | float | None = None,
) -> pd.DataFrame:
    """Add to each event the latest features of before it, and nothing of its own moment or later.

    Parameters
    ----------
    events, features
        (n, …) and (m, …), in any order.
    time
        Column of *events*: when each happened.
    feature_time
        Column of *features*: since when each row was known; named like *time* by default.
    by
        Columns that both have; only features with the same values are joined.
    inclusive
        Join features of the event's own moment too. They may have been made from it: leave it off in doubt.
    within
        Join nothing older than this: `30d` for times, a number for numbers.

    Returns
    -------
    DataFrame
        (n, …): the events as they were and in their order, with the columns of the features. A name that
        both have gets `_then`. Where nothing is joined values are missing; whole numbers become nullable.

    Raises
    ------
    Invalid
        The times cannot be compared, as those with a zone and those without.
    NotFound
        A column is missing.

    Notes
    -----
    Of several features with one key and time the last row counts. An event without a time, or with a gap in
    its key, joins nothing.
    """
    import numpy as np

    then = feature_time or time
    left, right, per_second = _sides(events, features, (time, then), by)
    rows = latest_before(left, right, inclusive=inclusive)
    if within is not None:
        joined = np.flatnonzero(rows >= 0)
        age = left.times[joined] - right.times[rows[joined]]
        rows[joined[age > _longest(within, per_second)]] = -1
    return _assembled(events, features, rows, leave_out=by)


def latest_before(events: Side, features: Side, *, inclusive: bool) -> Integers:
    """Return for each event the position of the latest feature before it, -1 where there is none."""
    import numpy as np
    import pandas as pd

    asked, offered = (_in_time(side) for side in (events, features))
    found = pd.merge_asof(
        asked, offered, on="time", by="key", suffixes=("", "_then"), allow_exact_matches=inclusive
    )
    rows = np.full(len(events.times), -1, dtype=np.int64)
    rows[found["row"]] = found["row_then"].fillna(-1).astype(np.int64)
    return rows


def _in_time(side: Side) -> pd.DataFrame:
    """Return the rows with a time and a whole key, in time; of equal times the later row comes later."""
    import numpy as np
    import pandas as pd

    rows = np.flatnonzero(~side.unknown)
    rows = rows[np.argsort(side.times[rows], kind="stable")]
    return pd.DataFrame({"time": side.times[rows], "key": side.keys[rows], "row": rows})


def _sides(
    events: pd.DataFrame, features: pd.DataFrame, times: tuple[str, str], by: Sequence[str]
) -> tuple[Side, Side, int]:
    import numpy as np

    (left, no_event), (right, no_feature), per_second = on_one_scale(
        _column(events, times[0], "the events"), _column(features, times[1], "the features"), times
    )
    pairs = [
        unify(_column(events, name, "the events"), _column(features, name, "the features")) for name in by
    ]
    keys, others = np.zeros(len(events), np.int64), np.zeros(len(features), np.int64)
    if pairs:
        keys, others = matching.codes(pairs)
    for one, other in pairs:
        no_event, no_feature = no_event | (one.missing > 0), no_feature | (other.missing > 0)
    return Side(left, keys, no_event), Side(right, others, no_feature), per_second


def on_one_scale(
    left: Array, right: Array, names: tuple[str, str]
) -> tuple[tuple[Times, Mask], tuple[Times, Mask], int]:
    """Bring two columns of times or numbers on one scale; say how many ticks a second has, 0 for numbers."""
    import numpy as np
    import pandas as pd

    one, other = family(left), family(right)
    first, second = unify(left, right)
    if one == other and one in {"moment", "instant", "span"} and isinstance(first.values, np.ndarray):
        per_second = max(_TICKS[_unit(array)] for array in (left, right))
        return (first.values, first.missing > 0), (second.values, second.missing > 0), per_second
    kinds = {left.dtype.kind, right.dtype.kind}
    if one == other == "number" and kinds <= {"i", "u"} and isinstance(first.values, np.ndarray):
        return (first.values, first.missing > 0), (second.values, second.missing > 0), 0
    if one == other == "number" and "b" not in kinds:
        floats = [pd.Series(array).to_numpy("f8", na_value=np.nan) for array in (left, right)]
        return (floats[0], np.isnan(floats[0])), (floats[1], np.isnan(floats[1])), 0
    raise Invalid(
        f"{names[0]} is {left.dtype} and {names[1]} is {right.dtype}: which came first cannot be told.",
        hint="Make both times, both with a zone or both without: pandas.to_datetime(…, utc=True).",
    )


def _unit(array: Array) -> str:
    unit = getattr(array, "unit", None) or array.dtype.pyarrow_dtype.unit  # type: ignore[union-attr]
    return str(unit)


def _longest(within: str | float, per_second: int) -> float:
    import pandas as pd

    try:
        if not per_second:
            return float(within)
        age = pd.Timedelta(re.sub(r"(?<=\d)d\b", "D", within) if isinstance(within, str) else within)
        return age / pd.Timedelta("1s") * per_second
    except ValueError as error:
        raise Invalid(
            f"{within!r} is no age.", hint="Write 30d, 12h or 90min; a number for numbers."
        ) from error


def _column(frame: pd.DataFrame, name: str, where: str) -> Array:
    import pandas as pd

    shown = [str(label) for label in frame.columns]
    if shown.count(name) != 1:
        hint = did_you_mean(name, shown) or f"They have {', '.join(shown[:10])}."
        what = "no column" if name not in shown else "several columns"
        raise NotFound(f"{where.capitalize()} have {what} {name!r}.", hint=hint)
    array = frame.iloc[:, shown.index(name)].array
    return array.to_numpy() if isinstance(array, pd.arrays.NumpyExtensionArray) else array


def _assembled(
    events: pd.DataFrame, features: pd.DataFrame, rows: Integers, leave_out: Sequence[str]
) -> pd.DataFrame:
    import pandas as pd

    taken = {}
    for position, label in enumerate(features.columns):
        if str(label) in leave_out:
            continue
        name = f"{label}{SUFFIX}" if label in events.columns else label
        if name in taken or (name is not label and name in events.columns):
            raise Invalid(f"Two columns would be called {name!r}.", hint="Rename one of them.")
        taken[name] = pd.Series(_taken(features.iloc[:, position], rows), index=events.index)
    return pd.concat([events, pd.DataFrame(taken, index=events.index)], axis=1)


def _taken(column: pd.Series, rows: Integers) -> ExtensionArray:
    """Return the values at *rows*, missing at -1, without turning large whole numbers into floats."""
    import numpy as np

    if isinstance(column.dtype, np.dtype) and not column.dtype.isnative:
        column = column.astype(column.dtype.newbyteorder("="))
    nullable = {"i": "Int", "u": "UInt", "b": "boolean"}.get(column.dtype.kind)
    if nullable and (rows < 0).any() and isinstance(column.dtype, np.dtype):
        bits = "" if nullable == "boolean" else str(column.dtype.itemsize * 8)
        column = column.astype(f"{nullable}{bits}")  # type: ignore[call-overload]
    return cast("ExtensionArray", column.array.take(rows, allow_fill=True))
