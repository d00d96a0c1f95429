"""A table in Arrow batches, kept in bounded memory as if it had been one frame."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.objects import Objects
from jupyter_mlops.data.encoding.frame import encode_column, encode_index, shown
from jupyter_mlops.data.encoding.part import FORMAT, Part, canonical
from jupyter_mlops.data.store import fingerprint
from jupyter_mlops.data.store.bind import Binder, Spooled, slots_of
from jupyter_mlops.data.store.draft import Known
from jupyter_mlops.data.store.profiles import Gathering
from jupyter_mlops.data.store.promote import promote
from jupyter_mlops.data.store.spool import Column, Spool

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ROWS = 1 << 16


def keep_batches(
    objects: Objects,
    batches: Iterable[pa.RecordBatch],
    known: Sequence[Known],
    folder: Path,
    room_bytes: float = inf,
) -> Known:
    """Store a table that comes in batches, in the memory of a few of them, and return its manifest.

    It is the frame that `pyarrow.Table.from_batches(batches).to_pandas()` would make, metadata of the schema
    left out, and has its digest.

    Parameters
    ----------
    folder
        Where there is room for the whole table for a while.
    room_bytes
        How much memory may be taken to tell its rows from those of the version before; where that is not
        enough, only whole columns are shared.

    Raises
    ------
    Invalid
        There is no batch, batches differ in their columns, or something cannot be kept exactly.
    """
    with Spool(folder) as spool:
        profile = Gathering()
        labels, columns, rows = _spooled(spool, batches, profile)
        for column in columns:
            promote(spool, column)
        index = encode_index("The row index", _range(rows))
        for column in columns:
            column.digest, column.mark = _digest(spool, column)
        with objects.batch() as batch:
            given = Spooled(rows, index, labels, tuple(columns))
            made = profile.attached(batch, Binder(objects, spool, batch, room_bytes).bind(given, known))
            return Known(made, batch.put(made.write()))


def _spooled(
    spool: Spool, batches: Iterable[pa.RecordBatch], profile: Gathering
) -> tuple[Part, list[Column], int]:
    labels: Part | None = None
    columns: list[Column] = []
    rows = 0
    for batch in batches:
        for frame in _frames(batch):
            found = encode_index("The column index", frame.columns)
            if labels is None:
                labels, columns = found, [Column(shown(name)) for name in frame.columns]
            elif found.digest != labels.digest:
                raise Invalid(
                    f"The columns change after row {rows:,}.",
                    hint="Every batch has to have the same columns.",
                )
            _add(spool, columns, frame)
            profile.add(frame)
            rows += len(frame)
            progress.report(rows, 0, "reading rows")
    if labels is None:
        raise Invalid("There is no batch, so nobody knows the columns.", hint="Give at least an empty one.")
    return labels, columns, rows


def _frames(batch: pa.RecordBatch) -> Iterator[pd.DataFrame]:
    import pyarrow as pa

    table = pa.Table.from_batches([batch]).replace_schema_metadata()
    for start in range(0, max(1, len(table)), _ROWS):
        yield table.slice(start, _ROWS).to_pandas()


def _add(spool: Spool, columns: Sequence[Column], frame: pd.DataFrame) -> None:
    for place, column in enumerate(columns):
        series = frame.iloc[:, place]
        column.dtype = shown(series.dtype)
        column.pieces.append(spool.add_part(encode_column(column.name, series.array), len(series)))


def _range(rows: int) -> pd.Index:
    import pandas as pd

    return pd.RangeIndex(rows)


def _digest(spool: Spool, column: Column) -> tuple[str, str]:
    """Return the digest of a column and its fingerprint, as `Part` would."""
    buffers = column.buffers(slots_of(spool, column))
    lengths = [sum(length for _, length in spans) for spans in buffers]
    header = canonical({"format": FORMAT, "meta": column.pieces[0].meta, "lengths": lengths})
    state, mark = hashlib.sha256(len(header).to_bytes(8, "little") + header), fingerprint.begin_part(header)
    for spans in buffers:
        for content in spool.read(spans):
            state.update(content)
            mark.update(content)
    return state.hexdigest(), str(mark.hexdigest())
