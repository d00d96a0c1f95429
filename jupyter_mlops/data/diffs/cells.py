"""Cells of two columns in one form: numbers or texts that are equal exactly where the cells are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Mask = npt.NDArray[np.bool_]
    Kinds = npt.NDArray[np.uint8]
    Integers = npt.NDArray[np.int64]

_ROOM = 8  # more than the ways to be missing
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True)
class Cells:
    """One column in the common form.

    Parameters
    ----------
    values
        Integers, or an Arrow array of texts or bytes; anything where a cell is missing.
    missing
        0 where there is a value, otherwise in which way it is missing.
    """

    values: Integers | pa.Array
    missing: Kinds

    def __len__(self) -> int:
        return len(self.missing)

    def take(self, positions: Integers) -> Cells:
        """Return the cells at *positions*."""
        return Cells(self.values.take(positions), self.missing.take(positions))

    def flat(self) -> Cells:
        """Return the cells with only one way to be missing."""
        import numpy as np

        return Cells(self.values, (self.missing > 0).astype(np.uint8))


def equal(left: Cells, right: Cells) -> Mask:
    """Tell where two columns of one form have equal cells, row by row."""
    import numpy as np
    import pyarrow.compute as pc

    gone = left.missing > 0
    if isinstance(left.values, np.ndarray):
        same = left.values == right.values
    else:
        found = pc.equal(left.values, right.values)
        same = pc.fill_null(found, fill_value=False).to_numpy(zero_copy_only=False)
    return cast("Mask", (left.missing == right.missing) & (same | gone))


def tokens(left: Cells, right: Cells) -> tuple[Integers, Integers]:
    """Return a number for every cell of two columns of one form, equal exactly where the cells are."""
    import numpy as np

    both = Cells(_joined(left, right), np.concatenate([left.missing, right.missing]))
    numbers = both.values
    gone = both.missing > 0
    if gone.any():
        numbers = np.where(gone, 0, numbers)
        bound = _free(numbers)
        if bound is None:
            numbers, bound = np.unique(numbers, return_inverse=True)[1], -1
        numbers = np.where(gone, bound - both.missing.astype(np.int64), numbers)
    return numbers[: len(left)], numbers[len(left) :]


def _joined(left: Cells, right: Cells) -> Integers:
    """Return the values of both, end to end; texts by their place in a list of the different ones."""
    import numpy as np
    import pyarrow as pa

    if isinstance(left.values, np.ndarray):
        return np.concatenate([left.values, cast("Integers", right.values)])
    found = pa.concat_arrays([left.values, right.values]).dictionary_encode()
    codes = found.indices.fill_null(0) if found.null_count else found.indices
    return cast("Integers", codes.to_numpy(zero_copy_only=False).astype(np.int64))


def _free(numbers: Integers) -> int | None:
    """Return a number below which none of *numbers* lies for a while, if that can be said at once."""
    lowest, highest = int(numbers.min()), int(numbers.max())
    if lowest > _LEAST + _ROOM:
        return lowest
    return highest + _ROOM if highest < _MOST - _ROOM else None
