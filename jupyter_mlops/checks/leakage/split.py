"""A split into training and test rows, as the leak checks look at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.preview import HIDDEN, shown
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.diffs.schemas import Field, Pair, pair

if TYPE_CHECKING:
    import pandas as pd

SAMPLE = 5


@dataclass(frozen=True)
class Split:
    """Rows to train on and rows to test on.

    Parameters
    ----------
    test
        Without rows where only the training table is asked about.
    target
        The column to predict.
    time
        The column that says when a row happened.
    groups
        Columns that say whom a row is about, such as a customer.
    ignored
        Columns that are no features.
    personal
        Columns of which no value is shown.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    target: str | None = None
    time: str | None = None
    groups: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    personal: Collection[str] = frozenset()

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The columns that both tables have, the index left out."""
        return tuple(item for item in pair(self.train, self.test).pairs if not item.left.is_index)

    @property
    def features(self) -> Sequence[Pair]:
        """The columns that a model would learn from."""
        others = {self.target, *self.ignored}
        return [item for item in self.pairs if item.name not in others]

    def pair(self, name: str) -> Pair:
        """Return the column called *name*.

        Raises
        ------
        Unknown
            Both tables must have it, and one does not.
        """
        for item in self.pairs:
            if item.name == name:
                return item
        hint = did_you_mean(name, [item.name for item in self.pairs])
        raise Unknown(f"there is no column {name!r} in both tables. {hint}".strip())

    def shown(self, field: Field, row: int) -> str:
        """Return a value as text, a personal one masked."""
        if field.name in self.personal:
            return HIDDEN
        return shown(field.array[row])

    def shown_row(self, row: int) -> str:
        """Return a test row's first values as text, personal ones masked."""
        return ", ".join(f"{item.name}={self.shown(item.right, row)}" for item in self.pairs[:SAMPLE])
