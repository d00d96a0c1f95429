"""Read a CSV file in blocks, each column of the narrowest type that holds all of its values.

The whole file decides, not its first rows: it is read once to find the types, and again for the values. Whole
numbers, numbers and truths are told from text; whole numbers too long to be exact as others are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.sources.flow import Part, telling
from jupyter_mlops.data.sources.packed import is_packed, unpacked

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.csv import CSVStreamingReader

Type = Literal["null", "int64", "bool", "double", "string"]
_BLOCKS = (256 << 10, 16 << 20, 1 << 30)  # a row has to fit; 32 are read ahead
_EXACT = 1 << 53
_LONG = r"^[+-]?\d{16,}$"
_MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)
_NOT_UTF8 = re.compile(r"column #(?P<column>\d+): Row #(?P<line>\d+): .*invalid UTF8")
_QUOTED = re.compile(rb'"[^"]*"')
_TRUTHS = {"True", "TRUE", "true", "False", "FALSE", "false"}
_SAID = {"int64": "whole numbers", "double": "numbers", "bool": "truths"}


@dataclass
class _Column:
    """What is known of a column so far.

    Parameters
    ----------
    changed_at
        The row with which it became text, counted from 1, and what it was before; 0 when it did not change late.
    """

    name: str
    kind: Type = "null"
    is_exact: bool = True
    changed_at: int = 0
    before: Type = "null"

    def look(self, values: pa.Array, row: int) -> None:
        """Read further values; *row* came before them."""
        kept = values.drop_null()
        if not len(kept) or self.kind == "string":
            return
        if self.kind != "null" and _fits(kept, self.kind):
            self._weigh(kept)
            return
        before, self.kind = self.kind, self._next(kept)
        if self.kind == "string" and before != "null":
            self.before, self.changed_at = before, row + 1 + _first_other(values, before)
        self._weigh(kept)

    def _next(self, values: pa.Array) -> Type:
        if self.kind == "null":
            candidates: tuple[Type, ...] = ("int64", "bool", "double")
        else:
            candidates = ("double",) if self.kind == "int64" and self.is_exact else ()
        return next((kind for kind in candidates if _fits(values, kind)), "string")

    def _weigh(self, values: pa.Array) -> None:
        """Remember whether whole numbers are still exact when they become others."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.kind == "int64" and self.is_exact:
            ends = pc.min_max(pc.utf8_trim_whitespace(values).cast(pa.int64())).as_py()
            self.is_exact = ends["min"] >= -_EXACT and ends["max"] <= _EXACT


@dataclass
class _Survey:
    """The columns of a file, and in which blocks it can be read."""

    path: Path
    name: str
    delimiter: str
    block: int = _BLOCKS[0]
    columns: list[_Column] = field(default_factory=list)
    rows: int = 0
    size_bytes: int = 0

    def read(self) -> None:
        """Read the whole file."""
        names = self._names()
        self.columns, self.rows, self.size_bytes = [_Column(item) for item in names], 0, 0
        size = 0 if is_packed(self.path) else self.path.stat().st_size
        for done, batch in enumerate(telling(self.name, self._texts()), 1):
            for column, values in zip(self.columns, batch.columns, strict=True):
                column.look(values, self.rows)
            self.rows += len(batch)
            self.size_bytes += batch.nbytes
            progress.report(min(size, done * self.block) >> 10, size >> 10, "finding types")
        self.size_bytes = size or self.size_bytes

    def batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Yield its batches, each column of the type that *schema* says."""
        import pyarrow as pa

        order = schema.names
        own = [column.name for column in self.columns]
        with self._open(dict(zip(order, schema.types, strict=True))) as found:
            for batch in found:
                yield (
                    batch
                    if order == own
                    else pa.RecordBatch.from_arrays([batch.column(name) for name in order], schema=schema)
                )

    def _texts(self) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        try:
            with self._open({column.name: pa.string() for column in self.columns}) as found:
                yield from found
        except pa.ArrowInvalid as error:
            match = _NOT_UTF8.search(str(error))
            if match is None:
                raise
            raise Invalid(
                f"{self.name!r} is not UTF-8 in column {self.columns[int(match['column'])].name!r}, line {match['line']}.",
                hint="Save it as UTF-8, or read it with pandas.read_csv(encoding=…) and snapshot the variable.",
            ) from error

    def _names(self) -> list[str]:
        """Return the names of the columns, those that repeat numbered as pandas does."""
        found: dict[str, int] = {}
        with self._open({}, has_header=True) as reader:
            names = reader.schema.names
        for place, name in enumerate(names):
            base = unique = name or f"Unnamed: {place}"
            while unique in found:
                found[base] += 1
                unique = f"{base}.{found[base]}"
            found[unique] = 0
        return list(found)

    @contextmanager
    def _open(
        self, types: dict[str, pa.DataType], *, has_header: bool = False
    ) -> Iterator[CSVStreamingReader]:
        from pyarrow import csv

        names = {} if has_header else {"column_names": list(self._header()), "skip_rows": 1}
        with unpacked(self.path, self.name) as file:
            yield csv.open_csv(
                file,
                read_options=csv.ReadOptions(block_size=self.block, use_threads=False, **names),
                parse_options=csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                convert_options=csv.ConvertOptions(
                    column_types=types,
                    null_values=list(_MISSING),
                    strings_can_be_null=True,
                    true_values=["True", "TRUE", "true"],
                    false_values=["False", "FALSE", "false"],
                ),
            )

    def _header(self) -> Iterator[str]:
        return (column.name for column in self.columns)


def open_csv(path: Path, name: str, delimiter: str = "") -> Part:
    """Find the columns of a file and their types; what divides them too, unless it is given.

    Raises
    ------
    Invalid
        It is empty, is not UTF-8, or its rows differ in length.
    """
    import pyarrow as pa

    start = _start(path, name)
    survey = _surveyed(path, name, delimiter or _delimiter(start))
    schema = pa.schema([(column.name, _types()[column.kind]) for column in survey.columns])
    notes = tuple(_note(column, name) for column in survey.columns if column.changed_at)
    return Part(name, schema, survey.batches, survey.size_bytes, is_text=True, notes=notes)


def _surveyed(path: Path, name: str, delimiter: str) -> _Survey:
    """Read a file for its types, in larger blocks where a row does not fit."""
    import pyarrow as pa

    for block in _BLOCKS:
        survey = _Survey(path, name, delimiter, block)
        try:
            survey.read()
        except (Invalid, pa.ArrowInvalid) as error:
            if "straddl" in str(error) and block != _BLOCKS[-1]:
                continue
            raise
        return survey
    raise Invalid(f"{name!r} has a row that is too long.", hint="Split it.")


def _start(path: Path, name: str) -> bytes:
    """Return the first bytes of a file that holds something, and not in UTF-16."""
    with unpacked(path, name) as file:
        start = file.read(_BLOCKS[0])
    if not start:
        raise Invalid(f"{name!r} is empty.", hint="A table needs at least the names of its columns.")
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise Invalid(f"{name!r} cannot be read: it is UTF-16.", hint="Save it as UTF-8.")
    return start


def _delimiter(start: bytes) -> str:
    """Return what divides the names of the columns: a comma, or else what spreadsheets of other countries write."""
    names = _QUOTED.sub(b"", start.partition(b"\n")[0])
    return next((mark for mark in (",", ";", "\t") if mark.encode() in names), ",")


def _fits(values: pa.Array, kind: Type) -> bool:
    """Tell whether texts can be read as values of a type without a loss."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind == "bool":
        return _are_truths(values)
    trimmed = pc.utf8_trim_whitespace(values)
    try:
        trimmed.cast(_types()[kind])
    except pa.ArrowInvalid:
        return False
    if kind == "int64":
        return not pc.any(pc.match_substring(trimmed, "x", ignore_case=True)).as_py()
    return not pc.any(pc.match_substring_regex(trimmed, _LONG)).as_py()


def _are_truths(values: pa.Array) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    return bool(pc.all(pc.is_in(values, pa.array(sorted(_TRUTHS), values.type))).as_py())


def _first_other(values: pa.Array, kind: Type) -> int:
    """Return where the first value stands that is not of a type."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if _fits(values.slice(0, middle).drop_null(), kind):
            low = middle
        else:
            high = middle
    return low


def _types() -> dict[str, pa.DataType]:
    import pyarrow as pa

    return {
        "null": pa.null(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "double": pa.float64(),
        "string": pa.string(),
    }


def _note(column: _Column, name: str) -> str:
    return (
        f"{name}: column {column.name!r} holds {_SAID[column.before]} until row {column.changed_at:,}, which "
        "holds something else; all of it is kept as text"
    )


open_tsv = partial(open_csv, delimiter="\t")
