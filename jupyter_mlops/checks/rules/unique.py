"""Values, or combinations of them, that occur once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import Rule

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jupyter_mlops.checks.cells import Cells, Mask


class Unique(Rule):
    """No two rows agree in these columns; rows in which all of them are missing are left out."""

    name: ClassVar[str] = "unique"
    chief: ClassVar[str] = "columns"

    columns: Annotated[tuple[str, ...], Field(min_length=1)]

    @property
    def label(self) -> str:
        """What the report calls it."""
        return f"{', '.join(self.columns)}: {self.name}"

    @property
    def about(self) -> tuple[str, ...]:
        """Its columns."""
        return self.columns

    @classmethod
    def of_column(cls, column: str, value: object) -> dict[str, object] | None:
        """Return the options of `unique = true`."""
        if not value:
            return None
        return {**(value if isinstance(value, dict) else {}), "columns": [column]}

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows that another row repeats, all of each group."""
        import numpy as np

        cells = [subject.cells(name) for name in self.columns]
        broken = _repeated([_codes(column) for column in cells])
        empty = np.logical_and.reduce([column.missing for column in cells])
        yield from self.rows_of(
            cells, broken & ~empty, f"share their {' and '.join(self.columns)} with another"
        )


def _codes(cells: Cells) -> npt.NDArray[np.generic]:
    """Return what tells the values of a column apart: numbers themselves, or a code."""
    import numpy as np
    import pandas as pd

    if cells.kind == "text":
        return cells.words[1]
    if isinstance(cells.series.dtype, np.dtype) and cells.series.dtype.kind in "biufmM":
        return cells.series.to_numpy()
    try:
        return pd.factorize(cells.series)[0]
    except TypeError as error:
        raise Unknown(f"{cells.name!r} holds values that cannot be compared: {error}") from None


def _repeated(codes: list[npt.NDArray[np.generic]]) -> Mask:
    import pandas as pd

    table = pd.DataFrame(dict(enumerate(codes)))
    found: Mask = table.duplicated(keep=False).to_numpy()
    return found
