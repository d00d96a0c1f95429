"""Two columns of any dtypes in one form, in which their cells can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.diffs.cells import Cells
from jupyter_mlops.data.encoding import values
from jupyter_mlops.data.encoding.values import Unkept

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa
    from pandas.api.extensions import ExtensionArray

    from jupyter_mlops.data.diffs.cells import Integers, Kinds, Mask

    Array = ExtensionArray | npt.NDArray[np.generic]

_NONE, _NAN, _NA, _NAT, _OTHER = 1, 2, 3, 4, 5
_EXACT = 1 << 53  # the integers that a float64 tells apart
_MOST = (1 << 63) - 1
_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def unify(left: Array, right: Array) -> tuple[Cells, Cells]:
    """Bring two columns into one form.

    Within one dtype, cells are equal when a snapshot keeps them the same: NaN, None and NA differ, and so do
    0.0 and -0.0. Across dtypes they are equal when their values are, and missing is missing.

    Raises
    ------
    Invalid
        A Python object is of a kind that no snapshot could keep.
    """
    import pandas as pd

    is_same = is_same_dtype(left, right)
    if isinstance(left, pd.Categorical) or isinstance(right, pd.Categorical):
        return _categories(left, right, is_same=is_same)
    name = family(left)
    form = _FORMS.get(name) if name == family(right) else None
    found = form(left, right) if form else None
    one, other = found or (_objects(left, is_exact=is_same), _objects(right, is_exact=is_same))
    return (one, other) if is_same else (one.flat(), other.flat())


def is_same_dtype(left: Array, right: Array) -> bool:
    """Tell whether two arrays have one dtype: storage of strings and order of categories included."""
    one, other = (getattr(array.dtype, "categories", None) for array in (left, right))
    if one is not None and other is not None and not one.identical(other):
        return False
    return left.dtype == right.dtype and _storage(left) == _storage(right)


def _storage(array: Array) -> object:
    return getattr(array.dtype, "storage", None)


def family(array: Array) -> str:
    """Name the form in which cells of *array* are compared; others are compared as objects."""
    import numpy as np
    import pandas as pd
    from pandas.api import types

    dtype = array.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        return "text" if _is_text(array) else "object"
    if isinstance(dtype, pd.StringDtype):
        return "text"
    if isinstance(dtype, pd.ArrowDtype):
        return _arrow_family(dtype.pyarrow_dtype)
    if types.is_datetime64_any_dtype(dtype):
        return "moment" if getattr(dtype, "tz", None) is None else "instant"
    if types.is_timedelta64_dtype(dtype):
        return "span"
    plain = getattr(dtype, "numpy_dtype", dtype)  # of a nullable dtype
    return (
        "number" if getattr(plain, "kind", "") in "biuf" and getattr(plain, "itemsize", 9) <= 8 else "object"
    )


def _arrow_family(kind: pa.DataType) -> str:
    from pyarrow import types

    if types.is_timestamp(kind):
        return "moment" if kind.tz is None else "instant"
    if types.is_duration(kind):
        return "span"
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind):
        return "number"
    return "text" if types.is_string(kind) or types.is_large_string(kind) else "object"


def _is_text(array: Array) -> bool:
    """Tell whether objects are strings, but for what is missing."""
    import numpy as np
    import pandas as pd

    objects = np.asarray(array, dtype=object)
    kinds = set(map(type, objects))
    if not kinds <= {str, float, type(None), type(pd.NA)}:
        return False
    return float not in kinds or set(map(type, objects[~pd.isna(objects)])) <= {str}


def _numbers(left: Array, right: Array) -> tuple[Cells, Cells] | None:
    """Bring numbers into 64 bits each; None where that would not be exact."""
    import numpy as np

    (first, gone), (second, lost) = _number(left), _number(right)
    kinds = first.dtype.kind + second.dtype.kind
    if first.dtype == second.dtype and first.dtype.itemsize == 8:
        bits = first.view(np.int64), second.view(np.int64)
    elif "f" not in kinds and _fits(first, _MOST) and _fits(second, _MOST):
        bits = first.astype(np.int64), second.astype(np.int64)
    elif "f" in kinds and _fits(first, _EXACT) and _fits(second, _EXACT):
        zero = -0.0 if first.dtype == second.dtype else 0.0  # -0.0 + 0.0 is 0.0; adding -0.0 changes nothing
        bits = (first.astype("f8") + zero).view(np.int64), (second.astype("f8") + zero).view(np.int64)
    else:
        return None
    return Cells(bits[0], gone), Cells(bits[1], lost)


def _number(array: Array) -> tuple[npt.NDArray[np.generic], Kinds]:
    import numpy as np

    if isinstance(array, np.ndarray):
        plain = array.astype(array.dtype.newbyteorder("="), copy=False)
        gone = np.zeros(len(array), dtype=np.uint8)
    else:
        kind = np.dtype(array.dtype.numpy_dtype)  # type: ignore[attr-defined]
        absent = np.asarray(array.isna())
        plain = (
            array.to_numpy(dtype=kind, na_value=kind.type(0)) if absent.any() else array.to_numpy(dtype=kind)
        )
        gone = np.where(absent, np.uint8(_NA), np.uint8(0))
    if plain.dtype.kind == "f":
        gone[np.isnan(plain) & (gone == 0)] = _NAN
    return plain, gone


def _fits(numbers: npt.NDArray[np.generic], most: int) -> bool:
    if numbers.dtype.kind in "fb" or numbers.dtype.itemsize < 8 or len(numbers) == 0:
        return True
    return int(numbers.max()) <= most and int(numbers.min()) >= -most - 1


def _moments(left: Array, right: Array) -> tuple[Cells, Cells] | None:
    """Bring times into integers of the finer unit; None where they would not fit."""
    import numpy as np

    (first, one), (second, other) = _moment(left), _moment(right)
    per_second = max(_UNITS[one], _UNITS[other])
    found = []
    for numbers, unit in ((first, one), (second, other)):
        gone = numbers == np.iinfo(np.int64).min
        factor = per_second // _UNITS[unit]
        if factor > 1 and not _fits(np.where(gone, 0, numbers), _MOST // factor - 1):
            return None
        found.append(Cells(np.where(gone, 0, numbers) * factor, np.where(gone, np.uint8(_NAT), np.uint8(0))))
    return found[0], found[1]


def _moment(array: Array) -> tuple[Integers, str]:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if isinstance(array, pd.arrays.DatetimeArray | pd.arrays.TimedeltaArray):
        return array.asi8, array.unit  # type: ignore[union-attr]
    found = _whole(array.__arrow_array__())  # type: ignore[union-attr]
    return found.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy(), found.type.unit


def _texts(left: Array, right: Array) -> tuple[Cells, Cells] | None:
    first, second = _text(left), _text(right)
    return None if first is None or second is None else (first, second)


def _text(array: Array) -> Cells | None:
    import numpy as np
    import pyarrow as pa

    if hasattr(array, "__arrow_array__") and _storage(array) != "python":
        found = _whole(array.__arrow_array__()).cast(pa.large_string())
        return Cells(found, np.where(np.asarray(array.isna()), np.uint8(_NA), np.uint8(0)))  # type: ignore[union-attr]
    objects = np.asarray(array, dtype=object)
    try:
        found = _whole(pa.array(objects, type=pa.large_string(), from_pandas=True))
    except UnicodeEncodeError:  # a lone surrogate
        return None
    return Cells(found, _ways(objects))


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if hasattr(array, "combine_chunks") else array


def _objects(array: Array, *, is_exact: bool) -> Cells:
    """Bring Python objects into the bytes that a snapshot would keep.

    Parameters
    ----------
    is_exact
        The type of a number counts, as in a snapshot; otherwise only its value.
    """
    import numpy as np
    import pyarrow as pa

    objects = np.empty(len(array), dtype=object)
    objects[:] = list(array) if is_exact else [_ratio(item) for item in array]
    gone = _ways(objects)
    try:
        contents = [
            b"" if lost else b"".join(values.write(item)) for item, lost in zip(objects, gone, strict=True)
        ]
    except Unkept as error:
        raise Invalid(
            f"A column holds {error}, which cannot be compared.",
            hint="Turn the values into numbers, strings, dates, lists or dicts first, or drop the column.",
        ) from None
    return Cells(pa.array(contents, type=pa.large_binary()), gone)


def _ratio(value: object) -> object:
    """Return a number as the fraction that it is exactly, anything else as it is."""
    import numpy as np

    plain = int(value) if isinstance(value, np.integer) else value
    ratio = getattr(plain, "as_integer_ratio", None)
    try:
        return value if ratio is None else tuple(map(int, ratio()))
    except (ValueError, OverflowError):  # NaN and infinity are no fractions
        return value


def _ways(objects: npt.NDArray[np.object_]) -> Kinds:
    """Tell in which way each object is missing."""
    import numpy as np
    import pandas as pd

    gone = cast("Mask", pd.isna(objects))
    ways: dict[type, int] = {type(None): _NONE, float: _NAN, type(pd.NA): _NA, type(pd.NaT): _NAT}
    found = np.zeros(len(objects), dtype=np.uint8)
    found[gone] = [ways.get(kind, _OTHER) for kind in map(type, objects[gone])]
    return found


def _categories(left: Array, right: Array, *, is_same: bool) -> tuple[Cells, Cells]:
    """Compare the categories, which are few, and let every cell point at its own."""
    import pandas as pd

    if is_same:
        return _codes(cast("pd.Categorical", left)), _codes(cast("pd.Categorical", right))
    one, other = (
        item.categories.array if isinstance(item, pd.Categorical) else item for item in (left, right)
    )
    found = unify(one, other)
    return _spread(left, found[0]).flat(), _spread(right, found[1]).flat()


def _codes(array: pd.Categorical) -> Cells:
    import numpy as np

    codes = array.codes.astype(np.int64)
    return Cells(codes, np.where(codes < 0, np.uint8(_NAN), np.uint8(0)))


def _spread(array: Array, categories: Cells) -> Cells:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if not isinstance(array, pd.Categorical):
        return categories
    codes = _codes(array)
    if len(categories) == 0:
        values_ = categories.values
        empty = (
            np.zeros(len(array), np.int64)
            if isinstance(values_, np.ndarray)
            else pa.nulls(len(array), values_.type)
        )
        return Cells(empty, codes.missing)
    return Cells(categories.values.take(np.maximum(cast("Integers", codes.values), 0)), codes.missing)


_FORMS: dict[str, Callable[[Array, Array], tuple[Cells, Cells] | None]] = {
    "number": _numbers,
    "moment": _moments,
    "instant": _moments,
    "span": _moments,
    "text": _texts,
}
