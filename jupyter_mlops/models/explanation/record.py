"""An explanation as people read it."""

from __future__ import annotations

from datetime import datetime

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import SnapshotRef, VersionRef
from jupyter_mlops.models.evaluation.predictions import Task
from jupyter_mlops.models.explanation.dependence import Dependence
from jupyter_mlops.models.explanation.importance import Importance, SliceImportance

_SHOWN = 10


class Contribution(Record):
    """What the value of a column adds to a prediction."""

    column: str
    value: str
    adds: float


class RowExplanation(Record):
    """Why one row is predicted as it is.

    Parameters
    ----------
    row
        Its position in the data, counted from 0.
    score
        The number that is explained; *base* and what the columns add make it up.
    """

    row: int
    predicted: str
    score: float
    base: float
    contributions: tuple[Contribution, ...]


class MeanContribution(Record):
    """By how much a column moves predictions, either way, on average."""

    column: str
    moves: float


class Explanation(Record):
    """Why a version predicts what it does.

    Parameters
    ----------
    metric
        What importance is measured by.
    score
        What dependence and contributions are of, like `probability of 1`.
    rows
        How many rows it is explained on: all, or a sample.
    contributions
        Over a sample of rows, by sampling.
    method
        How single rows were explained; empty where none was asked for.
    is_new
        False when it had been explained on the same before.
    kept_in
        The run that keeps it; None where there is none.
    """

    version: VersionRef
    data: str
    snapshot: SnapshotRef | None
    digest: str
    target: str
    task: Task
    metric: str
    score: str
    rows: int
    at: datetime
    importance: tuple[Importance, ...]
    slices: tuple[SliceImportance, ...] = ()
    dependence: tuple[Dependence, ...] = ()
    contributions: tuple[MeanContribution, ...] = ()
    explained: tuple[RowExplanation, ...] = ()
    method: str = ""
    unknown: dict[str, str] = {}
    is_new: bool = True
    kept_in: str | None = None

    def card(self) -> Card:
        """Show the columns by their importance, then the rows asked for."""
        facts = (
            ("explains", self.score),
            ("importance", f"{self.metric} lost when the column is shuffled, on {self.rows:,} rows"),
            ("method", self.method),
        )
        rows = [(item.column, _figure(item)) for item in self.importance[:_SHOWN]]
        rows += [
            (f"{part.name}: {item.column}", _figure(item))
            for part in self.slices
            for item in part.importance[:3]
        ]
        notes = [line for item in self.explained for line in _lines(item)]
        notes += [f"{name}: not answered: {reason}" for name, reason in self.unknown.items()]
        if self.kept_in is None:
            notes.append("It is kept nowhere: the version's run is gone.")
        return Card(
            f"Why {self.version} predicts what it does on {self.data}"
            + ("" if self.is_new else ", explained before"),
            "ok" if self.is_new else "info",
            facts=tuple(fact for fact in facts if fact[1]),
            columns=("column", f"worth in {self.metric}"),
            rows=tuple(rows),
            notes=tuple(notes),
        )

    def figure(self) -> dict[str, object] | None:
        """Draw importance, dependence and the rows asked for."""
        from jupyter_mlops.models.explanation.figure import draw

        return draw(self)


def _figure(item: Importance) -> str:
    if item.value is None or item.spread is None:
        return "not defined"
    return f"{item.value:.4g} ± {item.spread:.2g}"


def _lines(item: RowExplanation) -> list[str]:
    lines = [
        f"Row {item.row} is predicted {item.predicted}: {item.score:.4g}, from {item.base:.4g} on average"
    ]
    lines += [f"  {part.column} = {part.value}: {part.adds:+.4g}" for part in item.contributions[:5]]
    return lines
