"""Judge a version on data: metrics with intervals, slices, calibration, costs, fairness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion, Run, RunLog
from jupyter_mlops.core.types import Subject, VersionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.data.versions.subject import Named
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.evaluation import keep, slices
from jupyter_mlops.models.evaluation.bootstrap import Interval, intervals
from jupyter_mlops.models.evaluation.calibration import Costs, calibration, thresholds
from jupyter_mlops.models.evaluation.curves import curves
from jupyter_mlops.models.evaluation.fairness import Gap, fairness
from jupyter_mlops.models.evaluation.metrics import Metric, metric, metrics_for
from jupyter_mlops.models.evaluation.overlap import overlap
from jupyter_mlops.models.evaluation.predictions import Predictions, Task, judge
from jupyter_mlops.models.evaluation.record import (
    Evaluation,
    GroupFairness,
    GroupRates,
    Score,
    SliceScore,
    finite,
)
from jupyter_mlops.models.evaluation.signature import target_of
from jupyter_mlops.models.evaluation.subject import table_of
from jupyter_mlops.models.safe import load_version

FOLDER = "evaluation"
_SLICE_DRAWS = 200
_STEPS = 5

Column = Annotated[str, Field(description="A column of the table.")]


@dataclass(frozen=True)
class Question:
    """What is asked of a version, besides the data."""

    target: str | None
    by: tuple[str, ...]
    metrics: tuple[str, ...]
    groups: tuple[str, ...]
    costs: str | None
    query: str | None
    task: Task | None
    smallest: int


@dataclass(frozen=True)
class _Trial:
    """A version before its data."""

    project: Project
    version: ModelVersion
    run: Run | None
    data: Named
    asked: Question

    @cached_property
    def predictions(self) -> Predictions:
        """What the version says of the data."""
        asked = self.asked
        return judge(
            self.model,
            self.data.frame,
            self.target,
            task=asked.task,
            group=asked.query,
            name=self.version.ref,
        )

    @cached_property
    def model(self) -> object:
        """The estimator, loaded safely."""
        return load_version(self.project, self.version)

    @cached_property
    def target(self) -> str:
        """The column that holds the truth."""
        others = (self.asked.query,) if self.asked.query else ()
        return target_of(self.model, self.data.frame, self.asked.target, others)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Columns of which no value may be shown."""
        return privacy.hidden(self.project, self.data)

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics asked for, or all of the task's."""
        task = self.predictions.task
        return tuple(metric(task, name) for name in self.asked.metrics) or metrics_for(task)


@verb("evaluate", effect="write", foreign=True, long=True)
def evaluate(
    project: Project,
    version: VersionRef,
    data: Subject,
    *,
    target: Annotated[
        str | None, Field(description="The column that holds the truth, unless only one is left for it.")
    ] = None,
    by: Annotated[tuple[str, ...], Field(description="A column to slice by.")] = (),
    metrics: Annotated[
        tuple[str, ...], Field(description="A metric, like roc_auc; all of the task's by default.")
    ] = (),
    groups: Annotated[
        tuple[str, ...], Field(description="A column of groups of people to be treated alike.")
    ] = (),
    costs: Annotated[str | None, Field(description="What mistakes cost, like fp=1,fn=5.")] = None,
    query: Annotated[
        str | None, Field(description="The column that says which query a row belongs to, for rankings.")
    ] = None,
    task: Annotated[
        Task | None, Field(description="What the model does, where it does not tell: forecasting.")
    ] = None,
    smallest: Annotated[int, Field(ge=2, description="Rows that a slice or group must have.")] = 30,
    again: Annotated[bool, Field(description="Judge anew what was judged on the same before.")] = False,
) -> Evaluation:
    """Judge a model version on data: metrics with intervals, the worst slices, calibration, fairness."""
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    table = table_of(project, data)
    asked = Question(target, by, metrics, groups, costs, query, task, smallest)
    trial = _Trial(project, found, keep.run_of(project, found), table, asked)
    digest = table.snapshot.digest if table.snapshot else keep.digest_of(table.frame)
    name = keep.stem(found, digest, asdict(asked))
    if trial.run is not None and digest and not again:
        kept = keep.find(project, trial.run, f"{FOLDER}/{name}.json", Evaluation)
        if kept is not None:
            return kept.model_copy(update={"is_new": False})
    made = _judged(trial, digest)
    if trial.run is not None:
        keep.keep(project, trial.run, f"{FOLDER}/{name}", made, _log(trial, made))
    return made


def _log(trial: _Trial, made: Evaluation) -> RunLog:
    rows = (keep.predicted(trial.predictions),) if trial.target not in trial.hidden else ()
    return RunLog(metrics=_logged(made), artifacts=rows)


def _judged(trial: _Trial, digest: str) -> Evaluation:
    asked, data = trial.asked, trial.data
    costs = None if asked.costs is None else Costs.parse(asked.costs)
    progress.report(0, _STEPS, "predicting")
    predictions, judges = trial.predictions, trial.metrics
    progress.report(1, _STEPS, "metrics")
    told = intervals(predictions, judges)
    progress.report(2, _STEPS, "slices")
    asked_for = [part for by in asked.by for part in slices.asked(predictions.table, (by,), trial.hidden)]
    worst, looked_at = slices.worst(predictions, smallest=asked.smallest, hidden=trial.hidden)
    progress.report(3, _STEPS, "fairness")
    treated = tuple(_fairness(trial, column) for column in asked.groups)
    progress.report(4, _STEPS, "overlap")
    findings, unknown = overlap(trial.project, trial.version, trial.run, data)
    return Evaluation(
        version=trial.version.ref,
        data=data.name,
        snapshot=data.snapshot.ref if data.snapshot else None,
        digest=digest,
        target=trial.target,
        task=predictions.task,
        rows=len(predictions),
        left_out=predictions.left_out,
        at=trial.project.clock.now(),
        metrics=tuple(_score(item, judge) for item, judge in zip(told, judges, strict=True)),
        slices=tuple(_slices(trial, asked_for)),
        worst=tuple(_slices(trial, worst, is_found=True)),
        looked_at=looked_at,
        smallest=asked.smallest,
        calibration=calibration(predictions),
        thresholds=thresholds(predictions, costs),
        fairness=treated,
        curves=curves(predictions),
        findings=findings,
        unknown=unknown,
        kept_in=trial.run.ref if trial.run else None,
    )


def _slices(
    trial: _Trial,
    found: Iterator[slices.Slice] | tuple[slices.Slice, ...] | list[slices.Slice],
    *,
    is_found: bool = False,
) -> Iterator[SliceScore]:
    """Score slices by the first metric."""
    judge = trial.metrics[0]
    for item in found:
        part = trial.predictions.take(item.rows)
        told = intervals(part, [judge], draws=_SLICE_DRAWS)[0]
        yield SliceScore(
            name=item.name,
            columns=item.columns,
            rows=len(part),
            score=_score(told, judge),
            excess=item.excess if is_found else None,
            p=item.p if is_found else None,
            is_small=len(part) < trial.asked.smallest,
        )


def _score(told: Interval, judge: Metric) -> Score:
    return Score(
        metric=told.metric,
        value=finite(told.value),
        low=finite(told.low),
        high=finite(told.high),
        greater_is_better=judge.greater_is_better,
        defined=told.defined,
        why=told.why,
    )


def _fairness(trial: _Trial, column: str) -> GroupFairness:
    found = fairness(trial.predictions, (column,), smallest=trial.asked.smallest, hidden=trial.hidden)
    groups = tuple(
        GroupRates(
            name=group.name,
            rows=group.rows,
            selected=finite(group.selected),
            true_rate=finite(group.true_rate),
            false_rate=finite(group.false_rate),
            accuracy=finite(group.accuracy),
            is_small=group.is_small,
        )
        for group in found.groups
    )
    unknown = {"demographic parity": found.parity.why, "equalised odds": found.odds.why}
    if not found.parity.why and finite(found.parity_ratio) is None:
        unknown["demographic parity ratio"] = "no group is selected"
    return GroupFairness(
        column=column,
        groups=groups,
        parity_difference=finite(found.parity.value),
        parity_interval=_interval(found.parity),
        parity_ratio=finite(found.parity_ratio),
        odds_difference=finite(found.odds.value),
        odds_interval=_interval(found.odds),
        unknown={name: why for name, why in unknown.items() if why},
    )


def _interval(gap: Gap) -> tuple[float, float] | None:
    return None if gap.why else (gap.low, gap.high)


def _logged(made: Evaluation) -> dict[str, float]:
    """Return the metrics as the run keeps them: `eval.holdout.roc_auc`."""
    place = made.snapshot.partition("@")[0] if made.snapshot else "table"
    known = {item.metric: item.value for item in made.metrics} | {"ece": made.calibration.ece}
    return {
        f"eval.{place}.{name.replace('@', '_at_')}": value
        for name, value in known.items()
        if value is not None
    }
