"""Say why a version predicts what it does, of all rows, of slices and of single ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.preview import HIDDEN, shown
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Subject, VersionRef
from jupyter_mlops.core.verb import did_you_mean, verb
from jupyter_mlops.data.versions import privacy
from jupyter_mlops.models.alias import find
from jupyter_mlops.models.evaluation import keep, slices
from jupyter_mlops.models.evaluation.metrics import metric, metrics_for
from jupyter_mlops.models.evaluation.predictions import Task, answer
from jupyter_mlops.models.evaluation.signature import target_of
from jupyter_mlops.models.evaluation.subject import table_of
from jupyter_mlops.models.explanation.dependence import dependence
from jupyter_mlops.models.explanation.importance import importances
from jupyter_mlops.models.explanation.record import (
    Contribution,
    Explanation,
    MeanContribution,
    RowExplanation,
)
from jupyter_mlops.models.explanation.shapley import contributions, has_shap
from jupyter_mlops.models.explanation.subject import Explained
from jupyter_mlops.models.safe import load_version

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.data.versions.subject import Named
    from jupyter_mlops.models.explanation.shapley import Floats

FOLDER = "explanation"
_DRAWN = 6
_SAMPLE = 50
_MOST_ROWS = 20


@dataclass(frozen=True)
class Question:
    """What is asked of a version, besides the data."""

    target: str | None
    by: tuple[str, ...]
    row: tuple[int, ...]
    columns: tuple[str, ...]
    measure: str | None
    task: Task | None


@verb("explain", effect="write", foreign=True, long=True)
def explain(
    project: Project,
    version: VersionRef,
    data: Subject,
    *,
    target: Annotated[
        str | None, Field(description="The column that holds the truth, unless only one is left for it.")
    ] = None,
    by: Annotated[tuple[str, ...], Field(description="A column to slice by.")] = (),
    row: Annotated[tuple[int, ...], Field(description="A row to explain, counted from 0.")] = (),
    columns: Annotated[
        tuple[str, ...],
        Field(description="A column to draw the dependence on; the most important by default."),
    ] = (),
    measure: Annotated[
        str | None, Field(description="The metric that importance is of; the task's first by default.")
    ] = None,
    task: Annotated[
        Task | None, Field(description="What the model does, where it does not tell: forecasting.")
    ] = None,
    again: Annotated[bool, Field(description="Explain anew what was explained on the same before.")] = False,
) -> Explanation:
    """Say why a model version predicts what it does: importance, dependence, and single predictions."""
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    asked = Question(target, by, row, columns, measure, task)
    table, run = table_of(project, data), keep.run_of(project, found)
    _check_rows(table, row)
    digest = table.snapshot.digest if table.snapshot else keep.digest_of(table.frame)
    name = keep.stem(found, digest, {**asdict(asked), "shap": has_shap()})
    if run is not None and digest and not again:
        kept = keep.find(project, run, f"{FOLDER}/{name}.json", Explanation)
        if kept is not None:
            return kept.model_copy(update={"is_new": False})
    made = _explained(project, found, table, asked)
    made = made.model_copy(update={"digest": digest, "kept_in": run.ref if run else None})
    if run is not None:
        keep.keep(project, run, f"{FOLDER}/{name}", made)
    return made


def _explained(project: Project, version: ModelVersion, table: Named, asked: Question) -> Explanation:
    explained = _loaded(project, version, table, asked)
    kind = explained.predictions.task
    judge = metrics_for(kind)[0] if asked.measure is None else metric(kind, asked.measure)
    hidden = privacy.hidden(project, table)
    features = explained.predictions.table
    parts = [part for name in asked.by for part in slices.asked(features, (name,), hidden)]
    whole, sliced = importances(explained, judge, parts)
    drawn = asked.columns or tuple(item.column for item in whole[:_DRAWN])
    why = judge.why(explained.predictions)
    progress.report(0, 1, "contributions")
    return Explanation(
        version=version.ref,
        data=table.name,
        snapshot=table.snapshot.ref if table.snapshot else None,
        digest="",
        target=explained.target,
        task=kind,
        metric=judge.name,
        score=explained.score_name,
        rows=len(explained.table),
        at=project.clock.now(),
        importance=whole,
        slices=sliced,
        dependence=tuple(dependence(explained, name, is_hidden=name in hidden) for name in drawn),
        contributions=_means(explained),
        explained=tuple(_rows(explained, table.frame, asked.row, hidden)),
        method=_method() if asked.row else "",
        unknown={"importance": why} if why else {},
    )


def _loaded(project: Project, version: ModelVersion, table: Named, asked: Question) -> Explained:
    """Load the version, and check that it reads what is asked about."""
    model = load_version(project, version)
    target = target_of(model, table.frame, asked.target)
    explained = Explained.of(version.ref, model, table.frame, target, task=asked.task)
    _check_columns(explained, asked.columns)
    return explained


def _method() -> str:
    return "SHAP, permutation explainer" if has_shap() else "Shapley values, sampled"


def _means(explained: Explained) -> tuple[MeanContribution, ...]:
    """Return by how much columns move the predictions of a sample, the most first."""
    rows = explained.features.head(_SAMPLE)
    found = contributions(explained.score, rows, explained.features, shap=False)
    moves = abs(found.values).mean(0)
    made = [
        MeanContribution(column=name, moves=float(value))
        for name, value in zip(explained.columns, moves, strict=True)
    ]
    return tuple(sorted(made, key=lambda item: -item.moves))


def _rows(
    explained: Explained, table: pd.DataFrame, rows: tuple[int, ...], hidden: frozenset[str]
) -> Iterator[RowExplanation]:
    """Yield why single rows are predicted as they are; of several classes, why they are of the one predicted."""
    for place in rows:
        single = replace(explained, table=table.iloc[[place]].reset_index(drop=True))
        features = single.features
        said = answer(explained.model, features, "predict", explained.name).tolist()[0]
        score = _score_of(explained, said)
        found = contributions(score, features, explained.features)
        values = found.values[0]
        parts = [
            Contribution(
                column=name,
                value=HIDDEN if name in hidden else _short(features[name].iloc[0]),
                adds=float(value),
            )
            for name, value in zip(features.columns, values, strict=True)
        ]
        yield RowExplanation(
            row=place,
            predicted=_short(said),
            score=float(score(features)[0]),
            base=found.base,
            contributions=tuple(sorted(parts, key=lambda item: -abs(item.adds))),
        )


def _score_of(explained: Explained, said: object) -> Callable[[pd.DataFrame], Floats]:
    """Return what is explained of a row: of several classes, the score of the one that it is predicted to be."""
    labels = explained.predictions.labels
    if explained.predictions.task != "multiclass" or said not in labels:
        return explained.score
    return partial(explained.score, about=labels.index(said))


def _check_rows(table: Named, rows: tuple[int, ...]) -> None:
    wrong = [place for place in rows if not 0 <= place < len(table.frame)]
    if wrong:
        raise Invalid(
            f"There is no row {wrong[0]} in {table.name}.",
            hint=f"It has {len(table.frame):,}, counted from 0.",
        )
    if len(rows) > _MOST_ROWS:
        raise Invalid(f"{len(rows)} rows are too many to explain.", hint=f"Name at most {_MOST_ROWS}.")


def _check_columns(explained: Explained, columns: tuple[str, ...]) -> None:
    for name in columns:
        if name not in explained.columns:
            hint = did_you_mean(name, explained.columns) or f"It reads {', '.join(explained.columns[:5])}."
            raise Invalid(f"{explained.name} does not read {name!r}.", hint=hint)


def _short(value: object) -> str:
    """Return a value as people read it: numbers with six digits."""
    return f"{value:.6g}" if isinstance(value, float) else shown(value, 40)
