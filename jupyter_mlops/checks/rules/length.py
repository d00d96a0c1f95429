"""How long texts are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule

Count = Annotated[int, Field(ge=0)]


class Length(ColumnRule):
    """Texts have between so many and so many characters, both included."""

    name: ClassVar[str] = "length"

    least: Count | None = None
    most: Count | None = None

    @classmethod
    def options(cls, value: object) -> dict[str, object]:
        """Return the options of `length = [1, 80]`, `length = 2`, or of a table with one end or both."""
        if isinstance(value, int):
            return {"least": value, "most": value}
        if isinstance(value, list) and len(value) == 2:
            return {"least": value[0], "most": value[1]}
        if isinstance(value, dict):
            return dict(value)
        raise ValueError(f"{value!r} is no length: write 2, [1, 80] or {{most = 80}}")

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("a length needs an end: write [1, 80] or {most = 80}")
        return self

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows that are too short, and those that are too long."""
        import numpy as np
        import pyarrow.compute as pc

        cells = subject.cells(self.column)
        texts, codes = cells.words
        lengths = np.append(pc.utf8_length(texts).to_numpy(zero_copy_only=False), 0)[codes]
        there = ~cells.missing
        if self.least is not None:
            yield from self.rows_of(
                [cells], (lengths < self.least) & there, f"have less than {self.least} characters"
            )
        if self.most is not None:
            yield from self.rows_of(
                [cells], (lengths > self.most) & there, f"have more than {self.most} characters"
            )
