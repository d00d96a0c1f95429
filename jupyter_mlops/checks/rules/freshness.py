"""How old the newest row may be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule

_SECOND = 10**9
_DAY_S = 86_400
_UNITS = {"days": _DAY_S, "hours": 3_600, "minutes": 60}


def _check(text: str) -> str:
    import pandas as pd

    try:
        if pd.Timedelta(text) > pd.Timedelta(0):
            return text
    except ValueError:
        pass
    raise ValueError(f"{text!r} is no duration: write '2 days' or '36 hours'")


class Freshness(ColumnRule):
    """The newest time in a column is not older than this; times without a zone are UTC.

    One that lies more than a day ahead says nothing about how old the table is: a date that stands for "never", say.
    """

    name: ClassVar[str] = "freshness"
    chief: ClassVar[str] = "within"

    within: Annotated[str, AfterValidator(_check)]

    def find(self, subject: Case) -> Iterable[Finding]:
        """Say how old the newest row is."""
        import pandas as pd

        cells = subject.cells(self.column)
        if cells.kind != "time":
            raise Unknown(f"{self.column!r} holds {cells.described}, not times")
        if cells.missing.all():
            raise Unknown(f"{self.column!r} has no values")
        newest = float(cells.ordered[~cells.missing].max()) / _SECOND
        age = round(subject.project.clock.now().timestamp() - newest)
        if age < -_DAY_S:
            raise Unknown(f"the newest {self.column} lies {_spoken(-age)} ahead")
        if age > pd.Timedelta(self.within).total_seconds():
            message = f"the newest {self.column} is {_spoken(age)} old, not {self.within} at most"
            yield self.finding(self.column, message, age=str(pd.Timedelta(seconds=age)), within=self.within)


def _spoken(seconds: int) -> str:
    """Return a duration in the largest unit of which there are two."""
    found = next(((unit, size) for unit, size in _UNITS.items() if seconds >= 2 * size), ("seconds", 1))
    return f"{seconds // found[1]:,} {found[0]}"
