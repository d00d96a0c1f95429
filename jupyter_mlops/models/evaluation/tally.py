"""Measures as functions of counts: which cell each row falls into, and what counts of cells amount to.

A measure of this form is weighted, sliced and drawn anew by counting alone, so that a bootstrap predicts nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """Which cell each unit falls into.

    Parameters
    ----------
    codes
        (n,): from 0 to *size* - 1; None where each unit is a cell of its own.
    """

    codes: Integers | None
    size: int

    @property
    def units(self) -> int:
        """How many units there are."""
        return self.size if self.codes is None else len(self.codes)

    def counted(self, weights: Floats) -> Floats:
        """Return the weight of each cell (draws, size), of the units' weights (draws, n); whole ones stay small."""
        import numpy as np

        if self.codes is None:
            return weights
        if self._units is None:
            return np.stack([np.bincount(self.codes, row, self.size) for row in weights])
        places, empty = self._units
        found = weights.T.take(places, axis=0)
        found[empty] = 0
        return found.T

    @cached_property
    def _units(self) -> tuple[Integers, Integers] | None:
        """The unit of each cell and the empty cells, where no cell holds two: to look up is quicker than to add."""
        import numpy as np

        if self.codes is None or len(self.codes) > self.size:
            return None
        places = np.full(self.size, -1)
        places[self.codes] = np.arange(len(self.codes))
        empty = np.flatnonzero(places < 0)
        return (places, empty) if self.size - len(empty) == len(self.codes) else None


@dataclass(frozen=True, eq=False)
class Tally:
    """A measure, told from counts.

    Parameters
    ----------
    cells
        The ways to count.
    finish
        Turns counts (draws, size), one for each of *cells*, into values (draws,).
    units
        (n,): the unit that each row belongs to, where units are not rows; all of its rows are drawn together.
    """

    cells: tuple[Cells, ...]
    finish: Callable[[Sequence[Floats]], Floats]
    units: Integers | None = None

    def value(self, weights: Floats | None = None) -> float:
        """Return the measure; rows count by their *weights*, units by that of their first row."""
        import numpy as np

        if weights is None:
            weights = np.ones(self.cells[0].units)
        elif self.units is not None:
            weights = weights[np.unique(self.units, return_index=True)[1]]
        drawn = np.asarray(weights, dtype=np.float64)[None]
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(self.finish([cells.counted(drawn) for cells in self.cells])[0])
