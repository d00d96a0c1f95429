"""Keep the quantiles of a column in a few kilobytes: KLL."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from jupyter_mlops.data.sketch.form import FROZEN

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Counts = npt.NDArray[np.int64]

_SIZE = 256
_SHRINK = 2 / 3
_SMALLEST = 8
_THINNED = 1024


class Quantiles(BaseModel):
    """A sample of numbers, in which each stands for a power of two of them.

    A rank that it answers errs by at most 1.5 % of all, however many were merged; up to a few hundred numbers it is exact.

    Parameters
    ----------
    levels
        The numbers that stand for 1, 2, 4, … of them, as little-endian doubles.

    Notes
    -----
    The sketch of Karnin, Lang and Liberty [1]_. Sorted parts enter thinned at once, which errs less than one by one.

    .. [1] Z. Karnin, K. Lang, E. Liberty, FOCS (2016), 71–78.
    """

    model_config = FROZEN

    levels: Annotated[tuple[bytes, ...], Field(repr=False)] = ()

    @classmethod
    def of(cls, values: Floats, counts: Counts) -> Quantiles:
        """Sample different finite numbers, in ascending order, that occur so many times."""
        import numpy as np

        if len(values) == 0:
            return cls()
        total = int(counts.sum())
        level = max(0, math.ceil(math.log2(total / _THINNED)))
        step = 1 << level
        whole = total // step * step
        # Half a step in, a number stands for those around it; the few that are left over stand for themselves.
        ranks = np.arange(step // 2, whole, step)
        rest = np.linspace(whole, total - 1, total - whole).astype(np.int64)
        if total > len(values):
            ends = np.cumsum(counts)
            rest, ranks = (np.searchsorted(ends, part, side="right") for part in (rest, ranks))
        levels = [values[rest]] + [values[:0]] * level
        levels[level] = np.concatenate([levels[level], values[ranks]])
        return cls.keeping(levels)

    @classmethod
    def keeping(cls, levels: Sequence[Floats]) -> Quantiles:
        """Keep samples by level, made smaller where they are too many."""
        return cls(levels=tuple(level.astype("<f8").tobytes() for level in _compacted(list(levels))))

    def merge(self, other: Quantiles) -> Quantiles:
        """Sample both."""
        import numpy as np

        mine, theirs = self._opened(), other._opened()
        both = [
            np.concatenate([side[level] for side in (mine, theirs) if level < len(side)])
            for level in range(max(len(mine), len(theirs)))
        ]
        return self.keeping(both)

    def at(self, shares: Sequence[float]) -> Floats:
        """Return the numbers below which these shares of all lie; NaN where there is none."""
        import numpy as np

        values, ends = self._sorted()
        if len(values) == 0:
            return np.full(len(shares), np.nan)
        ranks = np.clip(np.ceil(np.asarray(shares) * ends[-1]), 1, ends[-1])
        found: Floats = values[np.searchsorted(ends, ranks, side="left")]
        return found

    def below(self, points: Sequence[float] | Floats) -> Floats:
        """Return which share of the numbers is at most each point."""
        import numpy as np

        values, ends = self._sorted()
        if len(values) == 0:
            return np.full(len(points), np.nan)
        reached = np.searchsorted(values, points, side="right")
        shares: Floats = np.concatenate([[0], ends])[reached] / ends[-1]
        return shares

    @property
    def support(self) -> Floats:
        """The numbers that were kept, in order."""
        return self._sorted()[0]

    def _opened(self) -> list[Floats]:
        import numpy as np

        return [np.frombuffer(level, dtype="<f8") for level in self.levels]

    def _sorted(self) -> tuple[Floats, Counts]:
        """Return the kept numbers in order, and for how many all up to each one stand."""
        import numpy as np

        levels = self._opened()
        if not levels:
            return np.empty(0), np.empty(0, dtype=np.int64)
        values = np.concatenate(levels)
        weights = np.repeat(2 ** np.arange(len(levels), dtype=np.int64), [len(level) for level in levels])
        order = np.argsort(values, kind="stable")
        return values[order], np.cumsum(weights[order])


def _compacted(levels: list[Floats]) -> list[Floats]:
    """Halve the levels that are too full: every second number moves up and stands for two."""
    import numpy as np

    while (full := _first_full(levels)) is not None:
        values = np.sort(levels[full])
        if full + 1 == len(levels):
            levels.append(values[:0])
        odd = len(values) % 2
        # The side is drawn by the content itself, so that one table has one profile.
        side = zlib.crc32(values.tobytes()) & 1
        levels[full] = values[:odd]
        levels[full + 1] = np.concatenate([levels[full + 1], values[odd + side :: 2]])
    return levels


def _first_full(levels: Sequence[Floats]) -> int | None:
    height = len(levels)
    rooms = (max(_SMALLEST, math.ceil(_SIZE * _SHRINK ** (height - 1 - level))) for level in range(height))
    return next((level for level, room in enumerate(rooms) if len(levels[level]) > room), None)
