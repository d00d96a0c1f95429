"""Columns from which nothing general can be learnt: constants, and what tells every row apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jupyter_mlops.checks.leakage.split import SAMPLE, Split
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.data.diffs.cells import tokens
from jupyter_mlops.data.diffs.forms import family
from jupyter_mlops.data.diffs.keys import begins_unique

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jupyter_mlops.data.diffs.schemas import Pair

_FEWEST = 20
_ID = re.compile(
    r"(?i)(?:^|[_\W])(?:id|key|uuid|guid|nr|no|number|ref|index|pk|row)$|(?<=[a-z])(?:Id|ID|Key)$"
)


class Constants:
    """Columns that say the same in every training row."""

    label = "constant"

    def find(self, subject: Split) -> Iterator[Finding]:
        """Name each, with its value."""
        for pair in subject.features:
            cells, _ = tokens(pair.cells[0], pair.cells[0])
            if len(cells) < 2 or (cells != cells[0]).any():
                continue
            yield Finding(
                check=self.label,
                severity="warning",
                subject=pair.name,
                message=f"{pair.name} is the same in all {len(cells):,} training rows",
                count=len(cells),
                rows=(0,),
                sample=(subject.shown(pair.left, 0),),
            )


class Identifiers:
    """Columns that tell every training row apart, by which a model learns rows by heart."""

    label = "identifier"

    def find(self, subject: Split) -> Iterator[Finding]:
        """Name each, with its first values; measurements and free texts are none."""
        import numpy as np

        for pair in subject.features:
            column = pair.cells[0]
            if len(column) < _FEWEST or column.missing.any() or not begins_unique(column):
                continue
            cells, _ = tokens(column, column)
            reason = _reason(pair, cells)
            if reason and len(np.unique(cells)) == len(cells):
                yield Finding(
                    check=self.label,
                    severity="warning",
                    subject=pair.name,
                    message=f"{pair.name} tells all {len(cells):,} training rows apart: {reason}",
                    count=len(cells),
                    rows=tuple(range(SAMPLE)),
                    sample=tuple(subject.shown(pair.left, row) for row in range(SAMPLE)),
                )


def _reason(pair: Pair, numbers: npt.NDArray[np.int64]) -> str:
    """Say why a column of different values is an identifier; nothing if it may be a measurement or a text."""
    import numpy as np

    array = pair.left.array
    kind = family(array)
    if kind == "text":
        texts = [str(array[row]) for row in range(min(len(array), 200))]
        return "" if any(" " in text.strip() for text in texts) else "each text is another one"
    if kind != "number" or array.dtype.kind not in "iu":
        return ""
    if int(numbers.max()) - int(numbers.min()) == len(numbers) - 1:
        return "it numbers the rows"
    is_sorted = bool((np.diff(numbers) > 0).all())
    return "it is called an identifier" if _ID.search(pair.name) else "it grows from row to row" * is_sorted
