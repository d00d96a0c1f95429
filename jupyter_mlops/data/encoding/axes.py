"""Indexes of rows and of columns: their labels, names, levels and frequency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from jupyter_mlops.data.encoding import arrays, values
from jupyter_mlops.data.encoding.part import Meta, Sink, Source
from jupyter_mlops.data.encoding.values import Unkept

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


def write(index: pd.Index, sink: Sink) -> Meta:
    """Add an index and return what its buffers mean.

    Raises
    ------
    Invalid
        A label, a name or its frequency has no exact encoding.
    """
    import pandas as pd

    names = [write_name(name, sink) for name in index.names]
    if isinstance(index, pd.MultiIndex):
        levels = [write(level.rename(None), sink) for level in index.levels]
        for codes, level in zip(index.codes, index.levels, strict=True):
            write_codes(codes, len(level), sink)
        return {"kind": "multi", "names": names, "rows": len(index), "levels": levels}
    if isinstance(index, pd.RangeIndex):
        return {"kind": "range", "names": names, "range": [index.start, index.stop, index.step]}
    frequency = _frequency(index, sink)
    array = arrays.write(index.array, sink)
    return {"kind": "plain", "names": names, "rows": len(index), "array": array, "freq": frequency}


def read(meta: Meta, source: Source) -> pd.Index:
    """Return the index that `write` added."""
    import pandas as pd
    from pandas.tseries.frequencies import to_offset

    names = [read_name(name) for name in cast("list[str]", meta["names"])]
    if meta["kind"] == "range":
        start, stop, step = cast("list[int]", meta["range"])
        return pd.RangeIndex(start, stop, step, name=names[0])
    if meta["kind"] == "multi":
        levels = [read(level, source) for level in cast("list[Meta]", meta["levels"])]
        codes = [read_codes(len(level), source) for level in levels]
        return pd.MultiIndex(levels, codes, names=names, verify_integrity=False)  # type: ignore[arg-type]
    array = arrays.read(cast("Meta", meta["array"]), int(str(meta["rows"])), source)
    index = pd.Index(array, dtype=array.dtype, name=names[0], copy=False)
    if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) and meta["freq"] is not None:
        index.freq = to_offset(str(meta["freq"]))  # type: ignore[misc]
    return index


def write_name(name: object, sink: Sink) -> str:
    """Return any single value as hexadecimal text for a header.

    Raises
    ------
    Invalid
        It has no exact encoding.
    """
    try:
        return values.write_one(name).hex()
    except Unkept as error:
        raise sink.refuse(
            f"is named or filled with {error}", "Use strings, numbers, dates or tuples of them."
        ) from None


def read_name(text: object) -> object:
    """Return the value that `write_name` described."""
    return values.read_one(bytes.fromhex(str(text)))


def write_codes(codes: Sequence[int] | npt.NDArray[np.generic], size: int, sink: Sink) -> None:
    """Add codes as the smallest integers that *size* categories need; -1 is missing."""
    import numpy as np

    sink.add(np.asarray(codes).astype(code_type(size)))


def read_codes(size: int, source: Source) -> npt.NDArray[np.integer]:
    """Return the codes that `write_codes` added."""
    return cast("npt.NDArray[np.integer]", source.next(code_type(size)))


def code_type(size: int) -> str:
    """Return the smallest integer type that *size* categories and -1 need."""
    return next(
        kind
        for kind, limit in {"i1": 1 << 7, "i2": 1 << 15, "i4": 1 << 31, "i8": 1 << 63}.items()
        if size <= limit
    )


def _frequency(index: pd.Index, sink: Sink) -> str | None:
    import pandas as pd
    from pandas.tseries.frequencies import to_offset

    if not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) or index.freq is None:
        return None
    text = index.freq.freqstr
    try:
        is_whole = to_offset(text) == index.freq
    except ValueError:
        is_whole = False
    if not is_whole:
        raise sink.refuse(
            f"has the frequency {text} with a calendar of its own", "Drop it with index.freq = None."
        )
    return str(text)
