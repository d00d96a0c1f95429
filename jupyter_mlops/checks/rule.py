"""A rule of a contract: a check of a table that people write as TOML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.report import Finding, Severity

if TYPE_CHECKING:
    from jupyter_mlops.checks.cells import Cells, Mask

ROWS = 20


class Rule(BaseModel):
    """What all rules have: a name, and how bad it is to break them.

    Parameters
    ----------
    name
        The key that it is written under, and its entry point.
    chief
        The option that `key = value` gives; the others need a table, like `range = {least = 0}`.
    severity
        A warning fails no report.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str] = ""
    chief: ClassVar[str] = ""
    severity: Severity = "error"

    @property
    def label(self) -> str:
        """What the report calls it."""
        return self.name

    @property
    def about(self) -> tuple[str, ...]:
        """The columns without which it makes no sense."""
        return ()

    def find(self, subject: Case) -> Iterable[Finding]:
        """Return what is wrong with a table."""
        raise NotImplementedError

    @classmethod
    def options(cls, value: object) -> dict[str, object]:
        """Return the options that a value in TOML means."""
        return dict(value) if isinstance(value, dict) else {cls.chief: value}

    @classmethod
    def of_column(cls, column: str, value: object) -> dict[str, object] | None:
        """Return the options of `[columns.COLUMN]`; None for none.

        Raises
        ------
        ValueError
            It is no rule of a column.
        """
        raise ValueError(f"{cls.name} is a rule of tables: write it under [table], not under {column}")

    def finding(self, about: str, message: str, **evidence: str) -> Finding:
        """Return a finding about the whole table or a whole column."""
        return Finding(
            check=self.name, severity=self.severity, subject=about, message=message, evidence=evidence
        )

    def rows_of(
        self, cells: Sequence[Cells], broken: Mask, message: str, **evidence: str
    ) -> Iterable[Finding]:
        """Yield a finding about the rows in which *broken* is true, if there are any.

        Parameters
        ----------
        message
            What is wrong with them, to follow a count of rows.
        """
        import numpy as np

        rows = np.flatnonzero(broken)
        if len(rows) == 0:
            return
        first = rows[:ROWS].tolist()
        samples = [column.sample(first) for column in cells]
        yield Finding(
            check=self.name,
            severity=self.severity,
            subject=", ".join(column.name for column in cells),
            message=f"{len(rows):,} of {len(broken):,} rows {message}",
            count=len(rows),
            rows=tuple(first),
            sample=tuple(", ".join(values) for values in zip(*samples, strict=True)),
            evidence=evidence,
        )


class ColumnRule(Rule):
    """A rule about one column."""

    column: str

    @property
    def about(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @classmethod
    def of_column(cls, column: str, value: object) -> dict[str, object] | None:
        """Return the options of `[columns.COLUMN]`."""
        return {**cls.options(value), "column": column}

    @property
    def label(self) -> str:
        """What the report calls it."""
        return f"{self.column}: {self.name}"
