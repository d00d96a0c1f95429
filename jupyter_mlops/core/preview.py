"""The wire form of a live table: its shape and its first rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record

if TYPE_CHECKING:
    import pandas as pd

HIDDEN = "•••"
_ROWS, _COLUMNS = 10, 12
_LONGEST = 1_000


def shown(value: object, longest: int = 80) -> str:
    """Return a value as text that can be sent: not too long, and without halves of characters."""
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= longest else text[: longest - 1] + "…"


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
    def of(cls, frame: pd.DataFrame, *, hidden: Collection[str] = ()) -> Preview:
        """Preview *frame*, without the values of the columns called *hidden*."""
        names = [str(name) for name in frame.columns]
        cells = (
            tuple(
                HIDDEN if name in hidden else shown(value, _LONGEST)
                for name, value in zip(names, row, strict=True)
            )
            for row in frame.head(_ROWS).itertuples(index=False, name=None)
        )
        return cls(
            rows=len(frame),
            columns=tuple(shown(name, _LONGEST) for name in names),
            dtypes=tuple(map(str, frame.dtypes)),
            head=tuple(cells),
        )

    def card(self) -> Card:
        """Show the first rows of the first columns."""
        title = f"{self.rows:,} rows × {len(self.columns)} columns"
        rows = tuple(row[:_COLUMNS] for row in self.head)
        return Card(title, "info", columns=self.columns[:_COLUMNS], rows=rows)
