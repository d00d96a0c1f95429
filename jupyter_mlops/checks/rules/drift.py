"""How far a column may move from what it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.drift import ColumnDrift, of_column
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import Rule

Limit = Annotated[float, Field(gt=0)]
_SHOWN = {"psi": "the stability index", "ks": "the largest distance", "js": "the Jensen–Shannon distance"}


class Drift(Rule):
    """The distribution is near that of a version that was good; the whole table's columns, or one.

    Parameters
    ----------
    psi, ks, js
        The most that each measure may be.
    reference
        The version; by default the last one that the contract was made from.
    """

    name: ClassVar[str] = "drift"
    chief: ClassVar[str] = "psi"

    column: str | None = None
    reference: str = ""
    psi: Limit | None = None
    ks: Limit | None = None
    js: Limit | None = None

    @property
    def label(self) -> str:
        """What the report calls it."""
        return f"{self.column}: drift" if self.column else "drift"

    @property
    def about(self) -> tuple[str, ...]:
        """Its column, if it is about one."""
        return (self.column,) if self.column else ()

    @classmethod
    def of_column(cls, column: str, value: object) -> dict[str, object] | None:
        """Return the options of `[columns.COLUMN]`."""
        return {**cls.options(value), "column": column}

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the measures that are too large."""
        if not self.reference:
            raise Unknown("no good version is named: write reference = 'NAME@3'")
        before = subject.profile_of(self.reference)
        names = [self.column] if self.column else [item.name for item in before.columns]
        unknown = []
        for name in names:
            known = before.column(name)
            if self.column is None and (name not in subject.places or known is None or known.is_withheld):
                continue  # what is gone is the schema's, and what is personal cannot be compared
            found = of_column(name, known, subject.sketch(name))
            if found.unknown:
                unknown.append(f"{name}: {found.unknown}")
            yield from self._findings(found)
        if unknown and self.column is not None:
            raise Unknown(unknown[0])

    def _findings(self, found: ColumnDrift) -> Iterator[Finding]:
        for measure, said in _SHOWN.items():
            limit, value = getattr(self, measure), getattr(found, measure)
            if limit is not None and value is not None and value > limit:
                message = f"{found.column} has moved since {self.reference}: {said} is {value:.3g}, not {limit:g} at most"
                evidence = {measure: f"{value:.6g}", "limit": f"{limit:g}", "reference": self.reference}
                yield self.finding(found.column, message, **evidence)
