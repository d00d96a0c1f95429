"""What the values of a column are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule

Wanted = Literal["number", "integer", "truth", "time", "duration", "text"]


class Type(ColumnRule):
    """Values are numbers, integers, truths, times, durations or texts, whatever dtype keeps them.

    A column in which every value is missing may be of any type.
    """

    name: ClassVar[str] = "type"
    chief: ClassVar[str] = "type"

    type: Wanted

    def find(self, subject: Case) -> Iterable[Finding]:
        """Say what the column holds instead, or which numbers are not whole."""
        import numpy as np

        cells = subject.cells(self.column)
        kind = "number" if self.type == "integer" else self.type
        if cells.missing.all():
            return
        if cells.kind != kind:
            message = f"{self.column} holds {cells.described}, not {_SAID[self.type]}"
            yield self.finding(self.column, message, dtype=str(cells.series.dtype))
        elif self.type == "integer" and cells.ordered.dtype.kind == "f":
            with np.errstate(invalid="ignore"):
                broken = (cells.ordered % 1 != 0) & ~cells.missing
            yield from self.rows_of([cells], broken, "are no whole numbers")


class Dtype(ColumnRule):
    """The pandas dtype is exactly this one, like `int64`."""

    name: ClassVar[str] = "dtype"
    chief: ClassVar[str] = "dtype"

    dtype: str

    def find(self, subject: Case) -> Iterable[Finding]:
        """Say what the dtype is instead."""
        found = str(subject.cells(self.column).series.dtype)
        if found != self.dtype:
            yield self.finding(self.column, f"{self.column} is {found}, not {self.dtype}", dtype=found)


_SAID = {
    "number": "numbers",
    "integer": "integers",
    "truth": "truths",
    "time": "times",
    "duration": "durations",
    "text": "texts",
}
