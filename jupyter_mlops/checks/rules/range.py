"""Between which ends values lie."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule

if TYPE_CHECKING:
    from jupyter_mlops.checks.cells import Cells, Mask

End = int | float | datetime | date | str


class Range(ColumnRule):
    """Values lie between two ends, both included: numbers, times, or durations such as "3 days"."""

    name: ClassVar[str] = "range"

    least: End | None = None
    most: End | None = None

    @classmethod
    def options(cls, value: object) -> dict[str, object]:
        """Return the options of `range = [0, 120]`, or of a table with one end or both."""
        if isinstance(value, list):
            if len(value) != 2:
                raise ValueError(f"a range has two ends, not {len(value)}: write [0, 120] or {{least = 0}}")
            return {"least": value[0], "most": value[1]}
        return super().options(value)

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("a range needs an end: write [0, 120] or {least = 0}")
        return self

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows below and above."""
        cells = subject.cells(self.column)
        below, above = outside(cells, self.least, self.most)
        ends = {"least": str(self.least), "most": str(self.most)}
        about = {name: end for name, end in ends.items() if end != "None"}
        yield from self.rows_of([cells], below, f"are below {self.least}", **about)
        yield from self.rows_of([cells], above, f"are above {self.most}", **about)


def outside(cells: Cells, least: End | None, most: End | None) -> tuple[Mask, Mask]:
    """Return which rows lie below the one end, and which above the other.

    Raises
    ------
    Unknown
        The values have no order, or an end is not of their kind.
    """
    import numpy as np

    values = cells.ordered
    none = np.zeros(len(values), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        below = none if least is None else (values < _end(cells, least)) & ~cells.missing
        above = none if most is None else (values > _end(cells, most)) & ~cells.missing
    return below, above


def _end(cells: Cells, end: End) -> int | float:
    """Return an end as the cells are: a number, or nanoseconds."""
    import pandas as pd

    is_number = isinstance(end, int | float)
    if is_number == (cells.kind in {"time", "duration"}):
        raise Unknown(f"{cells.name!r} holds {cells.described}, which {end!r} cannot be compared with")
    if isinstance(end, int | float):
        return end
    try:
        found = pd.Timestamp(end) if cells.kind == "time" else pd.Timedelta(str(end))
        return int(found.as_unit("ns").value)
    except ValueError as error:
        raise Unknown(f"{end!r} cannot be read as one of {cells.described}: {error}") from None


class Finite(ColumnRule):
    """Numbers are not infinite."""

    name: ClassVar[str] = "finite"
    chief: ClassVar[str] = "finite"

    finite: bool = True

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows with infinite numbers."""
        import numpy as np

        cells = subject.cells(self.column)
        if self.finite:
            yield from self.rows_of([cells], np.isinf(cells.ordered), "are infinite")
