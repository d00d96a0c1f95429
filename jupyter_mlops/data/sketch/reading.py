"""Read a column of any dtype: what kind its values are, how many are missing, and tallies of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.data.sketch import tally
from jupyter_mlops.data.sketch.tally import Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Array = npt.NDArray[np.generic]

Kind = Literal["number", "truth", "time", "duration", "text", "mixed"]
_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@dataclass(frozen=True)
class Reading:
    """A column, read once.

    Parameters
    ----------
    tallies
        Its values, part by part; times and durations in nanoseconds, times since 1970 in UTC.
    types
        How many values there are of each type, where they are neither numbers, truths, times nor texts.
    """

    kind: Kind
    missing: int
    tallies: Iterable[Tally] = ()
    types: dict[str, int] = field(default_factory=dict)


def read(column: pd.Series) -> Reading:
    """Read a column of any dtype."""
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _of_categories(column)
    if isinstance(dtype, pd.SparseDtype):
        return read(pd.Series(column.array.to_dense()))
    if isinstance(dtype, pd.ArrowDtype | pd.StringDtype):
        found = _arrow(column)
        return _of_objects(column) if found is None else _of_arrow(found)
    if pd.api.types.is_object_dtype(dtype):
        return _of_objects(column)
    if isinstance(dtype, pd.DatetimeTZDtype) or dtype.kind in "mM":
        return _of_times(column)
    if isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype) or dtype.kind not in "biuf":
        return _mixed({str(dtype): int(column.notna().sum())}, len(column))
    return _of_plain(column)


def kind_of(column: pd.Series) -> Kind:
    """Return what the values of a column are."""
    return read(column).kind


def _mixed(types: dict[str, int], rows: int) -> Reading:
    return Reading(
        "mixed", rows - sum(types.values()), types={name: count for name, count in types.items() if count}
    )


def _numbers(kind: Kind, values: Array, rows: int) -> Reading:
    return Reading(kind, rows - len(values), tally.of_numbers(values))


def _of_plain(column: pd.Series) -> Reading:
    import numpy as np

    if isinstance(column.dtype, np.dtype):
        return _of_array(column.to_numpy(), len(column))
    there = column.array[column.notna().to_numpy()]
    return _of_array(np.asarray(there, dtype=column.dtype.type), len(column))


def _of_array(values: Array, rows: int) -> Reading:
    import numpy as np

    if values.dtype.kind == "f":
        missing = np.isnan(values)
        values = values[~missing] if missing.any() else values
    return _numbers("truth" if values.dtype.kind == "b" else "number", values, rows)


def _of_times(column: pd.Series) -> Reading:
    import pandas as pd

    is_time = column.dtype.kind == "M"
    index = pd.DatetimeIndex(column) if is_time else pd.TimedeltaIndex(column)
    there = index[index.notna()] if index.hasnans else index
    return _numbers("time" if is_time else "duration", nanoseconds(there.asi8, there.unit), len(column))


def nanoseconds(values: npt.NDArray[np.int64], unit: str) -> Array:
    """Return times in nanoseconds, as floats where an integer cannot hold them."""
    import numpy as np

    factor = _NANOSECONDS[unit]
    if factor == 1 or len(values) == 0:
        return values
    if max(-int(values.min()), int(values.max())) > np.iinfo(np.int64).max // factor:
        return values * float(factor)
    return values * factor


def _arrow(column: pd.Series) -> pa.ChunkedArray | None:
    """Return a column as Arrow has it; None where it cannot: strings of Python's may hold a lone surrogate."""
    import pyarrow as pa

    try:
        found = pa.array(column.array, from_pandas=True)
    except UnicodeEncodeError:
        return None
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _of_arrow(values: pa.ChunkedArray) -> Reading:
    import pyarrow as pa

    kind, is_ = values.type, pa.types
    if is_.is_dictionary(kind):
        return _of_arrow(values.cast(kind.value_type))
    if is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind):
        return Reading("text", values.null_count, tally.of_texts(values))
    if is_.is_decimal(kind):
        values = values.cast(pa.float64())
    there = values.drop_null()
    if is_.is_date(kind):
        there = there.cast(pa.timestamp("s"))
    if is_.is_date(kind) or is_.is_timestamp(kind) or is_.is_duration(kind):
        unit = there.type.unit
        numbers = nanoseconds(there.cast(pa.int64()).to_numpy(), unit)
        return _numbers("duration" if is_.is_duration(kind) else "time", numbers, len(values))
    if is_.is_boolean(kind) or is_.is_integer(kind) or is_.is_floating(kind) or is_.is_decimal(kind):
        return _of_array(there.to_numpy(), len(values))
    return _mixed({str(kind): len(there)}, len(values))


def _of_categories(column: pd.Series) -> Reading:
    """Count the codes of words; anything else is read as what it stands for."""
    import numpy as np
    import pandas as pd

    words = column.cat.categories
    codes = column.cat.codes.to_numpy().astype(np.intp)
    if pd.api.types.infer_dtype(words, skipna=False) != "string":
        there = read(pd.Series(words[codes[codes >= 0]]))
        return replace(there, missing=len(column) - int((codes >= 0).sum()))
    counts = np.bincount(codes + 1, minlength=1)[1:]
    used = np.flatnonzero(counts)
    texts = _texts(words[used].to_numpy(dtype=object))
    if texts is None:
        return _mixed({"str": int(counts.sum())}, len(column))
    return Reading("text", len(column) - int(counts.sum()), [Tally(texts, counts[used])])


def _of_objects(column: pd.Series) -> Reading:
    values = column.to_numpy(dtype=object)
    there = values[~column.isna().to_numpy()]
    counts = Counter(map(type, there))
    for accepted, refused, maker in _MAKERS:
        if counts and all(issubclass(item, accepted) and not issubclass(item, refused) for item in counts):
            found = maker(there, len(column))
            if found is not None:
                return found
    return _mixed({item.__qualname__: count for item, count in counts.items()}, len(column))


def _texts(values: Array) -> pa.Array | None:
    """Return strings as Arrow's; None when one has a lone surrogate, which Arrow cannot show."""
    import pyarrow as pa

    try:
        found = pa.array(values, type=pa.large_string())
    except UnicodeEncodeError:
        return None
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _read_texts(values: Array, rows: int) -> Reading | None:
    import pyarrow as pa

    texts = _texts(values)
    if texts is None:
        return None
    return Reading("text", rows - len(values), tally.of_texts(pa.chunked_array([texts])))


def _read_truths(values: Array, rows: int) -> Reading:
    return _of_array(values.astype(bool), rows)


def _read_numbers(values: Array, rows: int) -> Reading | None:
    import numpy as np

    is_whole = all(issubclass(kind, int) for kind in set(map(type, values)))
    try:
        return _of_array(values.astype(np.int64 if is_whole else np.float64), rows)
    except OverflowError:
        return None


def _read_times(values: Array, rows: int) -> Reading | None:
    import pandas as pd

    try:
        found = _of_times(pd.Series(pd.to_datetime(list(values), utc=True)))
    except (ValueError, TypeError, OverflowError):
        return None
    return replace(found, missing=rows - len(values))


def _read_durations(values: Array, rows: int) -> Reading | None:
    import pandas as pd

    try:
        found = _of_times(pd.Series(pd.to_timedelta(values)))
    except (ValueError, TypeError, OverflowError):
        return None
    return replace(found, missing=rows - len(values))


_Maker = Callable[["Array", int], Reading | None]
_MAKERS: tuple[tuple[tuple[type, ...], tuple[type, ...], _Maker], ...] = (
    ((str,), (), _read_texts),
    ((bool,), (), _read_truths),
    ((Real, Decimal), (bool,), _read_numbers),
    ((date,), (), _read_times),
    ((timedelta,), (), _read_durations),
)
