"""How many rows there may be."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import Rule

Count = Annotated[int, Field(ge=0)]


class Volume(Rule):
    """There are so many rows, or about as many as the versions before had.

    Parameters
    ----------
    change
        The largest change against the median of the last five versions: 0.5 is half as many more or less.
    """

    name: ClassVar[str] = "volume"
    chief: ClassVar[str] = "change"

    least: Count | None = None
    most: Count | None = None
    change: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.least is None and self.most is None and self.change is None:
            raise ValueError("a volume needs least, most or change")
        return self

    def find(self, subject: Case) -> Iterable[Finding]:
        """Say how many rows there are."""
        rows = subject.rows
        if self.least is not None and rows < self.least:
            yield self.finding("", f"{rows:,} rows are fewer than {self.least:,}", least=str(self.least))
        if self.most is not None and rows > self.most:
            yield self.finding("", f"{rows:,} rows are more than {self.most:,}", most=str(self.most))
        if self.change is None:
            return
        before = subject.rows_before()
        if not before:
            raise Unknown("there is no version before it to compare its rows with")
        usual = statistics.median(before)
        if abs(rows - usual) > self.change * usual:
            message = f"{rows:,} rows, where {usual:,.0f} are usual: more than {self.change:.0%} off"
            yield self.finding("", message, usual=f"{usual:.0f}", change=f"{self.change:g}")
