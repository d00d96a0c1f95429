"""What must hold between columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from jupyter_mlops.checks import evaluate
from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.expressions import expression
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import Rule


def _check(text: str) -> str:
    expression.parse(text)
    return text


class Expression(Rule):
    """An expression over the columns is true in every row, like `paid_at >= ordered_at or paid_at is None`.

    A row in which it cannot be told, since a value is missing, does not break it.
    """

    name: ClassVar[str] = "rule"
    chief: ClassVar[str] = "that"

    that: Annotated[str, AfterValidator(_check)]
    because: str = ""

    @property
    def label(self) -> str:
        """What the report calls it."""
        return f"rule: {self.that}"

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows in which it is false."""
        tree = expression.parse(self.that)
        broken = evaluate.violations(tree, subject)
        cells = [subject.cells(name) for name in expression.columns_of(tree)]
        why = f" ({self.because})" if self.because else ""
        yield from self.rows_of(cells, broken, f"break {self.that}{why}", rule=self.that)
