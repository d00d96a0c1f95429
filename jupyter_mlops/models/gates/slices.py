"""How good the predictions of a version are in each part of the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.models.evaluation.bootstrap import Interval, intervals
from jupyter_mlops.models.evaluation.metrics import Metric, metric
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.slices import asked
from jupyter_mlops.models.gates.candidate import DRAWS, Candidate
from jupyter_mlops.models.gates.check import Number, VersionCheck
from jupyter_mlops.models.gates.scores import MetricName, limits

_NAMED = 5

Columns = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(lambda given: (given,) if isinstance(given, str) else given),
    Field(min_length=1),
]


@dataclass(frozen=True)
class Part:
    """The rows of a slice, and the metric of them."""

    name: str
    predictions: Predictions
    value: float
    why: str

    @property
    def size(self) -> int:
        """How many rows they are."""
        return len(self.predictions)


class Slices(VersionCheck):
    """A metric holds in every slice, not only on the whole.

    Parameters
    ----------
    by
        Columns whose values make the slices, together when they are several; numbers are cut in quarters.
    at_least, at_most
        What the metric must be in each slice.
    gap
        How much worse than on the whole it may be in a slice.
    least_rows
        Smaller slices are not judged, only counted.
    """

    kind: ClassVar[str] = "slice"

    by: Columns
    metric: MetricName
    at_least: Number | None = None
    at_most: Number | None = None
    gap: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    least_rows: Annotated[int, Field(ge=1)] = 30

    @property
    def about(self) -> str:
        """The columns and the metric."""
        return f"{', '.join(self.by)}: {self.metric}"

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.at_least is None and self.at_most is None and self.gap is None:
            raise ValueError("it needs at_least, at_most or gap")
        return self

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Name the slices in which it does not hold, the worst first, and those that are too small."""
        predictions = subject.predictions
        measure = metric(predictions.task, self.metric)
        whole = measure.of(predictions)
        parts = self._parts(subject, measure)
        judged = [part for part in parts if part.size >= self.least_rows]
        told = sorted(
            (part for part in judged if isfinite(part.value)),
            key=lambda part: part.value if measure.greater_is_better else -part.value,
        )
        bad = [part for part in told if self._is_bad(part, measure, whole)]
        for part in bad[:_NAMED] or told[:1]:
            yield self._finding(part, len(predictions), measure, whole, is_well=part not in bad)
        if len(bad) > _NAMED:
            yield self.says(f"{len(bad) - _NAMED} more slices are as bad", is_well=False)
        small = [part for part in parts if part.size < self.least_rows]
        if small:
            rows = sum(part.size for part in small)
            yield self.says(
                f"{len(small)} slices of fewer than {self.least_rows} rows are not judged, {rows:,} rows in all",
                is_well=True,
                smallest=", ".join(f"{part.name}: {part.size}" for part in small[:_NAMED]),
            )
        self._check_answered(judged)

    def _check_answered(self, judged: list[Part]) -> None:
        if not judged:
            raise Unknown(f"no slice has {self.least_rows} rows")
        silent = [part for part in judged if not isfinite(part.value)]
        if silent:
            first = silent[0]
            raise Unknown(
                f"{self.metric} of {len(silent)} slices, like {first.name} ({first.size:,} rows): {first.why}"
            )

    def _parts(self, subject: Candidate, measure: Metric) -> list[Part]:
        hidden = privacy.hidden(subject.project, subject.table)
        found = []
        for one in asked(subject.predictions.table, self.by, hidden):
            part = subject.predictions.take(one.rows)
            found.append(Part(one.name, part, measure.of(part), measure.why(part)))
        return found

    def _is_bad(self, part: Part, measure: Metric, whole: float) -> bool:
        worse = whole - part.value if measure.greater_is_better else part.value - whole
        return (
            (self.at_least is not None and part.value < self.at_least)
            or (self.at_most is not None and part.value > self.at_most)
            or (self.gap is not None and worse > self.gap)
        )

    def _finding(self, part: Part, rows: int, measure: Metric, whole: float, *, is_well: bool) -> Finding:
        found: Interval = intervals(part.predictions, [measure], draws=DRAWS)[0]
        asked = limits(self.at_least, self.at_most)
        gap = f"within {self.gap:g} of {whole:.4g} on all rows" if self.gap is not None else ""
        wanted = " and ".join(filter(None, (asked, gap)))
        told = self.says(
            f"{self.metric} of {part.name} is {part.value:.4g}, {'' if is_well else 'not '}{wanted}",
            is_well=is_well,
            about=part.name,
            value=f"{part.value:.6g}",
            interval=f"{found.low:.4g} to {found.high:.4g}",
            all_rows=f"{whole:.6g}",
            n=f"{part.size:,} of {rows:,}",
        )
        return told.model_copy(update={"count": part.size})
