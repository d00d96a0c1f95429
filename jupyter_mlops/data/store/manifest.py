"""The manifest: the object that says which extents of which objects a snapshot is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from pydantic import BaseModel, ConfigDict

from jupyter_mlops.core.objects import Objects
from jupyter_mlops.data.encoding.part import canonical, check_format
from jupyter_mlops.data.store.packed import STORAGE

Extent = tuple[int, int, int]


class Order(BaseModel):
    """Rows sorted by a column without equal values.

    Parameters
    ----------
    by
        The key of that column, in the order of the rows before.
    dtype
        How its numbers compare.
    """

    model_config = ConfigDict(frozen=True)

    by: Extent
    dtype: str
    is_descending: bool = False


class Step(BaseModel):
    """What turns a part into its next version.

    Parameters
    ----------
    rows, order
        Where each row comes from, row by row or as the order of a column; None when all stayed.
    change
        New rows and changed cells.
    touched
        How many they are.
    """

    model_config = ConfigDict(frozen=True)

    rows: Extent | None = None
    order: Order | None = None
    change: Extent
    touched: int = 0

    @property
    def moves(self) -> Extent | Order | None:
        """What moves the rows."""
        return self.rows or self.order

    @property
    def extents(self) -> Iterator[Extent]:
        """All that it leans on."""
        yield self.change
        if self.rows is not None:
            yield self.rows
        if self.order is not None:
            yield self.order.by


class Kept(BaseModel):
    """A part and the extents that bring it back: number of an object, first byte, bytes.

    Parameters
    ----------
    digest
        Identity of the part's content.
    mark
        Fingerprint of the memory that it came from; a part of format 1 has none.
    check
        BLAKE3 of the canonical part, when steps put it together.
    rows
        Rows of the key.
    """

    model_config = ConfigDict(frozen=True)

    digest: str
    mark: str = ""
    check: str = ""
    rows: int
    key: Extent
    steps: tuple[Step, ...] = ()

    @property
    def extents(self) -> Iterator[Extent]:
        """The key's extent and those of the steps."""
        yield self.key
        for step in self.steps:
            yield from step.extents


class KeptColumn(Kept):
    """A column's part, and what people call it."""

    name: str
    dtype: str


class Erased(BaseModel):
    """What a version was before rows were erased from it.

    Parameters
    ----------
    manifest
        What listed its objects, until they are erased too.
    """

    model_config = ConfigDict(frozen=True)

    digest: str
    manifest: str


class Manifest(BaseModel):
    """All parts of one frame.

    Parameters
    ----------
    objects
        Digest and size of every object in use; extents name them by number.
    profile
        Number of the object that keeps what is known of the columns.
    erased
        What this version was before rows were erased.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    digest: str
    rows: int
    objects: tuple[tuple[str, int], ...]
    profile: int | None = None
    index: Kept
    labels: Kept
    columns: tuple[KeptColumn, ...]
    erased: tuple[Erased, ...] = ()

    @property
    def parts(self) -> Sequence[Kept]:
        """The row index, the column labels, the columns."""
        return self.index, self.labels, *self.columns

    @property
    def size_bytes(self) -> int:
        """The stored size of all extents, one that serves twice counted once."""
        return sum(size for _, _, size in {extent for part in self.parts for extent in part.extents})

    def used(self, part: Kept) -> set[tuple[str, int]]:
        """Return digest and size of the objects that a part lies in."""
        return {self.objects[number] for number, _, _ in part.extents}

    def write(self) -> bytes:
        """Return its bytes."""
        return canonical(self.model_dump(exclude_defaults=True))


def read(objects: Objects, address: str) -> Manifest:
    """Return the manifest at *address*.

    Raises
    ------
    Unavailable
        It is missing, damaged, or of a newer format.
    """
    content = json.loads(objects.get(address))
    check_format(content.get("format"), STORAGE)
    return _read_old(content) if content["format"] == 1 else Manifest.model_validate(content)


def _read_old(content: Mapping[str, object]) -> Manifest:
    """Return a manifest of format 1, in which every part is an object of its own."""
    parts = [content["index"], content["labels"], *cast("Sequence[object]", content["columns"])]
    found = [cast("Mapping[str, object]", part) for part in parts]
    sizes = {str(part["object"]): int(str(part["size_bytes"])) for part in found}
    numbers = {name: number for number, name in enumerate(sizes)}
    kept = [
        {name: part[name] for name in ("digest", "name", "dtype") if name in part}
        | {"rows": content["rows"], "key": (numbers[str(part["object"])], 0, part["size_bytes"])}
        for part in found
    ]
    rest = {name: content[name] for name in ("format", "digest", "rows")}
    return Manifest.model_validate(
        rest | {"objects": tuple(sizes.items()), "index": kept[0], "labels": kept[1], "columns": kept[2:]}
    )
