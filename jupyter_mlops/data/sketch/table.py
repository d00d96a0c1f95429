"""What is known of a table without reading it: a sketch of every column."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.form import FROZEN

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1


class TableSketch(BaseModel):
    """A table, or several added up: days make a month.

    Parameters
    ----------
    rows
        Of all of them together; a column that not every table has knows of fewer.
    """

    model_config = FROZEN

    format: int
    rows: int
    columns: tuple[ColumnSketch, ...]

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        *,
        withhold: Collection[str] = (),
        known: Mapping[int, ColumnSketch] | None = None,
    ) -> TableSketch:
        """Read a frame once.

        Parameters
        ----------
        withhold
            Names of columns of which no value may be kept, since they hold personal data.
        known
            Sketches of columns that need not be read again, by position.
        """
        columns = []
        for position, (label, series) in enumerate(frame.items()):
            name = str(label)
            found = (known or {}).get(position)
            is_withheld = name in withhold
            if found is None or (found.is_withheld and not is_withheld):
                found = ColumnSketch.of(series, name)
            columns.append(found.withheld() if is_withheld else found)
        return cls(format=FORMAT, rows=len(frame), columns=tuple(columns))

    def merge(self, other: TableSketch) -> TableSketch:
        """Add up two tables; columns are the same if their names are."""
        mine, theirs = _numbered(self.columns), _numbered(other.columns)
        columns = [
            mine[key].merge(theirs[key]) if key in mine and key in theirs else mine.get(key) or theirs[key]
            for key in [*mine, *(key for key in theirs if key not in mine)]
        ]
        return TableSketch(format=FORMAT, rows=self.rows + other.rows, columns=tuple(columns))

    def column(self, name: str) -> ColumnSketch | None:
        """Return the first column of that name, if there is one."""
        return self._first.get(name)

    @cached_property
    def _first(self) -> dict[str, ColumnSketch]:
        return {column.name: column for column in reversed(self.columns)}

    def pack(self) -> bytes:
        """Return it as the bytes that are kept."""
        return zlib.compress(self.model_dump_json(exclude_defaults=True).encode(), 1)

    @classmethod
    def unpack(cls, content: bytes) -> TableSketch:
        """Return what `pack` packed.

        Raises
        ------
        Unavailable
            It is damaged, or of a newer format.
        """
        try:
            text = zlib.decompress(content)
            found = json.loads(text)["format"]
            if isinstance(found, int) and found > FORMAT:
                raise Unavailable(
                    f"The profile has format {found}; this package knows {FORMAT}.",
                    hint="Upgrade with `pip install -U jupyter-mlops`.",
                )
            return cls.model_validate_json(text)
        except (zlib.error, ValidationError, ValueError, TypeError, KeyError) as error:
            raise Unavailable(
                "The profile is damaged.", hint="Make it anew with `%mlops profile`."
            ) from error


def _numbered(columns: tuple[ColumnSketch, ...]) -> dict[tuple[str, int], ColumnSketch]:
    """Tell columns of one name apart by their order."""
    seen: Counter[str] = Counter()
    found = {}
    for column in columns:
        found[column.name, seen[column.name]] = column
        seen[column.name] += 1
    return found
