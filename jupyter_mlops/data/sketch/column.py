"""What is known of one column: exact facts, and sketches that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from jupyter_mlops.data.sketch import hashing
from jupyter_mlops.data.sketch.distinct import Distinct
from jupyter_mlops.data.sketch.form import FROZEN
from jupyter_mlops.data.sketch.frequent import Frequent
from jupyter_mlops.data.sketch.numbers import Numbers
from jupyter_mlops.data.sketch.reading import Kind, Reading, read
from jupyter_mlops.data.sketch.texts import Texts

if TYPE_CHECKING:
    import pandas as pd

_LONGEST_NAME = 200


class ColumnSketch(BaseModel):
    """One column, or the same column of several tables added up.

    Parameters
    ----------
    dtypes
        What pandas called its dtype, in each of the tables.
    types
        How many values of each type there are, where they are of no one kind.
    distinct
        None for values of no one kind.
    different
        The exact count, where one part of the column held it all; None for columns added up.
    is_withheld
        Whether no value may be shown: it holds none then, nor anything between them.
    """

    model_config = FROZEN

    name: str
    dtypes: tuple[str, ...]
    kind: Kind
    rows: int
    missing: int
    types: dict[str, int] = {}
    distinct: Distinct | None = None
    different: int | None = None
    numbers: Numbers | None = None
    texts: Texts | None = None
    frequent: Frequent | None = None
    is_withheld: bool = False

    @classmethod
    def of(cls, column: pd.Series, name: str) -> ColumnSketch:
        """Read a column once."""
        found = read(column)
        dtype = str(column.dtype)[:_LONGEST_NAME]
        plain = cls(
            name=name[:_LONGEST_NAME].encode("utf-8", "replace").decode(),
            dtypes=(dtype,),
            kind=found.kind,
            rows=len(column),
            missing=found.missing,
            types=found.types,
        )
        return plain if found.kind == "mixed" else plain.model_copy(update=_sketches(found))

    def merge(self, other: ColumnSketch) -> ColumnSketch:
        """Add up two columns; of values of different kinds only their number and distinct count remain."""
        if self.is_withheld != other.is_withheld:
            return self.withheld().merge(other.withheld())
        counts = {
            "dtypes": tuple(sorted({*self.dtypes, *other.dtypes})),
            "rows": self.rows + other.rows,
            "missing": self.missing + other.missing,
            "different": None,
        }
        if self.is_empty or other.is_empty:
            full = other if self.is_empty else self
            return full.model_copy(update=counts | {"different": full.different})
        if self.kind != other.kind:
            return _joined(_unkinded(self), _unkinded(other)).model_copy(update=counts)
        return _joined(self, other).model_copy(update=counts)

    def withheld(self) -> ColumnSketch:
        """Forget every value, as of a column that holds personal data."""
        nothing: dict[str, object] = {"numbers": None, "frequent": None, "is_withheld": True}
        return self.model_copy(update=nothing)

    @property
    def is_empty(self) -> bool:
        """Whether every value is missing."""
        return self.missing == self.rows


def _unkinded(column: ColumnSketch) -> ColumnSketch:
    types = column.types or {column.kind: column.rows - column.missing}
    lost: dict[str, object] = dict.fromkeys(("numbers", "texts", "frequent"))
    return column.model_copy(update={"kind": "mixed", "types": types, **lost})


def _joined(mine: ColumnSketch, theirs: ColumnSketch) -> ColumnSketch:
    both = sorted({*mine.types, *theirs.types})
    update: dict[str, object] = {
        "types": {name: mine.types.get(name, 0) + theirs.types.get(name, 0) for name in both},
        "distinct": mine.distinct.merge(theirs.distinct) if mine.distinct and theirs.distinct else None,
        "numbers": mine.numbers.merge(theirs.numbers) if mine.numbers and theirs.numbers else None,
        "texts": mine.texts.merge(theirs.texts) if mine.texts and theirs.texts else None,
        "frequent": mine.frequent.merge(theirs.frequent) if mine.frequent and theirs.frequent else None,
    }
    return mine.model_copy(update=update)


def _sketches(found: Reading) -> dict[str, object]:
    """Run once through a column's tallies."""
    distinct, frequent = Distinct(), Frequent()
    numbers = None if found.kind in {"text", "truth"} else Numbers()
    texts = Texts() if found.kind == "text" else None
    sizes = []
    for tally in found.tallies:
        sizes.append(len(tally.values))
        hashes = (hashing.of_texts if texts else hashing.of_numbers)(tally.values)
        distinct = distinct.add(hashes)
        frequent = frequent.merge(Frequent.of(tally.values, tally.counts))
        numbers = numbers.merge(Numbers.of(tally)) if numbers else None
        texts = texts.merge(Texts.of(tally)) if texts else None
    different = sum(sizes) if len(sizes) <= 1 else None
    return {
        "distinct": distinct,
        "different": different,
        "frequent": frequent,
        "numbers": numbers,
        "texts": texts,
    }
