"""Values that must occur in another dataset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.cells import Cells
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.checks.rule import ColumnRule

if TYPE_CHECKING:
    from jupyter_mlops.checks.cells import Mask


class Refers(ColumnRule):
    """Every value occurs in a column of a snapshot: `refers = {to = "customers", key = "id"}`.

    Parameters
    ----------
    to
        The snapshot; a name alone is its latest version.
    key
        The column there; by default of the same name.
    """

    name: ClassVar[str] = "refers"
    chief: ClassVar[str] = "to"

    to: str
    key: str = ""

    def find(self, subject: Case) -> Iterable[Finding]:
        """Name the rows whose value is not there."""
        cells = subject.cells(self.column)
        key = self.key or self.column
        broken = ~_occur(cells, subject.other(self.to, key)) & ~cells.missing
        yield from self.rows_of([cells], broken, f"refer to no {key} of {self.to}", to=self.to)


def _occur(cells: Cells, others: Cells) -> Mask:
    import numpy as np
    import pyarrow.compute as pc

    if cells.kind != others.kind and not cells.missing.all():
        raise Unknown(
            f"{cells.name!r} holds {cells.described}, {others.name!r} of the other {others.described}"
        )
    if cells.missing.all():
        return np.zeros(len(cells), dtype=np.bool_)
    if cells.kind == "text":
        words, codes = others.words
        known = words.take(np.unique(codes[codes >= 0]))
        return cells.by_word(lambda texts: pc.is_in(texts, value_set=known))
    return np.isin(cells.ordered, others.ordered[~others.missing])
