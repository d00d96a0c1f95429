"""A version before a gate: what it holds, what it says of the data, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.core.errors import MlopsError, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion, Run
from jupyter_mlops.core.types import Alias
from jupyter_mlops.data.versions.subject import Named, named
from jupyter_mlops.models.evaluation.bootstrap import Interval, intervals
from jupyter_mlops.models.evaluation.metrics import metric, metrics_for
from jupyter_mlops.models.evaluation.predictions import Predictions, judge
from jupyter_mlops.models.safe import load_version

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 500  # enough for a decision; a thousand of 100,000 rows take as long as all other checks together


class Contender:
    """A version, loaded once, and what it predicts."""

    def __init__(self, project: Project, version: ModelVersion) -> None:
        self._project = project
        self.version = version

    @cached_property
    def model(self) -> object:
        """The estimator, loaded safely."""
        return load_version(self._project, self.version)

    def on(self, table: pd.DataFrame, target: str | None) -> Predictions:
        """Let it predict a table."""
        return judge(self.model, table, target, name=self.version.ref)


@dataclass
class Candidate:
    """A version, what its gate judges it on, and what its alias points at.

    What cannot be had raises `Unknown` in whichever check asks for it, and costs nothing where none does.

    Parameters
    ----------
    champion
        The version that the alias points at; None when it points nowhere.
    data
        The snapshot to judge on, as the gate names it.
    target
        Its column to predict; empty for the one column that the model does not read.
    measures
        The metrics that checks want intervals of.
    """

    project: Project
    version: ModelVersion
    alias: Alias
    champion: ModelVersion | None = None
    data: str = ""
    target: str = ""
    measures: tuple[str, ...] = ()

    @cached_property
    def table(self) -> Named:
        """The table to judge on."""
        if not self.data:
            raise Unknown('the gate names no data; declare data = "NAME@latest"')
        return named(self.project, self.data)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows to judge on."""
        if not len(self.table.frame):
            raise Unknown(f"{self.table.name} has no rows")
        return self.table.frame

    @cached_property
    def own(self) -> Contender:
        """The version itself."""
        return Contender(self.project, self.version)

    @cached_property
    def predictions(self) -> Predictions:
        """What the version says of the data."""
        return self.own.on(self.frame, self.target or None)

    def interval(self, name: str) -> Interval:
        """Return a metric of the version with its interval.

        Raises
        ------
        Invalid
            The task has no metric of that name.
        Unknown
            It is not defined on these rows.
        """
        metric(self.predictions.task, name)
        found = self._intervals[name]
        if found.why or not isfinite(found.value):
            raise Unknown(f"{name} is not defined: {found.why or 'it is not finite'}")
        return found

    @cached_property
    def _intervals(self) -> dict[str, Interval]:
        known = [item for item in metrics_for(self.predictions.task) if item.name in self.measures]
        return {item.metric: item for item in intervals(self.predictions, known, draws=DRAWS)}

    @cached_property
    def serving(self) -> Contender | None:
        """The version that the alias points at; None when it is this one, or none."""
        if self.champion is None or self.champion.ref == self.version.ref:
            return None
        return Contender(self.project, self.champion)

    @cached_property
    def rival(self) -> Predictions | None:
        """What the serving version says of the same data; None when there is none.

        Raises
        ------
        Unknown
            It cannot be loaded, or cannot predict these rows.
        """
        if self.serving is None:
            return None
        try:
            return self.serving.on(self.frame, self.target or None)
        except MlopsError as error:
            raise Unknown(
                f"{self.serving.version.ref} serves, and cannot be asked: {error.message}"
            ) from error

    @cached_property
    def run(self) -> Run | None:
        """The run that it came from; None when it names none, or somebody deleted it."""
        if self.version.run is None:
            return None
        try:
            return self.project.tracker.run(self.version.run)
        except NotFound:
            return None

    @property
    def stamps(self) -> dict[str, str]:
        """The tags of the version, over those of its run."""
        return {**(self.run.tags if self.run else {}), **self.version.tags}
