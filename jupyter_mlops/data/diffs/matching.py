"""Which row of one table is which row of another: by key, by content, or by position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.data.diffs.cells import Cells, tokens

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jupyter_mlops.data.diffs.cells import Integers

    Pair = tuple[Cells, Cells]

_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # splitmix64's
_STEP = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Alignment:
    """Rows of two tables, matched one to one.

    Parameters
    ----------
    left, right
        Positions of matched rows, the n-th with the n-th, in the order of the right table.
    removed
        Positions of rows that only the left table has.
    added
        Positions of rows that only the right table has.
    """

    left: Integers
    right: Integers
    removed: Integers
    added: Integers

    @cached_property
    def is_identity(self) -> bool:
        """Whether every row stayed where it was."""
        import numpy as np

        return not len(self.removed) and not len(self.added) and bool(np.array_equal(self.left, self.right))

    @cached_property
    def is_moved(self) -> bool:
        """Whether matched rows come in another order."""
        import numpy as np

        return bool((np.diff(self.left) < 0).any())


def by_position(left: int, right: int) -> Alignment:
    """Match the n-th row with the n-th row."""
    import numpy as np

    both = np.arange(min(left, right))
    return Alignment(both, both, np.arange(right, left), np.arange(left, right))


def by_codes(left: Integers, right: Integers) -> Alignment:
    """Match rows of equal codes, the first with the first where several have one code.

    Parameters
    ----------
    left, right
        Codes from 0 on, as `codes` numbers rows.
    """
    import numpy as np

    if np.array_equal(left, right):
        return by_position(len(left), len(right))
    size = max(left.max(initial=-1), right.max(initial=-1)) + 1
    order = np.argsort(left, kind="stable")
    counts = np.bincount(left, minlength=size)
    starts = np.cumsum(counts) - counts
    turns = turns_of(right, size)
    here = turns < counts[right]
    partners = order[(starts[right] + turns)[here]]
    rest = np.ones(len(left), dtype=bool)
    rest[partners] = False
    return Alignment(partners, np.flatnonzero(here), np.flatnonzero(rest), np.flatnonzero(~here))


def turns_of(codes: Integers, size: int) -> Integers:
    """Count, for each row, the rows of its code before it."""
    import numpy as np

    counts = np.bincount(codes, minlength=size)
    if counts.max(initial=0) <= 1:
        return np.zeros(len(codes), dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    starts = np.cumsum(counts) - counts
    turns = np.empty(len(codes), dtype=np.int64)
    turns[order] = np.arange(len(codes)) - starts[codes[order]]
    return turns


def codes(pairs: Sequence[Pair]) -> tuple[Integers, Integers]:
    """Give the rows of both tables numbers from 0 on, the same one to rows that are equal in these columns.

    Rows are told apart by a hash over their cells, and every cell is then compared with that of the first
    row of its number, so that no collision goes unseen.
    """
    import numpy as np
    import pandas as pd

    length = len(pairs[0][0])
    columns = [np.concatenate(tokens(*pair)) for pair in pairs]
    hashes = columns[0].view(np.uint64) if len(columns) == 1 else _hashed(columns)
    numbers = pd.factorize(hashes, use_na_sentinel=False)[0].astype(np.int64)
    for column in columns if len(columns) > 1 else []:
        numbers = _told_apart(numbers, column)
    return numbers[:length], numbers[length:]


def _hashed(columns: Sequence[Integers]) -> npt.NDArray[np.uint64]:
    import numpy as np

    total = np.zeros(len(columns[0]), dtype=np.uint64)
    for place, column in enumerate(columns):
        part = column.view(np.uint64) + np.uint64((place + 1) * _STEP % (1 << 64))
        part = (part ^ (part >> np.uint64(30))) * np.uint64(_MIX[0])
        part = (part ^ (part >> np.uint64(27))) * np.uint64(_MIX[1])
        total += part ^ (part >> np.uint64(31))
    return total


def _told_apart(numbers: Integers, column: Integers) -> Integers:
    """Split the numbers whose rows differ in *column*: two rows had one hash."""
    import numpy as np
    import pandas as pd

    first = np.empty(numbers.max(initial=-1) + 1, dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    if np.array_equal(column, column[first[numbers]]):
        return numbers
    cells = pd.factorize(column, use_na_sentinel=False)[0]
    return pd.factorize(numbers * (int(cells.max()) + 1) + cells)[0].astype(np.int64)
