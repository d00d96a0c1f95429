"""Which values a column may hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule

_SHOWN = 10


class Set(ColumnRule):
    """Values are among these."""

    name: ClassVar[str] = "set"
    chief: ClassVar[str] = "values"

    values: Annotated[tuple[bool | int | float | str, ...], Field(min_length=1)]

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows with other values."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        cells = subject.cells(self.column)
        if {isinstance(value, str) for value in self.values} != {cells.kind == "text"}:
            raise Unknown(f"{cells.name!r} holds {cells.described}, which the set does not")
        if cells.kind == "text":
            allowed = pa.array(self.values, type=pa.large_string())
            broken = ~cells.by_word(lambda texts: pc.is_in(texts, value_set=allowed)) & ~cells.missing
        else:
            broken = ~np.isin(cells.ordered, np.array(self.values)) & ~cells.missing
        shown = ", ".join(map(str, self.values[:_SHOWN])) + (", …" if len(self.values) > _SHOWN else "")
        yield from self.rows_of([cells], broken, "are not in the set", set=shown)
