"""Training rows from after the test began: a model that has seen the future."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.leakage.split import SAMPLE, Split
from jupyter_mlops.checks.report import Finding, Severity
from jupyter_mlops.data.derivation.point_in_time import on_one_scale
from jupyter_mlops.data.diffs.forms import family


@dataclass(frozen=True)
class Order:
    """Training rows later than the earliest test row.

    Parameters
    ----------
    column
        When rows happened; None where nobody said, and a single column of times is only pointed out.
    """

    column: str | None = None

    @property
    def label(self) -> str:
        """The column is part of the question, where it is given."""
        return f"{self.column}: order" if self.column else "order"

    def find(self, subject: Split) -> Iterator[Finding]:
        """Count the training rows that are too late, and name the first."""
        import numpy as np

        name = self.column or _only_time(subject)
        if name is None:
            return
        pair = subject.pair(name)
        (train, no_train), (test, no_test), _ = on_one_scale(pair.left.array, pair.right.array, (name, name))
        if no_train.all() or no_test.all():
            raise Unknown(f"{name} says no time in one of the tables")
        began = test[~no_test].min()
        rows = np.flatnonzero(~no_train & (train > began))
        if not len(rows):
            return
        severity: Severity = "error" if self.column else "info"
        first, last = np.flatnonzero(~no_test & (test == began))[0], rows[np.argmax(train[rows])]
        hint = "" if self.column else "; if the model predicts what comes, split by time"
        yield Finding(
            check=self.label,
            severity=severity,
            subject=name,
            message=f"{len(rows):,} of {len(train):,} training rows are later than the first test row{hint}",
            count=len(rows),
            rows=tuple(map(int, rows[:SAMPLE])),
            sample=tuple(subject.shown(pair.left, int(row)) for row in rows[:SAMPLE]),
            evidence={
                "share": f"{len(rows) / len(train):.2%}",
                "first test row": subject.shown(pair.right, int(first)),
                "last training row": subject.shown(pair.left, int(last)),
            },
        )


def _only_time(subject: Split) -> str | None:
    """Return the only column of times, if there is just one."""
    times = [item.name for item in subject.pairs if family(item.left.array) in {"moment", "instant"}]
    return times[0] if len(times) == 1 and len(subject.test) else None
