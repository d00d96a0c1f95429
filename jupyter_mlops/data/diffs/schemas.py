"""Which column of one table is which column of another, and how the two schemas differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.preview import shown
from jupyter_mlops.core.record import Record
from jupyter_mlops.data.diffs.cells import Cells
from jupyter_mlops.data.diffs.forms import is_same_dtype, unify
from jupyter_mlops.data.encoding import values
from jupyter_mlops.data.encoding.values import Unkept

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.data.diffs.forms import Array

    Label = tuple[bytes, int]


class SchemaChange(Record):
    """A way in which two schemas differ.

    Parameters
    ----------
    column
        Its label; empty where the whole table is meant.
    change
        `moved`: shared columns come in another order; `index`, `labels`: the kind or the names of an axis;
        `layout`: what no cell and no dtype shows, like unused levels of an index.
    before, after
        The dtype, or what else changed; empty where there is none.
    """

    column: str
    change: Literal["added", "removed", "retyped", "moved", "index", "labels", "layout"]
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if self.change in {"added", "removed"}:
            sign, dtype = ("+", self.after) if self.change == "added" else ("-", self.before)
            return f"{sign} {self.column} ({dtype})"
        what = self.column or self.change
        return (
            "columns come in another order"
            if self.change == "moved"
            else f"{what}: {self.before} → {self.after}"
        )


@dataclass(frozen=True)
class Field:
    """A column of a table, or a level of its index.

    Parameters
    ----------
    label
        What identifies it: the label itself, exactly, and which one it is of several of that label.
    """

    label: Label
    name: str
    array: Array
    is_index: bool = False


@dataclass(frozen=True)
class Pair:
    """The same column in both tables."""

    left: Field
    right: Field

    @property
    def name(self) -> str:
        """What people call it."""
        return self.right.name

    @cached_property
    def cells(self) -> tuple[Cells, Cells]:
        """Both columns in one form."""
        return unify(self.left.array, self.right.array)


@dataclass(frozen=True)
class Pairing:
    """The columns that two tables share, and how their schemas differ."""

    pairs: tuple[Pair, ...]
    changes: tuple[SchemaChange, ...]

    def named(self, name: str) -> Pair | None:
        """Return the pair called *name*, the first of several."""
        return next((pair for pair in self.pairs if pair.name == name), None)


def pair(left: pd.DataFrame, right: pd.DataFrame) -> Pairing:
    """Match the columns of two tables by their labels, and the levels of indexes that name rows."""
    levels = _is_named(left.index) or _is_named(right.index)
    before = {field.label: field for field in _fields(left, with_index=levels)}
    after = {field.label: field for field in _fields(right, with_index=levels)}
    pairs = tuple(Pair(before[label], field) for label, field in after.items() if label in before)
    changes = [
        *(
            SchemaChange(column=old.name, change="removed", before=_dtype(old))
            for label, old in before.items()
            if label not in after
        ),
        *(
            SchemaChange(column=new.name, change="added", after=_dtype(new))
            for label, new in after.items()
            if label not in before
        ),
        *(
            _retyped(item)
            for item in pairs
            if not item.left.is_index and not is_same_dtype(item.left.array, item.right.array)
        ),
    ]
    if [label for label in before if label in after] != [item.left.label for item in pairs]:
        changes.append(SchemaChange(column="", change="moved"))
    are_same = not any(item.change in {"added", "removed", "moved"} for item in changes)
    return Pairing(pairs, (*changes, *_axes(left, right, are_same=are_same)))


def _is_named(index: pd.Index) -> bool:
    import pandas as pd

    return not (isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1)


def _fields(frame: pd.DataFrame, *, with_index: bool) -> list[Field]:
    fields: list[Field] = []
    if with_index:
        levels = range(frame.index.nlevels)
        names = ["index" if frame.index.nlevels == 1 else f"level {level}" for level in levels]
        given = [
            name if own is None else str(own) for own, name in zip(frame.index.names, names, strict=True)
        ]
        arrays = [frame.index.get_level_values(level).array for level in levels]
        fields += [
            Field((b"", level), shown(name), _plain(array), is_index=True)
            for level, name, array in zip(levels, given, arrays, strict=True)
        ]
    seen: Counter[bytes] = Counter()
    for position, label in enumerate(frame.columns):
        exact = _exact(label)
        fields.append(Field((exact, seen[exact]), shown(label), _plain(frame.iloc[:, position].array)))
        seen[exact] += 1
    return fields


def _exact(label: object) -> bytes:
    try:
        return values.write_one(label)
    except Unkept as error:
        raise Invalid(
            f"A column is named with {error}.", hint="Use strings, numbers, dates or tuples of them."
        ) from None


def _plain(array: pd.api.extensions.ExtensionArray) -> Array:
    import pandas as pd

    return array.to_numpy() if isinstance(array, pd.arrays.NumpyExtensionArray) else array


def _dtype(field: Field) -> str:
    import pandas as pd

    dtype = field.array.dtype
    text = str(dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        order = ", ordered" if dtype.ordered else ""
        text = f"category of {len(dtype.categories)}{order}"
    elif isinstance(dtype, pd.StringDtype):
        text = f"{dtype} in {dtype.storage}"
    return shown(text)


def _retyped(item: Pair) -> SchemaChange:
    before, after = _dtype(item.left), _dtype(item.right)
    if before == after:
        before, after = f"{before}: {_categories(item.left)}", _categories(item.right)
    return SchemaChange(column=item.name, change="retyped", before=before, after=after)


def _categories(field: Field) -> str:
    return shown(", ".join(map(str, getattr(field.array.dtype, "categories", [])[:5])))


def _axes(left: pd.DataFrame, right: pd.DataFrame, *, are_same: bool) -> Iterator[SchemaChange]:
    """Compare what the axes are beyond their labels: kind, dtype, names."""
    before, after = _axis(left.index), _axis(right.index)
    if before != after:
        yield SchemaChange(column="", change="index", before=before, after=after)
    before, after = (_axis(axis) if are_same else _names(axis) for axis in (left.columns, right.columns))
    if before != after:
        yield SchemaChange(column="", change="labels", before=before, after=after)


def _axis(index: pd.Index) -> str:
    import pandas as pd

    if isinstance(index, pd.MultiIndex):
        kind = f"{index.nlevels} levels of {', '.join(str(level.dtype) for level in index.levels)}"
    elif isinstance(index, pd.RangeIndex):
        kind = f"range from {index.start} by {index.step}"
    else:
        freq = getattr(index, "freqstr", None)
        kind = str(index.dtype) + (f" every {freq}" if freq else "")
    return " ".join(part for part in (kind, _names(index)) if part)


def _names(index: pd.Index) -> str:
    names = ", ".join(str(name) for name in index.names if name is not None)
    return f"named {names}" if names else ""
