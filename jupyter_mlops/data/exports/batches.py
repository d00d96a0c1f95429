"""The rows of a version as Arrow batches that every tool reads, in the memory of a column and a few rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.sources import scratch
from jupyter_mlops.data.sources.flow import cause
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.stored import StoredTable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROWS = 1 << 16
_PIECE, _BYTES = 1 << 11, 4 << 20


@dataclass(frozen=True)
class Rows:
    """A version as plain columns: levels of an index that names rows come first.

    Parameters
    ----------
    is_flat
        Categories are written as their values.
    """

    project: Project
    found: Snapshot
    is_flat: bool = False

    @property
    def total(self) -> int:
        """How many there are."""
        return self.found.rows

    @cached_property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        return self._columns.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows from the first on."""
        done = 0
        for batch in self._columns.batches():
            done += len(batch)
            yield batch
            progress.report(done, self.total, "writing rows")

    @cached_property
    def _columns(self) -> _Columns:
        columns = _Columns(self.project, self.total)
        for name, series in self._series():
            columns.add(name, _array(name, series, is_flat=self.is_flat))
        return columns

    def _series(self) -> Iterator[tuple[str, pd.Series]]:
        import pandas as pd

        names = self._names()
        _check_names(self.found.ref, names)
        levels = len(names) - len(self._table.labels)
        index = self._table.index
        for level in range(levels):
            values = index.get_level_values(level)
            yield names[level], pd.Series(values.array, dtype=values.dtype)
        for place, name in enumerate(names[levels:]):
            progress.report(place, len(names), "reading columns")
            yield name, self._table.column(place)

    def _names(self) -> list[str]:
        import pandas as pd

        index = self._table.index
        is_plain = (
            isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1 and index.name is None
        )
        many = index.nlevels > 1
        levels = [] if is_plain else list(index.names)
        named = [
            str(name) if name is not None else f"level_{place}" if many else "index"
            for place, name in enumerate(levels)
        ]
        return named + [_label(label) for label in self._table.labels]

    @cached_property
    def _table(self) -> StoredTable:
        from jupyter_mlops.data.store.restore import open_manifest

        manifest = open_manifest(self.project.objects, self.found.manifest, self.found.digest)
        return StoredTable(self.project.objects, manifest)


class _Columns:
    """Columns cut in chunks of rows: in memory up to `stream_mb`, and all of them in a file from then on."""

    def __init__(self, project: Project, rows: int) -> None:
        self._project = project
        self._rows = rows
        self._room = project.settings.stream_mb * 1_000_000
        self._fields: list[tuple[str, pa.DataType]] = []
        self._chunks: list[list[pa.Array | int]] = []
        self._file: IO[bytes] | None = None

    @property
    def schema(self) -> pa.Schema:
        import pyarrow as pa

        return pa.schema(self._fields)

    def add(self, name: str, array: pa.Array) -> None:
        self._fields.append((name, array.type))
        pieces = [array.slice(start, _PIECE) for start in range(0, max(1, self._rows), _PIECE)]
        self._room -= array.nbytes
        if self._room < 0 and self._file is None:
            self._file = scratch.nameless(scratch.folder_of(self._project))
            self._chunks = [list(map(self._kept, chunks)) for chunks in self._chunks]
        self._chunks.append(list(map(self._kept, pieces)))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, so many at once as they are not too many bytes."""
        import pyarrow as pa

        waiting: list[pa.RecordBatch] = []
        for place in range(-(-self._rows // _PIECE)):
            arrays = [self._read(chunks[place]) for chunks in self._chunks]
            waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
            rows, size = (sum(found) for found in zip(*((len(b), b.nbytes) for b in waiting), strict=True))
            if rows + _PIECE > ROWS or size >= _BYTES:
                yield pa.concat_batches(waiting)
                waiting = []
        if waiting:
            yield pa.concat_batches(waiting)

    def _kept(self, array: pa.Array | int) -> pa.Array | int:
        """Return a chunk, or where in the file it lies."""
        import pyarrow as pa

        if self._file is None or isinstance(array, int):
            return array
        start = self._file.seek(0, 2)
        batch = pa.RecordBatch.from_arrays([array], names=["values"])
        with pa.ipc.new_stream(self._file, batch.schema) as writer:
            writer.write_batch(batch)
        return start

    def _read(self, chunk: pa.Array | int) -> pa.Array:
        import pyarrow as pa

        if self._file is None or not isinstance(chunk, int):
            return chunk
        self._file.seek(chunk)
        return pa.ipc.open_stream(pa.PythonFile(self._file, mode="r")).read_next_batch().column(0)


def _array(name: str, series: pd.Series, *, is_flat: bool) -> pa.Array:
    """Return a column in a type that is not pandas' own."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(series.dtype, pd.SparseDtype):
        series = series.astype(series.dtype.subtype)
    if isinstance(series.dtype, pd.PeriodDtype | pd.IntervalDtype):
        series = series.astype("str")
    try:
        array = pa.array(series.array, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise Invalid(
            f"Column {name!r} of dtype {series.dtype} cannot be written for others: {cause(error)}.",
            hint="Make it text or numbers, and snapshot it again.",
        ) from error
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if isinstance(array.type, pa.ExtensionType):
        array = array.storage
    if is_flat and pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    return array.cast(pa.string()) if pa.types.is_null(array.type) and is_flat else array


def _label(label: object) -> str:
    return ".".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _check_names(ref: str, names: Sequence[str]) -> None:
    twice = (
        next((name for name in names if names.count(name) > 1), None)
        if len(set(names)) < len(names)
        else None
    )
    if twice is not None:
        raise Invalid(f"{ref} has two columns called {twice!r}.", hint="Rename one, and snapshot it again.")
