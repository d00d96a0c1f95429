"""What texts look like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule


def _check(pattern: str) -> str:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowException as error:
        raise ValueError(f"{pattern!r} is no pattern: {error}") from None
    return pattern


class Pattern(ColumnRule):
    r"""Texts match a regular expression from end to end.

    It is RE2's: `\d`, `[A-Z]{2}`, `\p{Lu}`, but no look-around and no back-references, so that none takes for ever.
    """

    name: ClassVar[str] = "pattern"
    chief: ClassVar[str] = "pattern"

    pattern: Annotated[str, Field(max_length=1_000), AfterValidator(_check)]

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows that do not match."""
        import pyarrow.compute as pc

        cells = subject.cells(self.column)
        whole = rf"\A(?:{self.pattern})\z"
        broken = ~cells.by_word(lambda texts: pc.match_substring_regex(texts, whole)) & ~cells.missing
        yield from self.rows_of([cells], broken, f"do not match {self.pattern}", pattern=self.pattern)
