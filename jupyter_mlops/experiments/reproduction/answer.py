"""What came of making a run again."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef, VersionRef
from jupyter_mlops.experiments.reproduction.judge import Changed, Measured, Predicted

_SHOWN = 20
_FEW = 5


class Reproduction(Record):
    """Whether a run could be made again, and what differed.

    Parameters
    ----------
    made
        The new run; None when a cell failed before it began.
    verdict
        Why it is reproduced, or not.
    first
        What differed first: the earliest cell that printed something else, else the first metric; empty for nothing.
    models
        Those of another digest: always, where autologging wrote the run's id into them.
    environment
        Distributions that are others now than when the run was recorded.
    left_out
        Lines that would have written into the project, each with its cell.
    versions
        The model versions of the run, which are sealed as well.
    output
        The notebook as it ran, below the project's root.
    """

    run: RunRef
    made: RunRef | None
    is_reproduced: bool
    verdict: str
    first: str = ""
    tolerance: float
    metrics: tuple[Measured, ...] = ()
    predictions: Predicted | None = None
    params: tuple[Changed, ...] = ()
    models: tuple[Changed, ...] = ()
    environment: tuple[Changed, ...] = ()
    left_out: tuple[str, ...] = ()
    versions: tuple[VersionRef, ...] = ()
    output: str
    took_s: float
    notes: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether it is reproduced."""
        return self.is_reproduced

    def card(self) -> Card:
        """Show the verdict, what differed first, the metrics, and what else is other now."""
        title = f"{self.run} is {'' if self.is_reproduced else 'not '}reproduced: {self.verdict}"
        ordered = sorted(self.metrics, key=lambda item: item.sameness != "other")
        more = len(ordered) - _SHOWN
        return Card(
            title,
            "ok" if self.is_reproduced else "failed",
            tuple(self._facts()),
            columns=("metric", "recorded", "now", "difference") if ordered else (),
            rows=tuple(_row(item) for item in ordered[:_SHOWN]),
            notes=(*((f"{more} more metrics; --json shows all.",) if more > 0 else ()), *self.notes),
            next=(f"%mlops compare {self.run} {self.made}",) if self.made else (),
        )

    def _facts(self) -> Iterator[tuple[str, str]]:
        if self.first:
            yield "differed first", self.first
        yield "new run", self.made or "none: a cell failed before it began"
        if self.predictions is not None:
            found = self.predictions
            same = {"equal": "equal", "close": "within the tolerance"}.get(found.sameness)
            yield "predictions", f"{found.rows} rows, {same or found.why or f'{found.differing} differ'}"
        if self.params:
            yield "other parameters", _few(self.params)
        if self.models:
            yield "other digests", ", ".join(item.name for item in self.models)
        if self.environment:
            yield "environment", _few(self.environment)
        if self.left_out:
            yield "left out", "\n    ".join(self.left_out)
        if self.versions:
            yield "sealed too", ", ".join(self.versions)
        yield "notebook", self.output


def _row(item: Measured) -> tuple[str, str, str, str]:
    shown = "none" if item.difference is None else f"{item.difference:+.3g}"
    if item.sameness == "equal":
        shown = "equal"
    return item.name, _number(item.recorded), _number(item.now), shown


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.8g}"


def _few(items: tuple[Changed, ...]) -> str:
    more = len(items) - _FEW
    return "; ".join(map(str, items[:_FEW])) + (f"; and {more} more" if more > 0 else "")
