"""Columns of strings and of Python objects: one tag and one length a row, and the bytes end to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from jupyter_mlops.data.encoding import values
from jupyter_mlops.data.encoding.part import Sink, Source
from jupyter_mlops.data.encoding.values import Unkept

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

MISSING = 0xFFFFFFFF
_STR, _NONE = ord("s"), ord("z")


def write_objects(given: npt.NDArray[np.object_], sink: Sink) -> None:
    """Add a column of Python objects: tags, lengths, bytes.

    Raises
    ------
    Invalid
        A value has no exact encoding, or is too long.
    """
    import numpy as np

    kinds = set(map(type, given))
    if kinds <= {str, type(None)} and (text := _as_arrow(given)) is not None:
        is_text = text.is_valid().to_numpy(zero_copy_only=False)
        lengths, content = _runs(text, sink)
        sink.add(np.where(is_text, np.uint8(_STR), np.uint8(_NONE)))
        sink.add(np.where(is_text, lengths, np.uint32(0)))
        sink.add_bytes(content)
        return
    tags, contents = _write_each(given, sink)
    sink.add_bytes(b"".join(tags))
    sink.add(_checked([len(content) for content in contents], sink))
    sink.add_bytes(b"".join(contents))


def read_objects(source: Source) -> npt.NDArray[np.object_]:
    """Return the column that `write_objects` added."""
    import numpy as np

    tags, lengths, content = source.next("u1"), source.next("u4"), source.next_bytes()
    if np.isin(tags, [_STR, _NONE]).all():
        marked = np.where(tags == _NONE, np.uint32(MISSING), lengths)
        return _texts(marked, content, None)
    ends = np.cumsum(lengths, dtype=np.int64).tolist()
    found = np.empty(len(tags), dtype=object)
    start = 0
    readers = values.readers()
    for row, (tag, end) in enumerate(zip(tags.tobytes(), ends, strict=True)):
        found[row] = readers[bytes((tag,))](content[start:end])
        start = end
    return found


def write_runs(text: pa.Array, sink: Sink) -> None:
    """Add an Arrow array of large strings or bytes: lengths, where the largest means missing, and bytes."""
    lengths, content = _runs(text, sink)
    sink.add(lengths)
    sink.add_bytes(content)


def read_runs(source: Source, kind: pa.DataType) -> pa.Array:
    """Return the Arrow array that `write_runs` added, as the large type *kind*."""
    return to_arrow(source.next("u4"), source.next_bytes(), kind)


def runs(text: pa.Array) -> tuple[npt.NDArray[np.uint32], memoryview]:
    """Return an Arrow array of large strings or bytes as lengths, where the largest means missing, and bytes.

    Raises
    ------
    OverflowError
        A value has 4 GB or more.
    """
    import numpy as np
    import pyarrow as pa

    blank = b"" if pa.types.is_large_binary(text.type) else ""
    gone = text.is_null().to_numpy(zero_copy_only=False) if text.null_count else None
    whole = text if gone is None else text.fill_null(blank)
    _, offsets, content = whole.buffers()
    if len(whole) == 0 or offsets is None:
        return np.zeros(0, dtype=np.uint32), memoryview(b"")
    bounds = np.frombuffer(offsets, dtype=np.int64)[whole.offset : whole.offset + len(whole) + 1]
    lengths = np.diff(bounds)
    if lengths.max() >= MISSING:
        raise OverflowError
    marked = lengths.astype(np.uint32)
    if gone is not None:
        marked[gone] = MISSING
    return marked, memoryview(content)[bounds[0] : bounds[-1]] if content is not None else memoryview(b"")


def to_arrow(lengths: npt.NDArray[np.generic], content: bytes | memoryview, kind: pa.DataType) -> pa.Array:
    """Return the Arrow array of the large type *kind* that `runs` took apart."""
    import numpy as np
    import pyarrow as pa

    here = lengths != MISSING
    is_whole = bool(here.all())
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum((lengths if is_whole else np.where(here, lengths, 0)).astype(np.int64), out=offsets[1:])
    bitmap = None if is_whole else pa.py_buffer(np.packbits(here, bitorder="little"))
    return pa.Array.from_buffers(kind, len(lengths), [bitmap, pa.py_buffer(offsets), pa.py_buffer(content)])


def write_texts(given: npt.NDArray[np.object_], sink: Sink) -> None:
    """Add Python strings, where all else is missing; lone surrogates are kept."""
    import pandas as pd

    if (text := _as_arrow(given)) is not None:
        write_runs(text, sink)
        return
    missing = pd.isna(given)
    contents = [
        b"" if gone else text.encode("utf-8", "surrogatepass")
        for text, gone in zip(given, missing, strict=True)
    ]
    lengths = _checked([len(content) for content in contents], sink)
    lengths[missing] = MISSING
    sink.add(lengths)
    sink.add_bytes(b"".join(contents))


def read_texts(source: Source, missing: object) -> npt.NDArray[np.object_]:
    """Return the strings that `write_texts` added, with *missing* where there was none."""
    return _texts(source.next("u4"), source.next_bytes(), missing)


def _write_each(given: npt.NDArray[np.object_], sink: Sink) -> tuple[list[bytes], list[bytes]]:
    tags: list[bytes] = []
    contents: list[bytes] = []
    writers = values.writers()
    for row, value in enumerate(given):
        try:
            found = writers.get(type(value))
            tag, content = values.write(value) if found is None else (found[0], found[1](value, 0))
        except Unkept as error:
            raise sink.refuse(
                f"holds {error} at row {row}",
                "Turn the values into numbers, strings, dates, lists or dicts first, or drop the column.",
            ) from None
        tags.append(tag)
        contents.append(content)
    return tags, contents


def _checked(lengths: Sequence[int], sink: Sink) -> npt.NDArray[np.uint32]:
    import numpy as np

    if max(lengths, default=0) >= MISSING:
        raise sink.refuse("holds a value of 4 GB or more", "Keep it in a file of its own.")
    return np.array(lengths, dtype=np.uint32)


def _as_arrow(given: npt.NDArray[np.object_]) -> pa.Array | None:
    """Return the strings as Arrow's, or None when one of them has a lone surrogate."""
    import pyarrow as pa

    try:
        found = pa.array(given, type=pa.large_string(), from_pandas=True)
    except UnicodeEncodeError:
        return None
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _runs(text: pa.Array, sink: Sink) -> tuple[npt.NDArray[np.uint32], memoryview]:
    try:
        return runs(text)
    except OverflowError:
        raise sink.refuse("holds a value of 4 GB or more", "Keep it in a file of its own.") from None


def _texts(lengths: npt.NDArray[np.generic], content: memoryview, missing: object) -> npt.NDArray[np.object_]:
    import numpy as np
    import pyarrow as pa

    try:
        found = to_arrow(lengths, content, pa.large_string()).to_numpy(zero_copy_only=False)
        found = found if found.flags.writeable else found.copy()
    except (UnicodeDecodeError, pa.ArrowException):  # a lone surrogate, which Arrow cannot show
        ends = np.cumsum(np.where(lengths == MISSING, 0, lengths), dtype=np.int64).tolist()
        starts = [0, *ends[:-1]]
        found = np.empty(len(lengths), dtype=object)
        spans = zip(starts, ends, strict=True)
        found[:] = [str(content[start:end], "utf-8", "surrogatepass") for start, end in spans]
    found[lengths == MISSING] = missing
    return cast("npt.NDArray[np.object_]", found)
