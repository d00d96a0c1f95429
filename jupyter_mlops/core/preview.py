"""The wire form of a live table: its shape and its first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record

if TYPE_CHECKING:
    import pandas as pd

_ROWS, _COLUMNS = 10, 12


class Preview(Record):
    """A table as it can be looked at from afar.

    Parameters
    ----------
    columns, dtypes
        All of them, in order.
    head
        The first rows, as text.
    """

    kind: Literal["table"] = "table"
    rows: int
    columns: tuple[str, ...]
    dtypes: tuple[str, ...]
    head: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Preview:
        """Preview *frame*."""
        first = frame.head(_ROWS)
        cells = (tuple(str(value) for value in row) for row in first.itertuples(index=False, name=None))
        columns = tuple(str(name) for name in frame.columns)
        return cls(rows=len(frame), columns=columns, dtypes=tuple(map(str, frame.dtypes)), head=tuple(cells))

    def card(self) -> Card:
        """Show the first rows of the first columns."""
        title = f"{self.rows:,} rows × {len(self.columns)} columns"
        rows = tuple(row[:_COLUMNS] for row in self.head)
        return Card(title, "info", columns=self.columns[:_COLUMNS], rows=rows)
