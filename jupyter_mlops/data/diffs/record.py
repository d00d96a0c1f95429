"""What a diff found: the schema, the rows, the cells, the shift of each column."""

from __future__ import annotations

from typing import Literal

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.data.diffs.schemas import SchemaChange
from jupyter_mlops.data.diffs.shift import Measure

By = Literal["key", "content", "position"]
_KINDS = ("changed", "added", "removed")
_COLUMNS, _ROWS, _CELLS = 10, 5, 4


class ColumnDiff(Record):
    """How one column differs.

    Parameters
    ----------
    changed
        Cells that differ, among the rows that both tables have.
    missing_before, missing_after
        Rows without a value.
    shift
        From 0 to 1, how far its values have moved as a whole.
    measure
        `ks`: largest distance of the cumulative distributions; `tv`: total variation; `length`: `ks` of the
        lengths of texts.
    mean_before, mean_after
        Of numbers.
    """

    column: str
    changed: int
    missing_before: int
    missing_after: int
    shift: float
    measure: Measure
    mean_before: float | None = None
    mean_after: float | None = None

    def __str__(self) -> str:
        noun = "cell" if self.changed == 1 else "cells"
        said = [f"{self.changed:,} {noun}"] * bool(self.changed)
        said += [f"shift {self.shift:.3f}"] * (self.shift >= 0.0005)
        if said and self.mean_before != self.mean_after:
            said.append(f"mean {self.mean_before:.6g} → {self.mean_after:.6g}")
        if self.missing_before != self.missing_after:
            said.append(f"missing {self.missing_before:,} → {self.missing_after:,}")
        return ", ".join(said)


class CellDiff(Record):
    """A cell before and after, as text, personal values masked; empty where there is none."""

    column: str
    before: str = ""
    after: str = ""

    @property
    def either(self) -> str:
        """The cell of a row that only one table has."""
        return f"{self.column}: {self.before or self.after}"

    def __str__(self) -> str:
        return f"{self.column}: {self.before} → {self.after}"


class RowDiff(Record):
    """A row that differs.

    Parameters
    ----------
    row_before, row_after
        Its positions, counted from 0.
    key
        Its key as text.
    cells
        Those that changed, of a changed row; the first ones otherwise.
    """

    change: Literal["added", "removed", "changed"]
    row_before: int | None = None
    row_after: int | None = None
    key: str = ""
    cells: tuple[CellDiff, ...] = ()


class Diff(Record):
    """What tells two tables apart.

    Parameters
    ----------
    by
        How rows were matched: by `key`, by all that they hold (`content`), or by `position`.
    is_guessed
        Nobody named the key: its columns tell every row of both tables apart.
    is_moved
        Rows that both have come in another order.
    is_equal
        A snapshot would keep both the same.
    columns
        Those that differ, the one that moved furthest first.
    rows
        The first rows of each kind of change.
    """

    before: str
    after: str
    rows_before: int
    rows_after: int
    by: By
    key: tuple[str, ...] = ()
    is_guessed: bool = False
    added: int = 0
    removed: int = 0
    changed: int = 0
    is_moved: bool = False
    is_equal: bool = False
    cells_changed: int = 0
    schema_changes: tuple[SchemaChange, ...] = ()
    columns: tuple[ColumnDiff, ...] = ()
    rows: tuple[RowDiff, ...] = ()

    @property
    def headline(self) -> str:
        """What changed, in one sentence."""
        if self.is_equal:
            return f"{self.before} → {self.after}: the same content"
        counts = (("added", self.added), ("removed", self.removed), ("changed", self.changed))
        rows = ", ".join(f"{count:,} {what}" for what, count in counts if count)
        said = [
            f"rows: {rows}" if rows else "the same rows",
            *["in another order"] * self.is_moved,
            *["another schema"] * bool(self.schema_changes),
        ]
        return f"{self.before} → {self.after}: {'; '.join(said)}"

    def figure(self) -> dict[str, object] | None:
        """Draw how far each column has moved."""
        from jupyter_mlops.data.diffs.figure import draw

        return draw(self)

    def card(self) -> Card:
        """Show what changed, column by column, and which rows."""
        how = {
            "key": f"by {', '.join(self.key)}",
            "content": "by all that they hold",
            "position": "by position",
        }
        guessed = (
            ", a guess: it tells every row of both apart" if self.is_guessed and not self.is_equal else ""
        )
        columns = [(f"column {item.column}", str(item)) for item in self.columns if str(item)]
        shown = [row for kind in _KINDS for row in [row for row in self.rows if row.change == kind][:_ROWS]]
        found = self.added + self.removed + self.changed
        notes = (
            (len(columns) > _COLUMNS, f"{len(columns) - _COLUMNS} more columns moved."),
            (found > len(shown), f"{len(shown)} of {found:,} rows shown; the record has {len(self.rows):,}."),
            (found > len(self.rows), "Keep more with --limit."),
        )
        return Card(
            self.headline,
            "ok" if self.is_equal else "info",
            (
                ("rows", f"{self.rows_before:,} → {self.rows_after:,}"),
                ("matched", how[self.by] + guessed),
                *(("schema", str(change)) for change in self.schema_changes),
                *columns[:_COLUMNS],
            ),
            columns=("change", "row", "key", "cells") if shown else (),
            rows=tuple(_shown(row) for row in shown),
            notes=tuple(note for is_so, note in notes if is_so),
        )


def _shown(row: RowDiff) -> tuple[str, ...]:
    places = [str(place) for place in dict.fromkeys((row.row_before, row.row_after)) if place is not None]
    cells = [str(cell) if row.change == "changed" else cell.either for cell in row.cells[:_CELLS]]
    more = ", …" if len(row.cells) > _CELLS else ""
    return row.change, " → ".join(places), row.key, ", ".join(cells) + more
