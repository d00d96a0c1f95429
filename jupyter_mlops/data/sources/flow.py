"""A table that comes in batches, as often as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ROWS, _BYTES = 1 << 15, 4 << 20
_CAUSE = 200
_SHOWN = 5


@dataclass(frozen=True)
class Part:
    """A file, or what else a table is put together from.

    Parameters
    ----------
    name
        What people call it.
    read
        Yields its batches, of the schema that is asked for.
    is_text
        Every column can be read as text, and is then as it was written.
    notes
        What is worth knowing of how it was read, in sentences.
    """

    name: str
    schema: pa.Schema
    read: Callable[[pa.Schema], Iterator[pa.RecordBatch]]
    size_bytes: int = 0
    is_text: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """A table in batches of one schema."""

    name: str
    schema: pa.Schema
    parts: tuple[Part, ...]

    @property
    def size_bytes(self) -> int:
        """How large it is where it lies."""
        return sum(part.size_bytes for part in self.parts)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing of how it is read."""
        return tuple(note for part in self.parts for note in part.notes)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches from the first on; at least one, which may be empty."""
        import pyarrow as pa

        batches = (batch for part in self.parts for batch in telling(part.name, part.read(self.schema)))
        found = False
        for batch in _gathered(batches):
            found = True
            yield batch
        if not found:
            yield pa.RecordBatch.from_pylist([], schema=self.schema)

    def frame(self) -> pd.DataFrame:
        """Return it whole."""
        import pyarrow as pa

        found: pd.DataFrame = pa.Table.from_batches(list(self), self.schema).to_pandas()
        return found


def joined(name: str, parts: Sequence[Part]) -> Flow:
    """Put parts one after another, each column of the narrowest type that holds all of it.

    Raises
    ------
    Invalid
        The parts differ in their columns, or a column is of types that nothing safely holds.
    """
    if len(parts) == 1:
        return Flow(name, parts[0].schema, tuple(parts))
    first, *others = parts
    for part in others:
        _check_names(first, part)
    schema = reduce(lambda found, part: _merged(found, first, part), others, _plain(first.schema))
    return Flow(name, schema, tuple(parts))


def wider(left: pa.DataType, right: pa.DataType) -> pa.DataType | None:
    """Return the type that holds the values of both, or None."""
    import pyarrow as pa

    left, right = _undressed(left), _undressed(right)
    if left == right:
        return left
    try:
        both = [pa.schema([("values", kind)]) for kind in (left, right)]
        return pa.unify_schemas(both, promote_options="permissive").field("values").type
    except (pa.ArrowTypeError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def fitted(batch: pa.RecordBatch, schema: pa.Schema, row: int = 0) -> pa.RecordBatch:
    """Return a batch with the columns of *schema*, by name and in its order; what is absent is missing.

    Parameters
    ----------
    row
        How many rows came before it.

    Raises
    ------
    Invalid
        A value would not be the same; its column is named.
    """
    import pyarrow as pa

    if batch.schema.equals(schema):
        return batch
    arrays = []
    for place, field in enumerate(schema):
        found = place if batch.schema.names == schema.names else batch.schema.get_field_index(field.name)
        column = batch.column(found) if found >= 0 else pa.nulls(len(batch), field.type)
        try:
            arrays.append(column if column.type == field.type else column.cast(field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise Invalid(
                f"Column {field.name!r} holds something after row {row:,} that is no {field.type}: {cause(error)}.",
                hint="Make the column one type, for example text.",
            ) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def telling(name: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches; what breaks on the way is one sentence that names where they come from."""
    import pyarrow as pa

    try:
        yield from batches
    except (ValueError, OSError, pa.ArrowException) as error:
        raise broken(name, error) from error


def _gathered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put small batches together: each costs time of its own."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= _ROWS or sum(item.nbytes for item in waiting) >= _BYTES:
            yield _together(waiting)
            waiting = []
    if waiting:
        yield _together(waiting)


def _together(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    import pyarrow as pa

    if len(batches) == 1:
        return batches[0]
    whole = pa.Table.from_batches(batches).combine_chunks()
    return next(iter(whole.to_batches()), batches[0])


def broken(name: str, error: Exception) -> Invalid:
    """Return the error that says that something cannot be read, and why."""
    return Invalid(f"{name!r} cannot be read: {cause(error)}.", hint="Check that it is what its name says.")


def cause(error: Exception) -> str:
    """Return what an error says, in one line."""
    return (" ".join(str(error).split())[:_CAUSE] or type(error).__name__).rstrip(".")


def _plain(schema: pa.Schema) -> pa.Schema:
    """Leave out what schemas say besides names and types, such as pandas' index."""
    import pyarrow as pa

    return pa.schema([(field.name, field.type) for field in schema])


def _undressed(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _check_names(first: Part, part: Part) -> None:
    names, own = first.schema.names, part.schema.names
    if sorted(names) == sorted(own) and (len(set(names)) == len(names) or names == own):
        return
    lacks = [name for name in names if name not in own]
    adds = [name for name in own if name not in names]
    said = [f"it lacks {_listed(lacks)}"] * bool(lacks) + [f"it adds {_listed(adds)}"] * bool(adds)
    raise Invalid(
        f"{part.name!r} has other columns than {first.name!r}: {' and '.join(said) or 'names repeat'}.",
        hint="Snapshot them apart, or give the files the same columns.",
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more


def _merged(schema: pa.Schema, first: Part, part: Part) -> pa.Schema:
    import pyarrow as pa

    fields = []
    for place, field in enumerate(schema):
        own = part.schema.field(place if part.schema.names == schema.names else field.name)
        kind = wider(field.type, own.type)
        if kind is None and part.is_text and first.is_text:
            kind = pa.string()
        if kind is None:
            raise Invalid(
                f"Column {field.name!r} is {own.type} in {part.name!r}, and {field.type} before.",
                hint="Make it one type in all files, or snapshot them apart.",
            )
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)
