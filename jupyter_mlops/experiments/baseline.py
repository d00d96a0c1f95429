"""Measure what a table allows without craft: a few families of models, cross-validated, under a time budget."""

from __future__ import annotations

import json
import uuid
from typing import Annotated

from pydantic import Field

from jupyter_mlops.checks.leaks import leaks
from jupyter_mlops.checks.report import Report
from jupyter_mlops.core import call, live, progress
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.live import Picture
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, Run, RunLog
from jupyter_mlops.core.types import Subject
from jupyter_mlops.core.verb import did_you_mean, verb
from jupyter_mlops.data.versions.subject import Named, named
from jupyter_mlops.experiments import provenance, spool
from jupyter_mlops.experiments.baselines.families import families
from jupyter_mlops.experiments.baselines.folds import folds
from jupyter_mlops.experiments.baselines.measure import Contest
from jupyter_mlops.experiments.baselines.record import Candidate, Leaderboard
from jupyter_mlops.experiments.baselines.task import Kind, Task, read_task
from jupyter_mlops.experiments.comparison.intervals import over_folds
from jupyter_mlops.experiments.tuning.keep import keep
from jupyter_mlops.experiments.tuning.runs import StudyRuns
from jupyter_mlops.experiments.unsent import started


@verb("baseline", effect="write", foreign=True, long=True)
def baseline(
    project: Project,
    table: Subject,
    target: Annotated[str, Field(description="The column to predict.", examples=["churned"])],
    *,
    minutes: Annotated[float, Field(gt=0, le=1_440, description="Begin no fit after so many minutes.")] = 5.0,
    seed: Annotated[int, Field(ge=0, le=2**31, description="The same seed gives the same scores.")] = 0,
    splits: Annotated[int, Field(ge=2, le=50, description="How many folds to measure on.")] = 5,
    task: Annotated[Kind | None, Field(description="What the target holds; told by its values.")] = None,
    group: Annotated[
        str | None, Field(description="The column that says whom a row is about; its rows stay together.")
    ] = None,
    time: Annotated[
        str | None,
        Field(description="The column that says when; what is tested comes after what is trained on."),
    ] = None,
    metric: Annotated[str | None, Field(description="A scorer of scikit-learn, like f1_macro.")] = None,
) -> Leaderboard:
    """Measure what a table allows without craft, and keep the best of a few families of models.

    Raises
    ------
    Invalid
        There is nothing to learn, or the folds cannot be made.
    """
    if group is not None and time is not None:
        raise Invalid("Rows are split by group or by time, not both.", hint="Leave out --group or --time.")
    until = project.clock.monotonic() + minutes * 60
    found = named(project, table)
    ready = read_task(found.frame, target, task, group, time)
    chosen = _metric(ready, metric)
    split = folds(ready, splits, seed)
    progress.report(0, 1, "look for leaks")
    report = leaks(project, table, target=target, time=time, group=(group,) if group else ())
    parent = _start(project, found, target)
    contest = Contest(project, parent, ready, split, chosen, seed, until, StudyRuns(project))
    try:
        return _judged(contest, found.name, target, report)
    except BaseException:
        contest.runs.close(contest.parent, RunLog(), "killed")
        raise


def _judged(contest: Contest, subject: str, target: str, report: Report) -> Leaderboard:
    """Measure the candidates, and keep the best."""
    task = contest.task
    answer = Leaderboard(
        run=contest.parent.ref,
        subject=subject,
        target=target,
        task=task.kind,
        metric=contest.metric,
        scheme=contest.folds.scheme,
        rows=len(task.target),
        features=task.features.shape[1],
        candidates=_ranked(_measured(contest), contest.folds.overlap),
        leaks=report,
        notes=task.notes,
    )
    return _kept(contest, answer)


def _metric(task: Task, given: str | None) -> str:
    """Return the scorer: the area under the ROC curve for two classes, else balanced accuracy, or the squared error."""
    from sklearn.metrics import get_scorer_names

    if given is not None:
        if given not in get_scorer_names():
            raise Invalid(
                f"scikit-learn has no scorer {given!r}.",
                hint=did_you_mean(given, get_scorer_names()) or "Name one, like f1_macro.",
            )
        return given
    if task.kind == "regression":
        return "neg_root_mean_squared_error"
    return "roc_auc" if task.classes == 2 else "balanced_accuracy"


def _start(project: Project, found: Named, target: str) -> Run:
    spool.settle(project)
    tags = provenance.origin(project, None)
    if found.snapshot is not None:
        tags[provenance.SNAPSHOTS] = found.snapshot.ref
    run = project.tracker.start(
        f"baseline-{target}"[:128],
        key=uuid.uuid4().hex,
        experiment=project.settings.experiment or project.name,
        tags=tags,
    )
    call.makes(f"run:{run.ref}")
    return run


def _measured(contest: Contest) -> list[Candidate]:
    candidates: list[Candidate] = []
    tried = families(contest.task)
    with contest.project.tracker.autolog(None):
        for number, (name, make) in enumerate(tried.items()):
            if progress.is_cancelled():
                break
            progress.report(number, len(tried), name)
            candidates.append(contest.measure(name, make))
            live.draw(Picture(_line(candidates), lambda: None))
    return candidates


def _line(candidates: list[Candidate]) -> str:
    return ", ".join(
        f"{one.name} {one.state if one.score is None else f'{one.score:.4f}'}" for one in candidates
    )


def _ranked(candidates: list[Candidate], overlap: float) -> tuple[Candidate, ...]:
    """Order the candidates, and say how far each is behind the best on the same folds."""
    ordered = sorted(candidates, key=lambda one: (one.score is None, -(one.score or 0.0)))
    best = ordered[0]
    ranked = []
    for one in ordered:
        if one is not best and one.score is not None and best.score is not None:
            behind = [top - own for top, own in zip(best.folds, one.folds, strict=True)]
            made = over_folds(behind, overlap)
            one = one.model_copy(update={"behind": f"{made.value:.4f} [{made.low:+.4f}, {made.high:+.4f}]"})  # noqa: PLW2901
        ranked.append(one)
    return tuple(ranked)


def _kept(contest: Contest, answer: Leaderboard) -> Leaderboard:
    """Fit the best on all rows, keep it in its run, and close the run of the whole."""
    project, task = contest.project, contest.task
    answer = _sent(contest, answer)
    best = next((one for one in answer.candidates if one.score is not None), None)
    model, notes = None, list(answer.notes)
    if best is not None:
        progress.report(0, 1, f"fit {best.name} on all rows")
        with project.tracker.autolog(None):
            model = families(task)[best.name](task, contest.seed).fit(task.features, task.target)
        notes += keep(contest.runs, contest.made[best.name], {"model": model}, {"X": task.features})
    answer = answer.model_copy(update={"best": best, "notes": tuple(notes)})
    log = RunLog(
        params={"target": answer.target, "seed": str(contest.seed), "splits": answer.scheme},
        metrics={} if best is None or best.score is None else {answer.metric: best.score},
        artifacts=[Artifact("leaderboard.json", json.dumps(answer.wire(), indent=1).encode())],
    )
    contest.runs.close(contest.parent, log, "failed" if best is None else "finished")
    if contest.runs.trouble:
        said = f"The tracker failed: {contest.runs.trouble} What it lacks waits in {spool.folder(project)}; the next record sends it."
        answer = answer.model_copy(update={"notes": (*answer.notes, said)})
    return answer.holding(model)


def _sent(contest: Contest, answer: Leaderboard) -> Leaderboard:
    """Send what waits if the tracker is back, and name the runs that it made of that."""
    if contest.runs.settle():
        contest.made = {name: started(contest.project, run) for name, run in contest.made.items()}
        named = (one.model_copy(update={"run": contest.made[one.name].ref}) for one in answer.candidates)
        answer = answer.model_copy(update={"candidates": tuple(named)})
    return answer
