"""pandas arrays as a meaning and canonical buffers: one writer and one reader for every kind of dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from jupyter_mlops.data.encoding import arrow, axes, cells, values, zones
from jupyter_mlops.data.encoding.part import Meta, Sink, Source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from pandas.api.extensions import ExtensionArray

    Array = ExtensionArray | npt.NDArray[np.generic]

_TO_STRING = "Convert it first, for instance with .astype(str), or drop it."


def write(given: Array, sink: Sink) -> Meta:
    """Add an array and return what its buffers mean.

    Raises
    ------
    Invalid
        Its dtype, or a value in it, has no exact encoding.
    """
    import numpy as np
    import pandas as pd

    if type(given) is pd.arrays.NumpyExtensionArray:
        given = given.to_numpy()
    if isinstance(given, np.ndarray):
        return _write_numpy(given, sink)
    for kind, (_, writer, _) in _kinds().items():
        if isinstance(given, kind):
            return writer(given, sink)
    raise sink.refuse(f"has the dtype {given.dtype} of {type(given).__module__}", _TO_STRING)


def read(meta: Meta, rows: int, source: Source) -> Array:
    """Return the array that `write` added."""
    if meta["kind"] == "numpy":
        return _read_numpy(meta, source)
    if meta["kind"] == "object":
        return cells.read_objects(source)
    readers = {name: reader for name, _, reader in _kinds().values()}
    return readers[str(meta["kind"])](meta, rows, source)


def _kinds() -> dict[type, tuple[str, Callable[..., Meta], Callable[[Meta, int, Source], Array]]]:
    import pandas as pd

    return {
        pd.arrays.ArrowStringArray: ("string", _write_string, _read_string),
        pd.arrays.StringArray: ("string", _write_string, _read_string),
        pd.arrays.ArrowExtensionArray: ("arrow", _write_arrow, _read_arrow),
        pd.arrays.IntegerArray: ("masked", _write_masked, _read_masked),
        pd.arrays.FloatingArray: ("masked", _write_masked, _read_masked),
        pd.arrays.BooleanArray: ("masked", _write_masked, _read_masked),
        pd.arrays.DatetimeArray: ("datetime", _write_datetime, _read_datetime),
        pd.arrays.TimedeltaArray: ("timedelta", _write_timedelta, _read_timedelta),
        pd.arrays.PeriodArray: ("period", _write_period, _read_period),
        pd.arrays.IntervalArray: ("interval", _write_interval, _read_interval),
        pd.arrays.SparseArray: ("sparse", _write_sparse, _read_sparse),
        pd.Categorical: ("categorical", _write_categorical, _read_categorical),
    }


def _write_numpy(given: npt.NDArray[np.generic], sink: Sink) -> Meta:
    dtype = given.dtype
    if dtype.kind == "O":
        cells.write_objects(cast("npt.NDArray[np.object_]", given), sink)
        return {"kind": "object"}
    if dtype.kind not in "biufcmM" or dtype.char in "gG":
        raise sink.refuse(
            f"has the NumPy dtype {dtype}", "Convert it first, for instance with .astype('float64')."
        )
    numbers = given.view("i8") if dtype.kind in "mM" else values.with_one_nan(given)
    sink.add(numbers)
    return {"kind": "numpy", "dtype": dtype.newbyteorder("<").str, "is_swapped": not dtype.isnative}


def _read_numpy(meta: Meta, source: Source) -> npt.NDArray[np.generic]:
    found = source.next(str(meta["dtype"]))
    return found.astype(found.dtype.newbyteorder("S")) if meta["is_swapped"] else found


def _write_string(given: pd.arrays.StringArray, sink: Sink) -> Meta:
    import pandas as pd

    dtype = cast("pd.StringDtype", given.dtype)
    if dtype.storage == "pyarrow":
        arrow.write(given.__arrow_array__(), sink)
    else:
        cells.write_texts(given.to_numpy(dtype=object), sink)
    return {"kind": "string", "storage": dtype.storage, "missing": "NA" if dtype.na_value is pd.NA else "NaN"}


def _read_string(meta: Meta, _rows: int, source: Source) -> Array:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    missing = pd.NA if meta["missing"] == "NA" else np.nan
    dtype = pd.StringDtype(str(meta["storage"]), na_value=missing)  # type: ignore[call-overload]
    if dtype.storage == "pyarrow":
        return cast("Array", dtype.__from_arrow__(cells.read_runs(source, pa.large_string())))
    return cast("Array", pd.array(cells.read_texts(source, missing), dtype=dtype))


def _write_arrow(given: pd.arrays.ArrowExtensionArray, sink: Sink) -> Meta:
    return {"kind": "arrow", "arrow": arrow.write(given.__arrow_array__(), sink)}


def _read_arrow(meta: Meta, rows: int, source: Source) -> Array:
    import pandas as pd
    import pyarrow as pa

    return pd.arrays.ArrowExtensionArray(
        pa.chunked_array([arrow.read(cast("Meta", meta["arrow"]), rows, source)])
    )


def _write_masked(given: pd.arrays.IntegerArray, sink: Sink) -> Meta:
    import numpy as np

    missing = given.isna()
    dtype = given.dtype.numpy_dtype  # type: ignore[attr-defined]
    sink.add(missing.astype(np.uint8))
    sink.add(values.with_one_nan(given.to_numpy(dtype=dtype, na_value=0)))
    return {"kind": "masked", "dtype": dtype.newbyteorder("<").str}


def _read_masked(meta: Meta, _rows: int, source: Source) -> Array:
    import pandas as pd

    missing = source.next("u1").astype(bool)
    numbers = source.next(str(meta["dtype"]))
    makers = {"b": pd.arrays.BooleanArray, "f": pd.arrays.FloatingArray}
    return cast("Array", makers.get(numbers.dtype.kind, pd.arrays.IntegerArray)(numbers, missing))


def _write_datetime(given: pd.arrays.DatetimeArray, sink: Sink) -> Meta:
    try:
        zone = zones.write(given.tz)
    except TypeError as error:
        raise sink.refuse(f"is in {error}", "Use a zone by name: .dt.tz_convert('Europe/Paris').") from None
    sink.add(given.asi8)  # type: ignore[attr-defined]
    return {"kind": "datetime", "unit": given.unit, "zone": zone}


def _read_datetime(meta: Meta, _rows: int, source: Source) -> Array:
    import pandas as pd

    moments = pd.DatetimeIndex(source.next("i8").view(f"M8[{meta['unit']}]"))
    zone = zones.read(cast("list[object] | None", meta["zone"]))
    return (moments if zone is None else moments.tz_localize("UTC").tz_convert(zone)).array


def _write_timedelta(given: pd.arrays.TimedeltaArray, sink: Sink) -> Meta:
    sink.add(given.asi8)  # type: ignore[attr-defined]
    return {"kind": "timedelta", "unit": given.unit}


def _read_timedelta(meta: Meta, _rows: int, source: Source) -> Array:
    import pandas as pd

    return pd.TimedeltaIndex(source.next("i8").view(f"m8[{meta['unit']}]")).array


def _write_period(given: pd.arrays.PeriodArray, sink: Sink) -> Meta:
    sink.add(given.asi8)  # type: ignore[attr-defined]
    return {"kind": "period", "freq": given.freqstr}


def _read_period(meta: Meta, _rows: int, source: Source) -> Array:
    import pandas as pd

    return pd.arrays.PeriodArray(
        cast("npt.NDArray[np.int64]", source.next("i8")), dtype=pd.PeriodDtype(str(meta["freq"]))
    )


def _write_interval(given: pd.arrays.IntervalArray, sink: Sink) -> Meta:
    return {
        "kind": "interval",
        "closed": given.closed,
        "left": write(given.left.array, sink),
        "right": write(given.right.array, sink),
    }


def _read_interval(meta: Meta, rows: int, source: Source) -> Array:
    import pandas as pd

    left = read(cast("Meta", meta["left"]), rows, source)
    right = read(cast("Meta", meta["right"]), rows, source)
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=meta["closed"])  # type: ignore[arg-type]


def _write_sparse(given: pd.arrays.SparseArray, sink: Sink) -> Meta:
    points = given.sp_index.to_int_index().indices  # type: ignore[attr-defined]
    sink.add(points)
    return {
        "kind": "sparse",
        "layout": given.kind,
        "fill": axes.write_name(given.fill_value, sink),
        "points": len(points),
        "values": write(given.sp_values, sink),
    }


def _read_sparse(meta: Meta, rows: int, source: Source) -> Array:
    import numpy as np
    import pandas as pd

    at = source.next("i4")
    points = read(cast("Meta", meta["values"]), int(str(meta["points"])), source)
    fill, kind = axes.read_name(meta["fill"]), meta["layout"]
    made = pd.arrays.SparseArray
    if hasattr(made, "from_indices"):
        found = made.from_indices(points, at, rows, fill_value=fill, kind=kind, dtype=points.dtype)  # type: ignore[attr-defined]
        return cast("Array", found)
    here = np.zeros(rows, dtype=bool)  # pandas 3.0 has no other way to a layout
    here[at] = True
    layout = made(here, fill_value=False, kind=kind).sp_index  # type: ignore[call-overload]
    return made(points, sparse_index=layout, dtype=pd.SparseDtype(points.dtype, fill))  # type: ignore[call-overload]


def _write_categorical(given: pd.Categorical, sink: Sink) -> Meta:
    meta = axes.write(given.categories, sink)
    axes.write_codes(given.codes, len(given.categories), sink)
    return {"kind": "categorical", "is_ordered": bool(given.ordered), "categories": meta}


def _read_categorical(meta: Meta, _rows: int, source: Source) -> Array:
    import pandas as pd

    categories = axes.read(cast("Meta", meta["categories"]), source)
    codes = axes.read_codes(len(categories), source)
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(categories, bool(meta["is_ordered"])))
