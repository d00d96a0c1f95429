"""Batches whose types are known only at the end, kept on the disk until they are read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.data.sources.flow import Part, fitted, wider
from jupyter_mlops.data.sources.scratch import Room

if TYPE_CHECKING:
    import pyarrow as pa


class Pieces:
    """Batches in a temporary file.

    Parameters
    ----------
    room
        Where there is room for the whole table for a while.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._starts: list[int] = []
        self._size = 0
        self._fields: dict[str, pa.DataType] = {}
        self._rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep a further batch.

        Raises
        ------
        Invalid
            A column is of another type than before, and nothing holds both.
        """
        import pyarrow as pa

        for field in batch.schema:
            self._widen(field)
        try:
            file = self._room.file
            start = file.seek(0, 2)
            with pa.ipc.new_stream(file, batch.schema) as writer:
                writer.write_batch(batch)
            self._size += file.tell() - start
        except OSError as error:
            raise Unavailable(f"There is no room for the table: {error}.", hint="Free some disk.") from error
        self._starts.append(start)
        self._rows += len(batch)

    @property
    def schema(self) -> pa.Schema:
        """The columns in the order in which they came, each of a type that holds all of it."""
        import pyarrow as pa

        return pa.schema(list(self._fields.items()))

    def read(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Yield the batches again, all of one schema."""
        import pyarrow as pa

        row = 0
        for start in self._starts:
            self._room.file.seek(start)
            for batch in pa.ipc.open_stream(pa.PythonFile(self._room.file, mode="r")):
                yield fitted(batch, schema, row)
                row += len(batch)

    def part(self, name: str) -> Part:
        """Return it as a part of a table."""
        return Part(name, self.schema, self.read, self._size)

    def _widen(self, field: pa.Field) -> None:
        before = self._fields.get(field.name)
        kind = field.type if before is None else wider(before, field.type)
        if kind is None:
            raise Invalid(
                f"Column {field.name!r} is {before} until row {self._rows:,}, and {field.type} after.",
                hint="Make it one type, for example text.",
            )
        self._fields[field.name] = kind


def collected(name: str, batches: Iterable[pa.RecordBatch], room: Room) -> Part:
    """Keep what can be read only once, so that it can be read again."""
    pieces = Pieces(room)
    for batch in batches:
        pieces.add(batch)
    return pieces.part(name)
