"""An evaluation as people and gates read it."""

from __future__ import annotations

from datetime import datetime
from math import isfinite

from jupyter_mlops.checks.report import Finding
from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import SnapshotRef, VersionRef
from jupyter_mlops.models.evaluation.calibration import Calibration, Thresholds
from jupyter_mlops.models.evaluation.curves import Curves
from jupyter_mlops.models.evaluation.predictions import Task


class Score(Record):
    """A metric, and its interval.

    Parameters
    ----------
    low, high
        The middle of a thousand draws of the rows; None, like the value, where it is not defined.
    defined
        Share of the draws in which it was.
    why
        Why it is not defined.
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    greater_is_better: bool
    defined: float = 1.0
    why: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"not defined: {self.why}"
        sure = "" if self.low is None or self.high is None else f" ({self.low:.4g} to {self.high:.4g})"
        return f"{self.value:.4g}{sure}"


class SliceScore(Record):
    """How a model does on rows that have something in common.

    Parameters
    ----------
    excess
        By how much its rows cost more than the others: the share of wrong labels, or the mean error.
    p
        How likely so much is by chance, adjusted for all slices looked at; None where it was asked for.
    """

    name: str
    columns: tuple[str, ...]
    rows: int
    score: Score
    excess: float | None = None
    p: float | None = None
    is_small: bool = False


class GroupRates(Record):
    """How one group is treated; a rate is None where no row has it."""

    name: str
    rows: int
    selected: float | None
    true_rate: float | None
    false_rate: float | None
    accuracy: float | None
    is_small: bool


class GroupFairness(Record):
    """How far the treatment of the groups of a column differs.

    Parameters
    ----------
    parity_difference, parity_ratio
        Demographic parity.
    odds_difference
        Equalised odds.
    parity_interval, odds_interval
        Where these differences would lie on other rows of the same kind; None where they are not defined.
    unknown
        What is not defined, and why.
    """

    column: str
    groups: tuple[GroupRates, ...]
    parity_difference: float | None
    parity_ratio: float | None
    odds_difference: float | None
    parity_interval: tuple[float, float] | None = None
    odds_interval: tuple[float, float] | None = None
    unknown: dict[str, str] = {}


class Evaluation(Record):
    """How good a version is on a table.

    Parameters
    ----------
    data, digest
        What it was judged on; the digest is empty for a table that cannot have one.
    left_out
        Rows without a target.
    slices, worst
        Those asked for, and those found to be surely worse than the rest.
    looked_at
        How many slices were looked at to find them.
    findings
        What makes the figures doubtful, like rows that the model has seen.
    is_new
        False when it had been judged on the same before.
    kept_in
        The run that keeps it; None where there is none.
    """

    version: VersionRef
    data: str
    snapshot: SnapshotRef | None
    digest: str
    target: str
    task: Task
    rows: int
    left_out: int
    at: datetime
    metrics: tuple[Score, ...]
    slices: tuple[SliceScore, ...] = ()
    worst: tuple[SliceScore, ...] = ()
    looked_at: int = 0
    smallest: int = 0
    calibration: Calibration = Calibration()
    thresholds: Thresholds = Thresholds()
    fairness: tuple[GroupFairness, ...] = ()
    curves: Curves = Curves()
    findings: tuple[Finding, ...] = ()
    unknown: dict[str, str] = {}
    is_new: bool = True
    kept_in: str | None = None

    def metric(self, name: str) -> Score | None:
        """Return the metric called *name*, or None."""
        return next((item for item in self.metrics if item.metric == name), None)

    def card(self) -> Card:
        """Show the metrics, and what is worth knowing about them."""
        facts = [
            ("task", self.task),
            ("target", self.target),
            ("rows", f"{self.rows:,}" + (f", {self.left_out:,} without a target" if self.left_out else "")),
            ("digest", self.digest[:12]),
        ]
        if self.calibration.ece is not None:
            facts.append(("calibration error", f"{self.calibration.ece:.4g}"))
        if self.thresholds.cheapest is not None:
            facts.append(("cheapest threshold", f"{self.thresholds.cheapest:.2f}, on these rows"))
        rows = [(item.metric, str(item)) for item in self.metrics]
        rows += [
            (f"{item.score.metric}, {item.name}", f"{item.score}, {_rows(item.rows)}") for item in self.slices
        ]
        title = f"{self.version} on {self.data}" + ("" if self.is_new else ", judged before")
        return Card(
            title,
            self._state(),
            facts=tuple(fact for fact in facts if fact[1]),
            columns=("metric", "value, 95 % interval"),
            rows=tuple(rows),
            notes=(*self._notes(),),
            next=(f"%mlops gate {self.version}", f"%mlops explain {self.version} {self.snapshot or 'df'}"),
        )

    def figure(self) -> dict[str, object] | None:
        """Draw what the task has: confusion, curves, calibration, residuals, slices."""
        from jupyter_mlops.models.evaluation.figure import draw

        return draw(self)

    def _state(self) -> State:
        if any(item.severity == "error" for item in self.findings) or not self._is_judged():
            return "warning"
        return "ok" if self.is_new else "info"

    def _is_judged(self) -> bool:
        """Whether any figure is defined; where predictions are missing none is."""
        return any(item.value is not None for item in self.metrics)

    def _notes(self) -> list[str]:
        notes = [f"{item.severity}: {item.message}" for item in self.findings]
        notes += [
            f"Worse: {item.score.metric} {item.score} where {item.name}, {_rows(item.rows)}"
            for item in self.worst
        ]
        if self.looked_at and not self.worst and self._is_judged():
            notes.append(f"None of {self.looked_at:,} slices is surely worse than the rest.")
        notes += [_said(item) for item in self.fairness]
        notes += [f"{name}: not answered: {reason}" for name, reason in self.unknown.items()]
        if self.kept_in is None:
            notes.append("It is kept nowhere: the version's run is gone.")
        return notes


def finite(value: float) -> float | None:
    """Return a number, or None for what is none."""
    return value if isfinite(value) else None


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _said(item: GroupFairness) -> str:
    parts = (
        ("parity difference", item.parity_difference, item.parity_interval),
        ("parity ratio", item.parity_ratio, None),
        ("odds difference", item.odds_difference, item.odds_interval),
    )
    told = [f"{name} {value:.3g}{_between(interval)}" for name, value, interval in parts if value is not None]
    told += [f"{name} not defined: {why}" for name, why in item.unknown.items()]
    small = sum(group.is_small for group in item.groups)
    told += [f"{small} of {len(item.groups)} groups too small"] if small else []
    return f"{item.column}: {', '.join(told)}"


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f" ({interval[0]:.3g} to {interval[1]:.3g})"
