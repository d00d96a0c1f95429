"""How a model behaves: when its input is disturbed, how fast it answers, how large it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation import signature
from jupyter_mlops.models.evaluation.metrics import metric, metrics_for
from jupyter_mlops.models.evaluation.predictions import answer
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.gates.check import Share, VersionCheck

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_WARM = 3
_MEGABYTE = 1_000_000


class Robustness(VersionCheck):
    """A metric hardly falls when numbers are a little off, or cells are missing.

    Parameters
    ----------
    metric
        Empty for the task's first.
    noise
        Standard deviation of what is added to each number, in those of its column.
    missing
        Share of the cells that are emptied.
    at_most
        How much worse the metric may be.
    rows
        How many rows are tried, drawn with a fixed seed.
    """

    kind: ClassVar[str] = "robustness"

    metric: str = ""
    noise: Share = 0.05
    missing: Share = 0.0
    at_most: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.05
    rows: Annotated[int, Field(ge=10, le=1_000_000)] = 5_000

    @property
    def about(self) -> str:
        """What is done to the input."""
        done = [
            f"noise {self.noise:g}" if self.noise else "",
            f"missing {self.missing:g}" if self.missing else "",
        ]
        return ", ".join(filter(None, done))

    @model_validator(mode="after")
    def _disturbs_something(self) -> Self:
        if not self.noise and not self.missing:
            raise ValueError("it needs noise or missing above 0")
        return self

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare the metric of the same rows before and after."""
        import numpy as np

        random = np.random.default_rng(0)
        before = subject.predictions
        if len(before) > self.rows:
            before = before.take(np.sort(random.choice(len(before), self.rows, replace=False)))
        measure = metric(before.task, self.metric) if self.metric else metrics_for(before.task)[0]
        table = disturbed(before.table, self.noise, self.missing, random)
        if table is None:
            raise Unknown("no column can be disturbed so")
        truth = "target" if "target" not in table.columns else "target of the gate"
        try:
            after = subject.own.on(table.assign(**{truth: before.target}), truth)
        except Invalid as error:
            yield self.says(f"it breaks on such rows: {error.message}", is_well=False, n=f"{len(before):,}")
            return
        was, now = measure.of(before), measure.of(after)
        worse = was - now if measure.greater_is_better else now - was
        if not isfinite(worse):
            raise Unknown(f"{measure.name} is not defined: {measure.why(before) or measure.why(after)}")
        is_well = worse <= self.at_most
        yield self.says(
            f"{measure.name} gets {max(worse, 0):.4g} worse, {'within' if is_well else 'beyond'} {self.at_most:g}",
            is_well=is_well,
            before=f"{was:.6g}",
            after=f"{now:.6g}",
            n=f"{len(before):,}",
        )


class Latency(VersionCheck):
    """It answers fast: the 95th percentile of the time for one call.

    Parameters
    ----------
    rows
        How many rows a call holds.
    calls
        How many calls are timed, after a few that warm up.
    """

    kind: ClassVar[str] = "latency"

    p95_ms: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    rows: Annotated[int, Field(ge=1, le=100_000)] = 1
    calls: Annotated[int, Field(ge=10, le=1_000)] = 40

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Time calls on this machine, on rows of the data in turn."""
        import numpy as np

        model, name = subject.own.model, subject.version.ref
        features = signature.aligned(model, subject.predictions.table, name)
        if len(features) < self.rows:
            raise Unknown(f"the data has {len(features):,} rows, fewer than a call of {self.rows:,}")
        taken = []
        for call in range(self.calls + _WARM):
            begin = (call * self.rows) % (len(features) - self.rows + 1)
            part = features.iloc[begin : begin + self.rows]
            started = time.perf_counter()
            answer(model, part, "predict", name)
            taken.append((time.perf_counter() - started) * 1000)
        median, high = np.percentile(taken[_WARM:], [50, 95])
        is_well = bool(high <= self.p95_ms)
        yield self.says(
            f"95 % of calls take at most {high:.3g} ms, {'' if is_well else 'not '}within {self.p95_ms:g}",
            is_well=is_well,
            median=f"{median:.3g} ms",
            rows_a_call=str(self.rows),
            n=f"{self.calls} calls",
        )


class Size(VersionCheck):
    """Its files are small enough."""

    kind: ClassVar[str] = "size"

    mb: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Add up the files that are kept; nothing is loaded."""
        files = subject.project.tracker.model_files(subject.version)
        if not files:
            raise Unknown("none of its files are kept")
        size = sum(file.size_bytes for file in files) / _MEGABYTE
        is_well = size <= self.mb
        yield self.says(
            f"it takes {size:.3g} MB, {'' if is_well else 'not '}at most {self.mb:g}",
            is_well=is_well,
            files=str(len(files)),
        )


def disturbed(
    table: pd.DataFrame, noise: float, missing: float, random: np.random.Generator
) -> pd.DataFrame | None:
    """Return a table with numbers that are off and cells that are empty; None where neither is possible."""
    import numpy as np

    made, is_changed = table.copy(), False
    for name in table.columns:
        column = made[name]
        is_number = column.dtype.kind == "f" or (column.dtype.kind in "iu" and column.nunique() > 2)
        if noise and is_number:
            column = column + random.normal(0, noise * float(column.std() or 0.0), len(column))
            is_changed = True
        if missing:
            kept = column.astype("float64") if column.dtype.kind in "iub" else column
            column = kept.mask(random.random(len(column)) < missing, np.nan if is_number else None)
            is_changed = True
        made[name] = column
    return made if is_changed else None
