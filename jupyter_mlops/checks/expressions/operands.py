"""What expressions compute with: columns or single values, with missing ones marked, texts each held once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from jupyter_mlops.checks.check import Unknown

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from jupyter_mlops.checks.cells import Cells

    Array = npt.NDArray[np.float64]  # or integers and truths, which compute the same
    Mask = npt.NDArray[np.bool_]

Kind = Literal["number", "truth", "time", "duration", "text", "nothing"]
_INT = 2**63


@dataclass(frozen=True)
class Operand:
    """A column of the calculation, or one value for all rows.

    Parameters
    ----------
    data
        Numbers, truths, nanoseconds, or places in *words*; one for each row, or one without dimension.
    missing
        Where there is none.
    words
        The different texts.
    """

    kind: Kind
    data: Array
    missing: Mask
    words: pa.Array | None = None

    @property
    def numbers(self) -> Array:
        """Its values as floats."""
        import numpy as np

        return self.data.astype(np.float64)

    @property
    def truths(self) -> Mask:
        """Its values as truths."""
        return self.data.astype(bool)

    @property
    def is_single(self) -> bool:
        """Whether it is one value for all rows."""
        return self.data.ndim == 0

    def like(self, data: object, kind: Kind) -> Operand:
        """Return other values that are missing where these are."""
        return Operand(kind, cast("Array", data), self.missing)

    def by_word(self, judge: Callable[[pa.Array], pa.Array]) -> Array:
        """Compute something of each different text once, and return it for every row."""
        import numpy as np

        found = judge(self.words).to_numpy(zero_copy_only=False)
        return found[self.data] if len(found) else np.zeros(self.data.shape, dtype=found.dtype)

    def worded(self, change: Callable[[pa.Array], pa.Array]) -> Operand:
        """Change each different text once."""
        return Operand("text", self.data, self.missing, change(self.words))

    def texts(self) -> pa.Array:
        """Return the text of every row, null where it is missing."""
        import numpy as np
        import pyarrow as pa

        places = pa.array(np.atleast_1d(self.data), mask=np.atleast_1d(self.missing))
        return cast("pa.Array", self.words).take(places)


def of_cells(cells: Cells) -> Operand:
    """Return a column.

    Raises
    ------
    Unknown
        Its values are of no one kind.
    """
    import numpy as np

    if cells.missing.all():
        return Operand("nothing", np.zeros(len(cells)), cells.missing)
    if cells.kind == "text":
        words, codes = cells.words
        return Operand("text", np.maximum(codes, 0), codes < 0, words)
    if cells.kind == "mixed":
        raise Unknown(f"{cells.name!r} holds {cells.described}, which expressions cannot judge")
    return Operand(cells.kind, cells.ordered, cells.missing)


def of_constant(value: object) -> Operand:
    """Return one value for all rows."""
    import numpy as np
    import pyarrow as pa

    here = np.zeros((), dtype=np.bool_)
    if value is None:
        return Operand("nothing", np.zeros(()), ~here)
    if isinstance(value, bool):
        return Operand("truth", np.array(value), here)
    if isinstance(value, str):
        return Operand("text", np.array(0), here, pa.array([value], type=pa.large_string()))
    number = cast("int | float", value)
    return Operand("number", np.array(number if abs(number) < _INT else float(number)), here)


def of_nanoseconds(value: float, kind: Kind) -> Operand:
    """Return one moment or duration for all rows."""
    import numpy as np

    return Operand(kind, np.array(value), np.zeros((), dtype=np.bool_))
