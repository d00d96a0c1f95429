"""The first rows that differ, as text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.preview import HIDDEN, shown
from jupyter_mlops.data.diffs.record import CellDiff, RowDiff
from jupyter_mlops.data.diffs.schemas import Pair

if TYPE_CHECKING:
    from jupyter_mlops.data.diffs.cells import Mask
    from jupyter_mlops.data.diffs.matching import Alignment
    from jupyter_mlops.data.diffs.schemas import Field

_CELLS = 12


@dataclass(frozen=True)
class Sampler:
    """Show rows of two matched tables.

    Parameters
    ----------
    key, others
        The columns that tell rows apart, and the rest.
    hidden
        Names of the columns whose values are not shown.
    """

    rows: Alignment
    key: Sequence[Pair]
    others: Sequence[Pair]
    hidden: Collection[str] = ()

    def changed(self, unlike: Mapping[int, Mask], touched: Mask, limit: int) -> Iterator[RowDiff]:
        """Yield the first rows that both tables have and in which cells differ.

        Parameters
        ----------
        unlike
            Where cells differ, by the place of their column among the others.
        touched
            Where any does.
        """
        import numpy as np

        for place in np.flatnonzero(touched)[:limit]:
            before, after = int(self.rows.left[place]), int(self.rows.right[place])
            cells = [self._cell(self.others[at], before, after) for at, mask in unlike.items() if mask[place]]
            yield RowDiff(
                change="changed",
                row_before=before,
                row_after=after,
                key=self._key(after),
                cells=tuple(cells[:_CELLS]),
            )

    def added(self, limit: int) -> Iterator[RowDiff]:
        """Yield the first rows that only the right table has."""
        for row in map(int, self.rows.added[:limit]):
            cells = tuple(self._cell(pair, None, row) for pair in self.others[:_CELLS])
            yield RowDiff(change="added", row_after=row, key=self._key(row), cells=cells)

    def removed(self, limit: int) -> Iterator[RowDiff]:
        """Yield the first rows that only the left table has."""
        for row in map(int, self.rows.removed[:limit]):
            cells = tuple(self._cell(pair, row, None) for pair in self.others[:_CELLS])
            key = ", ".join(self._shown(pair.left, row) for pair in self.key)
            yield RowDiff(change="removed", row_before=row, key=key, cells=cells)

    def _key(self, row: int) -> str:
        return ", ".join(self._shown(pair.right, row) for pair in self.key)

    def _cell(self, pair: Pair, before: int | None, after: int | None) -> CellDiff:
        return CellDiff(
            column=pair.name,
            before="" if before is None else self._shown(pair.left, before),
            after="" if after is None else self._shown(pair.right, after),
        )

    def _shown(self, field: Field, row: int) -> str:
        if field.name in self.hidden:
            return HIDDEN
        return shown(field.array[row])
