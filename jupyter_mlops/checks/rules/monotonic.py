"""Whether values rise or fall from row to row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule


class Monotonic(ColumnRule):
    """Values never fall, never rise, or change strictly in one direction; missing ones are passed over."""

    name: ClassVar[str] = "monotonic"
    chief: ClassVar[str] = "direction"

    direction: Literal["increasing", "decreasing", "strictly increasing", "strictly decreasing"]

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows that break the order with the one before."""
        import numpy as np

        cells = subject.cells(self.column)
        there = np.flatnonzero(~cells.missing)
        values = cells.ordered[there]
        before, after = (
            (values[:-1], values[1:]) if "increasing" in self.direction else (values[1:], values[:-1])
        )
        wrong = before >= after if self.direction.startswith("strictly") else before > after
        broken = np.zeros(len(cells), dtype=np.bool_)
        broken[there[1:][wrong]] = True
        yield from self.rows_of([cells], broken, f"are not {self.direction} from the row before")
