"""A DataFrame as canonical parts, and back: what a snapshot keeps, and what its identity is."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.encoding import arrays, axes
from jupyter_mlops.data.encoding.part import FORMAT, Part, Sink, Source, canonical

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
    index = encode_index("The row index", frame.index)
    labels = encode_index("The column index", frame.columns)
    columns = []
    for position, (label, series) in enumerate(frame.items()):
        progress.report(position, frame.shape[1], "reading columns")
        name = shown(label)
        columns.append(Column(name, shown(series.dtype), encode_column(name, series.array)))
    return Encoded(len(frame), index, labels, tuple(columns))


def encode_index(where: str, index: pd.Index) -> Part:
    """Turn an index into its part; an error calls it *where*."""
    sink = Sink(where)
    return Part(axes.write(index, sink), tuple(sink.buffers))


def encode_column(name: str, array: arrays.Array) -> Part:
    """Turn the array of the column *name* into its part."""
    sink = Sink(f"Column {name!r}")
    return Part(arrays.write(array, sink), tuple(sink.buffers))


def decode(
    rows: int, index: Part, labels: Part, columns: Sequence[Part], picked: Sequence[int] | None = None
) -> pd.DataFrame:
    """Turn parts back into the frame.

    Parameters
    ----------
    picked
        Positions of *columns* in the whole frame, when they are not all.
    """
    import pandas as pd

    row_index = decode_index(index)
    column_index = decode_index(labels)
    arrays_ = [_decode_column(part, rows, row_index) for part in columns]
    frame = pd.DataFrame(dict(enumerate(arrays_)), index=row_index, copy=False)
    frame.columns = column_index if picked is None else column_index.take(list(picked))
    return frame


def decode_column(part: Part, rows: int, index: pd.Index, label: Hashable) -> pd.Series:
    """Turn the part of one column back into pandas' own, beside the index that was read already."""
    import pandas as pd

    return pd.Series(_decode_column(part, rows, index), index=index, name=label, copy=False)


def decode_index(part: Part) -> pd.Index:
    """Turn the part of an index back into pandas' own."""
    return axes.read(part.meta, Source(part))


def shown(label: object) -> str:
    """Return a label or dtype as people read it, cut where it is long."""
    text = str(label)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def check(table: object) -> pd.DataFrame:
    """Accept a plain DataFrame, or take one from what Polars, Arrow, DuckDB or Spark hold.

    Raises
    ------
    Invalid
        It is something else; the hint says how to make it one.
    """
    import pandas as pd

    from jupyter_mlops.data.sources import live
    from jupyter_mlops.data.sources.flow import Flow

    if type(table) is pd.DataFrame:
        return table
    if isinstance(table, Flow):
        return table.frame()
    if live.is_live(table):
        return live.frame_of(table)
    kind = f"{type(table).__module__.partition('.')[0]}.{type(table).__qualname__}"
    hints = {
        "pandas.Series": "Use .to_frame().",
        "numpy.ndarray": "Use pandas.DataFrame(array, columns=[…]).",
        "builtins.dict": "Use pandas.DataFrame(…).",
        "builtins.list": "Use pandas.DataFrame(…).",
    }
    otherwise = (
        "Use pandas.DataFrame(table)." if isinstance(table, pd.DataFrame) else "Give a pandas DataFrame."
    )
    raise Invalid(
        f"A {kind.removeprefix('builtins.')} is not a pandas DataFrame.", hint=hints.get(kind, otherwise)
    )


def _decode_column(part: Part, rows: int, index: pd.Index) -> pd.Series | arrays.Array:
    import numpy as np
    import pandas as pd

    array = arrays.read(part.meta, rows, Source(part))
    if isinstance(array, np.ndarray) and array.dtype.kind in "biufc":
        return array  # of which pandas makes a column ten times sooner
    # An explicit dtype keeps pandas from guessing strings in a column of objects.
    return pd.Series(array, index=index, dtype=array.dtype, copy=False)
