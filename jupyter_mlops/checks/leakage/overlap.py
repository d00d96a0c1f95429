"""Test rows, or whom they are about, that a model has seen in training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.leakage.split import SAMPLE, Split
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.data.diffs.matching import codes

if TYPE_CHECKING:
    from jupyter_mlops.data.diffs.cells import Integers

_UNLIKELY = 0.01


class Overlap:
    """Test rows that are equal to a training row in every column that is not ignored.

    Rows may repeat by nature, where columns are few and coarse. It is an error where test and training rows
    are equal far more often than training rows among themselves, and a warning otherwise.
    """

    label = "overlap"

    def find(self, subject: Split) -> Iterator[Finding]:
        """Count the test rows that training has, and name the first."""
        import numpy as np

        pairs = [item.cells for item in subject.pairs if item.name not in subject.ignored]
        if not pairs:
            raise Unknown("the tables have no column in common")
        train, test = codes(pairs)
        if not len(train) or not len(test):
            raise Unknown("a table has no rows")
        counts = np.bincount(train, minlength=max(train.max(), test.max()) + 1)
        rows = np.flatnonzero(counts[test] > 0)
        if not len(rows):
            return
        chance = _chance(train, test)
        first = np.array([np.argmax(train == test[row]) for row in rows[:SAMPLE]])
        is_natural = chance >= _UNLIKELY
        yield Finding(
            check=self.label,
            severity="warning" if is_natural else "error",
            message=f"{len(rows):,} of {len(test):,} test rows are in the training table too"
            + ("; they may be rows that repeat by nature" if is_natural else ""),
            count=len(rows),
            rows=tuple(map(int, rows[:SAMPLE])),
            sample=tuple(subject.shown_row(int(row)) for row in rows[:SAMPLE]),
            evidence={
                "share": f"{len(rows) / len(test):.2%}",
                "training rows": ", ".join(map(str, first)),
                "repeated within training": f"{(counts[train] > 1).sum():,} rows",
                "compared": f"{len(pairs)} columns",
            },
        )


@dataclass(frozen=True)
class Group:
    """Rows about the same thing on both sides: what is learnt of a customer is tested on that customer."""

    column: str

    @property
    def label(self) -> str:
        """The column is part of the question."""
        return f"{self.column}: group"

    def find(self, subject: Split) -> Iterator[Finding]:
        """Count the test rows whose group training has, and name the first."""
        import numpy as np

        pair = subject.pair(self.column)
        train, test = codes([pair.cells])
        known = [cells.missing == 0 for cells in pair.cells]
        seen = np.zeros(max(train.max(initial=0), test.max(initial=0)) + 1, dtype=bool)
        seen[train[known[0]]] = True
        rows = np.flatnonzero(seen[test] & known[1])
        if not len(rows):
            return
        shared = len(np.unique(test[rows]))
        yield Finding(
            check=self.label,
            subject=self.column,
            message=f"{len(rows):,} of {len(test):,} test rows are of {shared:,} groups that training knows",
            count=len(rows),
            rows=tuple(map(int, rows[:SAMPLE])),
            sample=tuple(subject.shown(pair.right, int(row)) for row in rows[:SAMPLE]),
            evidence={"share": f"{len(rows) / len(test):.2%}", "shared groups": f"{shared:,}"},
        )


def _chance(train: Integers, test: Integers) -> float:
    """Return how likely so many rows are on both sides, if rows that repeat were dealt out at random.

    Of the pairs of equal rows, m / (m + n / 2) then have one row on each side rather than both in training.
    """
    import numpy as np
    from scipy.stats import binom

    counts = np.bincount(train, minlength=max(train.max(), test.max()) + 1)
    across = int((counts[np.unique(test)] > 0).sum())
    within = int((counts > 1).sum())
    return float(binom.sf(across - 1, across + within, len(test) / (len(test) + len(train) / 2)))
