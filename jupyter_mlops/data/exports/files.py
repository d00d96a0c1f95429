"""Write a version as a file that any other tool reads: Parquet, CSV, JSON lines, Arrow."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.exporter import Destination, Export, size_of
from jupyter_mlops.core.project import Project
from jupyter_mlops.data.exports.batches import Rows
from jupyter_mlops.data.sources.flow import cause
from jupyter_mlops.data.versions.catalogue import Snapshot, shown_shape
from jupyter_mlops.data.versions.resolve import resolve

if TYPE_CHECKING:
    import pyarrow as pa


_OBJECTS = 1_000


class TableExporter:
    """Writes one version as one file.

    Parameters
    ----------
    target
        What it is called, and the suffix of its files.
    is_flat
        It knows no categories.
    """

    target: ClassVar[str] = ""
    is_flat: ClassVar[bool] = False

    def export(self, project: Project, ref: str, destination: Destination) -> Export:
        """Write the version that *ref* names, row by row."""
        found = resolve(project, ref.removeprefix("dataset:"))
        call.reads(f"snapshot:{found.ref}", given=f"any:{ref}")
        rows = Rows(project, found, is_flat=self.is_flat)
        name = f"{found.dataset}-{found.version}.{self.target}"
        with destination.place(name) as placed:
            with writing(found, self.target):
                self.write(rows, placed.path)
            return Export(
                ref=found.ref,
                target=self.target,
                path=placed.name,
                what=shape_of(found),
                size_bytes=size_of(placed.path),
                digest=_digest(placed.path),
                personal=personal_of(project, found),
            )

    def write(self, rows: Rows, path: Path) -> None:
        """Write the file."""
        raise NotImplementedError


class ParquetExporter(TableExporter):
    """Writes plain Parquet."""

    target = "parquet"

    def write(self, rows: Rows, path: Path) -> None:
        """Write a row group for every batch."""
        from pyarrow import parquet

        with parquet.ParquetWriter(path, rows.schema, compression="zstd") as writer:
            for batch in rows.batches():
                writer.write_batch(batch)


class ArrowExporter(TableExporter):
    """Writes an Arrow file, which is Feather too."""

    target = "arrow"

    def write(self, rows: Rows, path: Path) -> None:
        """Write the batches."""
        import pyarrow as pa

        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
            for batch in rows.batches():
                writer.write_batch(batch)


class CsvExporter(TableExporter):
    """Writes CSV in UTF-8 with a header."""

    target = "csv"
    is_flat = True

    def write(self, rows: Rows, path: Path) -> None:
        """Write the header and the rows."""
        from pyarrow import csv

        with csv.CSVWriter(path, rows.schema) as writer:
            for batch in rows.batches():
                writer.write_batch(batch)


class JsonLinesExporter(TableExporter):
    """Writes one JSON object a line."""

    target = "jsonl"
    is_flat = True

    def write(self, rows: Rows, path: Path) -> None:
        """Write the rows; times as ISO 8601, bytes and durations as text, what is missing as null."""
        with path.open("w", encoding="utf-8") as file:
            for row in _objects(rows):
                file.write(json.dumps(_finite(row), ensure_ascii=False, default=_text) + "\n")


@contextmanager
def writing(found: Snapshot, target: str) -> Iterator[None]:
    """Turn what goes wrong while writing into one sentence."""
    import pyarrow as pa

    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"{found.ref} cannot be written: {cause(error)}.", hint="Free some disk."
        ) from error
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise Invalid(
            f"{found.ref} cannot be written as {target}: {cause(error)}.",
            hint="Export it to parquet, or change that column.",
        ) from error


def shape_of(found: Snapshot) -> str:
    """Return how large a version is, in words."""
    return shown_shape(found.rows, found.columns)


def personal_of(project: Project, found: Snapshot) -> tuple[str, ...]:
    """Return the columns of a version that look personal, and how, as found when it was kept."""
    from jupyter_mlops.data.versions.privacy import known_of

    with project.store.read() as connection:
        return tuple(map(str, known_of(connection, found) or ()))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _objects(rows: Rows) -> Iterator[dict[str, object]]:
    """Yield rows as Python objects, which take much memory: a few at once."""
    for batch in rows.batches():
        for start in range(0, len(batch), _OBJECTS):
            yield from batch.slice(start, _OBJECTS).to_pylist()


def _finite(row: dict[str, object]) -> dict[str, object]:
    for name, value in row.items():
        if isinstance(value, float) and math.isinf(value):
            raise ValueError(f"column {name!r} holds infinity, which JSON cannot say")
        if isinstance(value, float) and math.isnan(value):
            row[name] = None
    return row


def _text(value: object) -> str:
    iso = getattr(value, "isoformat", None)
    if iso is not None:
        return str(iso())
    return value.hex() if isinstance(value, bytes) else str(value)


def flattened(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch in the types of another schema, if nothing is lost."""
    import pyarrow as pa

    columns = [column.cast(kind) for column, kind in zip(batch.columns, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
