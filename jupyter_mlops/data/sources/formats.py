"""The kinds of files that hold tables, by their suffix."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.sources import csv, packed
from jupyter_mlops.data.sources.flow import Part, broken, fitted
from jupyter_mlops.data.sources.pieces import collected
from jupyter_mlops.data.sources.scratch import Room

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ROWS = 1 << 16
_LINES = 1 << 20
SUFFIXES = (
    *(".csv", ".tsv", ".parquet", ".json", ".jsonl", ".ndjson", ".feather", ".arrow"),
    *(".xlsx", ".xlsm", ".xls", ".ods"),
)
_PACKED = tuple(text + how for text in (".csv", ".tsv", ".jsonl", ".ndjson") for how in packed.SUFFIXES)
Opener = Callable[[Path, str, Room], Part]


def kind_of(name: str | PurePath) -> str:
    """Return the suffix that says which kind of table a file is, like `.csv` or `.csv.gz`; empty if none does."""
    suffix = packed.suffix_of(name)
    return suffix if suffix in SUFFIXES or suffix in _PACKED else ""


def open_file(path: Path, name: str, room: Room) -> Part:
    """Open the table that a file holds.

    Parameters
    ----------
    name
        What people call it.
    room
        Where what has to be read twice is kept meanwhile.

    Raises
    ------
    Invalid
        It is of a kind that is not read, or broken.
    """
    import pyarrow as pa

    opener = _openers().get(kind_of(path))
    if opener is None:
        raise Invalid(
            f"{name!r} is not a table that can be read.",
            hint=f"These are: {', '.join(SUFFIXES)}, texts also compressed, like .csv.gz; or name a snapshot.",
        )
    try:
        return opener(path, name, room)
    except (ValueError, OSError, pa.ArrowException) as error:
        raise broken(name, error) from error


def is_whole(path: Path) -> bool:
    """Tell whether a file can only be read whole, into memory."""
    return path.suffix.lower() in {".json", ".xlsx", ".xlsm", ".xls", ".ods"}


def read_whole(path: Path, name: str) -> pd.DataFrame:
    """Read a spreadsheet or a JSON document.

    Raises
    ------
    Invalid
        It is broken, or what reads it is not installed.
    """
    import zipfile

    import pandas as pd

    try:
        return pd.read_json(path) if path.suffix.lower() == ".json" else pd.read_excel(path)
    except ImportError as error:
        raise Invalid(
            f"{name!r} needs a package that is not installed: {error.name or 'openpyxl'}.",
            hint="`pip install 'jupyter-mlops[excel]'`",
        ) from error
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise broken(name, error) from error


def _openers() -> dict[str, Opener]:
    found: dict[str, Opener] = {
        ".csv": lambda path, name, _: csv.open_csv(path, name),
        ".tsv": lambda path, name, _: csv.open_tsv(path, name),
        ".parquet": lambda path, name, _: _parquet(path, name),
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".feather": lambda path, name, _: _arrow(path, name),
        ".arrow": lambda path, name, _: _arrow(path, name),
    }
    whole: Opener = lambda path, name, _: _whole(path, name)  # noqa: E731 - five suffixes share it
    compressed = {suffix: found[suffix[: suffix.rindex(".")]] for suffix in _PACKED}
    return dict.fromkeys(SUFFIXES, whole) | found | compressed


def _parquet(path: Path, name: str) -> Part:
    from pyarrow import parquet

    def read(schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS):
                yield fitted(batch, schema)

    with parquet.ParquetFile(path) as file:
        groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
        size = sum(group.total_byte_size for group in groups)  # unpacked: the file itself says too little
        return Part(name, file.schema_arrow, read, max(size, path.stat().st_size))


def _arrow(path: Path, name: str) -> Part:
    """Open an Arrow file, or a stream; Feather is the former."""
    import pyarrow as pa

    def batches() -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def streamed() -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as reader:
            yield from reader

    with path.open("rb") as file:
        is_file = file.read(6) == b"ARROW1"
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
        found = reader.schema

    def read(schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for batch in batches() if is_file else streamed():
            yield fitted(batch, schema)

    return Part(name, found, read, path.stat().st_size)


def _json_lines(path: Path, name: str, room: Room) -> Part:
    with packed.unpacked(path, name) as file:
        is_empty = not file.read(1)
    if is_empty:
        raise Invalid(f"{name!r} is empty.", hint="A table needs at least one line.")
    return collected(name, _json_batches(path, name), room)


def _json_batches(path: Path, name: str) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    row = 0
    with packed.unpacked(path, name) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig") as file:
        while lines := file.readlines(_LINES):
            found = [
                _object(line, name, row + number) for number, line in enumerate(lines, 1) if line.strip()
            ]
            row += len(lines)
            if found:
                yield pa.RecordBatch.from_struct_array(_structs(found, name, row - len(lines)))


def _object(line: str, name: str, number: int) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise ValueError(f"line {number:,} is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise Invalid(f"Line {number:,} of {name!r} is no JSON object.", hint="Write one {…} on each line.")
    return found


def _structs(found: list[dict[str, object]], name: str, row: int) -> pa.StructArray:
    """Turn objects into an array; where that fails, say which column it is and from which line on."""
    import pyarrow as pa

    try:
        return pa.array(found)
    except (pa.ArrowException, OverflowError) as error:
        for column in dict.fromkeys(key for item in found for key in item):
            at = _odd([item.get(column) for item in found])
            if at is not None:
                raise Invalid(
                    f"Column {column!r} of {name!r} is of another type from line {row + at + 1:,} on.",
                    hint="Make it one type, for example text.",
                ) from error
        raise


def _odd(values: list[object]) -> int | None:
    """Return the first value that does not go with those before it."""
    low, high = 0, len(values)
    if _goes(values):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _goes(values[:middle]) else (low, middle)
    return low


def _goes(values: list[object]) -> bool:
    import pyarrow as pa

    try:
        pa.array(values)
    except (pa.ArrowException, OverflowError):
        return False
    return True


def _whole(path: Path, name: str) -> Part:
    import pyarrow as pa

    table = pa.Table.from_pandas(read_whole(path, name), preserve_index=False).replace_schema_metadata()

    def read(schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for batch in table.to_batches(_ROWS):
            yield fitted(batch, schema)

    return Part(name, table.schema, read, path.stat().st_size)
