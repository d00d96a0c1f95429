"""A table in Arrow batches, kept in bounded memory as if it had been one frame."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.objects import Batch, Objects
from jupyter_mlops.data import profiling
from jupyter_mlops.data.frame import digest_of, encode_column, encode_index, shown
from jupyter_mlops.data.part import FORMAT, Part, canonical
from jupyter_mlops.data.store import fingerprint
from jupyter_mlops.data.store.blocks import Bytes, Writer
from jupyter_mlops.data.store.extents import OWN, ExtentWriter
from jupyter_mlops.data.store.keep import Known, Shared, rebound, seal_key, sound_parts
from jupyter_mlops.data.store.layout import Slot, layout
from jupyter_mlops.data.store.manifest import Kept, KeptColumn, Manifest
from jupyter_mlops.data.store.packed import STORAGE, pack, seal
from jupyter_mlops.data.store.promote import promote
from jupyter_mlops.data.store.spool import Column, Span, Spool
from jupyter_mlops.data.store.tracks import Whole, cut

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ROWS = 1 << 16


def keep_batches(
    objects: Objects, batches: Iterable[pa.RecordBatch], known: Sequence[Known], folder: Path
) -> Known:
    """Store a table that comes in batches, in the memory of a few of them, and return its manifest.

    It is the frame that `pyarrow.Table.from_batches(batches).to_pandas()` would make, metadata of the schema
    left out, and has its digest.

    Parameters
    ----------
    folder
        Where there is room for the whole table for a while.

    Raises
    ------
    Invalid
        There is no batch, batches differ in their columns, or something cannot be kept exactly.
    """
    with Spool(folder) as spool:
        profile = profiling.Gathering()
        labels, columns, rows = _spooled(spool, batches, profile)
        for column in columns:
            promote(spool, column)
        index = encode_index("The row index", _range(rows))
        for column in columns:
            column.digest, column.mark = _digest(spool, column)
        with objects.batch() as batch:
            shared = sound_parts(batch, {column.digest for column in columns}, known)
            made = profile.attached(batch, _bound(spool, batch, shared, (index, labels), columns))
            return Known(made, batch.put(made.write()))


def _spooled(
    spool: Spool, batches: Iterable[pa.RecordBatch], profile: profiling.Gathering
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
    buffers = _buffers(column, _slots(spool, column))
    lengths = [sum(length for _, length in spans) for spans in buffers]
    header = canonical({"format": FORMAT, "meta": column.pieces[0].meta, "lengths": lengths})
    state, mark = hashlib.sha256(len(header).to_bytes(8, "little") + header), fingerprint.begin_part(header)
    for spans in buffers:
        for content in spool.read(spans):
            state.update(content)
            mark.update(content)
    return state.hexdigest(), str(mark.hexdigest())


def _slots(spool: Spool, column: Column) -> Sequence[Slot]:
    first = column.pieces[0]
    return layout(spool.part(first), first.rows)


def _buffers(column: Column, slots: Sequence[Slot]) -> list[list[Span]]:
    """Return where the bytes of each buffer lie; what belongs to no row is in every piece, and taken once."""
    kinds = [kind for slot in slots for kind in ([slot.kind] * 2 if slot.kind == "runs" else [slot.kind])]
    return [
        [piece.spans[place] for piece in (column.pieces[:1] if kind == "whole" else column.pieces)]
        for place, kind in enumerate(kinds)
    ]


def _bound(
    spool: Spool,
    batch: Batch,
    shared: Mapping[str, Shared],
    axes: tuple[Part, Part],
    columns: Sequence[Column],
) -> Manifest:
    """Write all extents, and return the manifest that names them."""
    rows = cast("list[int]", axes[0].meta["range"])[1]
    sizes = [rows, len(columns), *(rows for _ in columns)]
    marks = [(part.digest, fingerprint.of_part(part)) for part in axes]
    marks += [(column.digest, column.mark) for column in columns]
    with ExtentWriter(batch) as extents:
        drafts: list[Kept | int] = [
            extents.add(partial(seal_key, *item)) for item in zip(axes, sizes, strict=False)
        ]
        for done, column in enumerate(columns):
            progress.report(done, len(columns), "storing columns")
            found = shared.get(column.digest)
            drafts.append(rebound(extents, found) if found else _sealed(spool, batch, extents, column))
        extents.finish()
        index, labels, *kept = (
            draft
            if isinstance(draft, Kept)
            else Kept(digest=digest, mark=mark, rows=size, key=extents.extent(draft))
            for draft, (digest, mark), size in zip(drafts, marks, sizes, strict=True)
        )
    named = (
        KeptColumn(**part.model_dump(), name=column.name, dtype=column.dtype)
        for part, column in zip(kept, columns, strict=True)
    )
    return Manifest(
        format=STORAGE,
        digest=digest_of(rows, [digest for digest, _ in marks]),
        rows=rows,
        objects=extents.objects,
        index=index,
        labels=labels,
        columns=tuple(named),
    )


def _sealed(spool: Spool, batch: Batch, extents: ExtentWriter, column: Column) -> int:
    """Write the extent of a column, a group of rows for each piece, and return its ticket."""
    slots = _slots(spool, column)
    groups: list[list[object]] = [[] for _ in slots]
    spans: list[list[Span]] = [[] for _ in slots]
    for number, piece in enumerate(column.pieces):
        for place, track in enumerate(cut(spool.part(piece), piece.rows)[1]):
            if number == 0 or not isinstance(track, Whole):
                writer = Writer()
                groups[place] += pack(track, writer)
                spans[place] += [spool.add(blob) for blob in writer.blobs]
    shape = [(slot.kind, slot.dtype) for slot in slots]
    (head,) = seal({"meta": column.pieces[0].meta, "slots": shape, "tracks": groups}, Writer())
    blocks = [span for track in spans for span in track]
    size = len(head) + sum(length for _, length in blocks)
    if size < OWN:
        content: list[Bytes] = [head, *spool.read(blocks)]
        return extents.add(lambda: content)
    return extents.add_alone(batch.put(chain([head], spool.read(blocks))), size)
