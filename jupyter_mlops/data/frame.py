"""A DataFrame as canonical parts, and back: what a snapshot keeps, and what its identity is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data import arrays, axes
from jupyter_mlops.data.part import FORMAT, Meta, Part, Sink, Source, canonical

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 80


@dataclass(frozen=True)
class Column:
    """A column's part, and how people call it and its dtype."""

    name: str
    dtype: str
    part: Part


@dataclass(frozen=True)
class Encoded:
    """A whole frame in canonical parts."""

    rows: int
    index: Part
    labels: Part
    columns: tuple[Column, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts: the row index, the column labels, the columns."""
        return self.index, self.labels, *(column.part for column in self.columns)

    @cached_property
    def digest(self) -> str:
        """The frame's identity: over every value, dtype, name, label and their order."""
        return digest_of(self.rows, [part.digest for part in self.parts])


def digest_of(rows: int, parts: Sequence[str]) -> str:
    """Return a frame's digest from those of its parts: row index, labels, columns."""
    return hashlib.sha256(canonical({"format": FORMAT, "rows": rows, "parts": list(parts)})).hexdigest()


def encode(frame: pd.DataFrame) -> Encoded:
    """Turn a frame into canonical parts.

    Raises
    ------
    Invalid
        It is not a plain DataFrame, or something in it cannot be kept exactly; the sentence names it.
    """
    frame = check(frame)
    index = _part("The row index", lambda sink: axes.write(frame.index, sink))
    labels = _part("The column index", lambda sink: axes.write(frame.columns, sink))
    columns = []
    for position in range(frame.shape[1]):
        progress.report(position, frame.shape[1], "reading columns")
        columns.append(_column(frame, position))
    return Encoded(len(frame), index, labels, tuple(columns))


def decode(
    rows: int, index: bytes, labels: bytes, columns: Sequence[bytes], picked: Sequence[int] | None = None
) -> pd.DataFrame:
    """Turn packed parts back into the frame.

    Parameters
    ----------
    picked
        Positions of *columns* in the whole frame, when they are not all.
    """
    import pandas as pd

    row_index = decode_index(index)
    column_index = decode_index(labels)
    arrays_ = [_decode_column(content, rows, row_index) for content in columns]
    frame = pd.DataFrame(dict(enumerate(arrays_)), index=row_index, copy=False)
    frame.columns = column_index if picked is None else column_index.take(list(picked))
    return frame


def decode_index(content: bytes) -> pd.Index:
    """Turn a packed index back into pandas' own."""
    source = Source(content)
    return axes.read(source.meta, source)


def check(table: object) -> pd.DataFrame:
    """Accept a plain DataFrame.

    Raises
    ------
    Invalid
        It is something else; the hint says how to make it one.
    """
    import pandas as pd

    if type(table) is pd.DataFrame:
        return table
    kind = f"{type(table).__module__.partition('.')[0]}.{type(table).__qualname__}"
    hints = {
        "pandas.Series": "Use .to_frame().",
        "numpy.ndarray": "Use pandas.DataFrame(array, columns=[…]).",
        "polars.DataFrame": "Use .to_pandas().",
        "polars.LazyFrame": "Use .collect().to_pandas().",
        "pyarrow.Table": "Use .to_pandas().",
        "builtins.dict": "Use pandas.DataFrame(…).",
        "builtins.list": "Use pandas.DataFrame(…).",
    }
    otherwise = (
        "Use pandas.DataFrame(table)." if isinstance(table, pd.DataFrame) else "Give a pandas DataFrame."
    )
    raise Invalid(
        f"A {kind.removeprefix('builtins.')} is not a pandas DataFrame.", hint=hints.get(kind, otherwise)
    )


def _column(frame: pd.DataFrame, position: int) -> Column:
    name = str(frame.columns[position])
    name = name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…"
    series = frame.iloc[:, position]
    part = _part(f"Column {name!r}", lambda sink: arrays.write(series.array, sink))
    return Column(name, str(series.dtype)[:_SHOWN], part)


def _part(where: str, write: Callable[[Sink], Meta]) -> Part:
    sink = Sink(where)
    return Part(write(sink), tuple(sink.buffers))


def _decode_column(content: bytes, rows: int, index: pd.Index) -> pd.Series:
    import pandas as pd

    source = Source(content)
    array = arrays.read(source.meta, rows, source)
    # An explicit dtype keeps pandas from guessing strings in a column of objects.
    return pd.Series(array, index=index, dtype=array.dtype, copy=False)
