"""How good the predictions of a version are: of all rows, of slices, and against the version that serves."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Annotated, ClassVar, Self

from pydantic import AliasChoices, Field, model_validator

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.models.evaluation.bootstrap import paired
from jupyter_mlops.models.evaluation.calibration import calibration
from jupyter_mlops.models.evaluation.metrics import metric
from jupyter_mlops.models.gates.candidate import DRAWS, Candidate
from jupyter_mlops.models.gates.check import Number, Share, VersionCheck

MetricName = Annotated[str, Field(min_length=1, validation_alias=AliasChoices("metric", "name"))]


class Threshold(VersionCheck):
    """A metric is at least, or at most, so much.

    Parameters
    ----------
    confident
        Whether the interval's nearer bound must hold it too, not the value alone.
    """

    kind: ClassVar[str] = "metric"

    metric: MetricName
    at_least: Number | None = None
    at_most: Number | None = None
    confident: bool = False

    @property
    def about(self) -> str:
        """The metric."""
        return self.metric

    @property
    def measures(self) -> tuple[str, ...]:
        """The metric."""
        return (self.metric,)

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("it needs at_least or at_most")
        return self

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare the metric, or its bound, with what it must be."""
        found = subject.interval(self.metric)
        lower, upper = (found.low, found.high) if self.confident else (found.value, found.value)
        is_low = self.at_least is not None and not lower >= self.at_least
        is_high = self.at_most is not None and not upper <= self.at_most
        asked = limits(self.at_least, self.at_most)
        which = f"with 95 % confidence {lower if is_low else upper:.4g}" if self.confident else ""
        told = f"{self.metric} is {found.value:.4g}{f', {which}' if which and (is_low or is_high) else ''}"
        yield self.says(
            f"{told}, {'not ' if is_low or is_high else ''}{asked}",
            is_well=not (is_low or is_high),
            value=f"{found.value:.6g}",
            interval=f"{found.low:.4g} to {found.high:.4g}",
            n=f"{len(subject.predictions):,}",
        )


class NoWorse(VersionCheck):
    """On the same rows it is no worse than the version that serves, but for a margin: non-inferiority.

    Parameters
    ----------
    margin
        How much worse it may be, in units of the metric.
    """

    kind: ClassVar[str] = "no-worse"

    metric: MetricName
    margin: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0

    @property
    def about(self) -> str:
        """The metric."""
        return self.metric

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Draw the rows anew for both at once, and look at the worse end of the difference."""
        other = subject.rival
        if other is None or subject.serving is None:
            is_self = subject.champion is not None
            said = f"it is {subject.alias} already" if is_self else f"nothing is {subject.alias} yet"
            yield self.says(f"{said}: there is nothing to be worse than", is_well=True)
            return
        measure = metric(subject.predictions.task, self.metric)
        if other.task != subject.predictions.task:
            raise Unknown(f"{subject.serving.version.ref} is a {other.task} model")
        found = paired(subject.predictions, other, measure, margin=self.margin, draws=DRAWS)
        if found.why or not isfinite(found.low):
            raise Unknown(f"{self.metric} is not defined: {found.why or 'it is not finite'}")
        worst = -found.low if measure.greater_is_better else found.high
        is_well = worst <= self.margin
        old = subject.serving.version.ref
        yield self.says(
            f"{self.metric} may be {max(worst, 0):.4g} worse than {old}'s, {'within' if is_well else 'beyond'} {self.margin:g}",
            is_well=is_well,
            difference=f"{found.estimate:+.4g}",
            interval=f"{found.low:+.4g} to {found.high:+.4g}",
            value=f"{measure.of(subject.predictions):.6g}",
            before=f"{measure.of(other):.6g}",
            n=f"{len(other):,}",
        )


class Calibrated(VersionCheck):
    """Probabilities come true: of rows given 70 %, about 70 % are so.

    Parameters
    ----------
    at_most
        The largest expected calibration error, over ten bins of equal width.
    """

    kind: ClassVar[str] = "calibration"

    at_most: Share = 0.05

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare probabilities with how often they came true."""
        found = calibration(subject.predictions)
        if found.ece is None:
            raise Unknown(found.why)
        worst = max(found.bins, key=lambda item: abs(item.said - item.came) * item.rows)
        is_well = found.ece <= self.at_most
        yield self.says(
            f"the calibration error is {found.ece:.4g}, {'' if is_well else 'not '}at most {self.at_most:g}",
            is_well=is_well,
            value=f"{found.ece:.6g}",
            worst_bin=f"said {worst.said:.3g}, came true {worst.came:.3g}, {worst.rows:,} rows",
            n=f"{len(subject.predictions):,}",
        )


def limits(at_least: float | None, at_most: float | None) -> str:
    """Return bounds in words."""
    said = [
        f"at least {at_least:g}" if at_least is not None else "",
        f"at most {at_most:g}" if at_most is not None else "",
    ]
    return " and ".join(filter(None, said))
