"""How much of a column may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule


class Nullable(ColumnRule):
    """Values may be missing, or may not, or at most this share of them."""

    name: ClassVar[str] = "nullable"
    chief: ClassVar[str] = "nullable"

    nullable: bool | Annotated[float, Field(ge=0, le=1)]

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows in which it is missing."""
        cells = subject.cells(self.column)
        allowed = float(self.nullable)
        missing = int(cells.missing.sum())
        if missing <= allowed * subject.rows:
            return
        share = f"{missing / subject.rows:.3%}"
        yield from self.rows_of(
            [cells], cells.missing, f"lack {self.column}", share=share, allowed=f"{allowed:.3%}"
        )
