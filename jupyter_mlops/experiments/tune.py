"""Search for the parameters with which a cell, or a notebook, scores best."""

from __future__ import annotations

import json
import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.tracker import Artifact, Run, RunLog
from jupyter_mlops.core.types import Cell, RunName
from jupyter_mlops.core.verb import verb
from jupyter_mlops.experiments import provenance, spool
from jupyter_mlops.experiments.estimators import fitted
from jupyter_mlops.experiments.recorder.writing import log_of_cell
from jupyter_mlops.experiments.tuning.keep import doubt, keep
from jupyter_mlops.experiments.tuning.objective import CellObjective, NotebookObjective, Objective
from jupyter_mlops.experiments.tuning.record import Tuned
from jupyter_mlops.experiments.tuning.runs import StudyRuns
from jupyter_mlops.experiments.tuning.search import Limits, TrialSearch, direction_of
from jupyter_mlops.experiments.tuning.space import read_space
from jupyter_mlops.experiments.tuning.study import Direction, Pruner, Sampler, Search, open_study

if TYPE_CHECKING:
    from optuna import Study

_MOST_JOBS = 64


@verb("tune", effect="write", foreign=True, long=True)
def tune(
    project: Project,
    cell: Cell | None = None,
    name: RunName | None = None,
    *,
    trials: Annotated[int, Field(gt=0, le=100_000, description="How many trials to run.")] = 20,
    timeout: Annotated[float | None, Field(gt=0, description="Begin no trial after so many seconds.")] = None,
    direction: Annotated[
        Direction, Field(description="Whether a high score is good, or a low one.")
    ] = "maximize",
    sampler: Annotated[Sampler, Field(description="What proposes the parameters.")] = "tpe",
    pruner: Annotated[Pruner, Field(description="What stops trials that report poor scores.")] = "median",
    jobs: Annotated[int, Field(gt=0, le=_MOST_JOBS, description="How many trials run at a time.")] = 1,
    resume: Annotated[bool, Field(description="Go on with the study of that name.")] = False,
    seed: Annotated[
        int, Field(ge=0, le=2**31, description="The same seed proposes the same parameters.")
    ] = 0,
    space: Annotated[
        tuple[str, ...], Field(description="A notebook's parameter and its values: lr=log(1e-4,1e-1).")
    ] = (),
    score: Annotated[str, Field(description="The output of the notebook that is the score.")] = "score",
) -> Tuned:
    """Search for the parameters with which the cell, or a notebook, scores best; each trial is a run.

    Raises
    ------
    Invalid
        There is neither cell nor notebook, or the space makes no sense; nothing ran.
    Conflict
        There is a study of that name; say --resume.
    """
    objective = _objective(project, cell, space, score)
    assert cell is not None  # noqa: S101 - without one there is no objective
    study = open_study(
        project, name or _name(cell), Search(direction, sampler, pruner, seed), is_resumed=resume
    )
    parent = _start(project, study, cell)
    found = TrialSearch(project, study, parent, objective, Limits(trials, timeout, jobs), StudyRuns(project))
    return _written(found, cell, _searched(cell, found))


def _searched(cell: Cell, found: TrialSearch) -> Tuned:
    """Run the trials, keep the best, and say what was found."""
    project, study, parent = found.project, found.study, found.parent
    is_resumed = bool(study.get_trials(deepcopy=False))
    try:
        stopped = found.go()
        found.settle()
    except BaseException:
        project.tracker.finish(parent, "failed")
        raise
    notes, models = _keep_best(cell, found)
    if found.best_run is not None and not _is_notebook(cell):
        why = doubt(is_resumed=is_resumed, jobs=found.limits.jobs, stopped=stopped)
        found.runs.add(found.best_run, log_of_cell(project, found.best_run, cell.source, why))
    return Tuned(
        study=study.study_name,
        run=parent.ref,
        direction=direction_of(study),
        stopped=stopped,
        trials=found.trials(),
        importance=_importance(study),
        models=models,
        notes=tuple(notes),
    )


def _objective(project: Project, cell: Cell | None, space: tuple[str, ...], score: str) -> Objective:
    if cell is None or not hasattr(cell, "evaluate"):
        raise Invalid(
            "There is nothing to tune.", hint="Write %%mlops tune NAME above a cell, or name a notebook."
        )
    if _is_notebook(cell):
        notebook = NotebookObjective(project, str(cell.notebook), read_space(space), score)
        notebook.check()
        return notebook
    if space:
        raise Invalid(
            "A cell asks `trial` for its parameters.", hint="Write trial.suggest_float(…) in it, not --space."
        )
    return CellObjective(cell)


def _is_notebook(cell: Cell) -> bool:
    """Tell whether what was named is a notebook's file, not a cell of one."""
    if not (cell.notebook or "").endswith(".ipynb") or not cell.source.lstrip().startswith("{"):
        return False
    try:
        return "nbformat" in json.loads(cell.source)
    except ValueError:
        return False


def _name(cell: Cell) -> str:
    return f"{PurePath(cell.notebook or 'tune').stem}-{uuid.uuid4().hex[:6]}"


def _start(project: Project, study: Study, cell: Cell) -> Run:
    spool.settle(project)
    run = project.tracker.start(
        study.study_name,
        key=uuid.uuid4().hex,
        experiment=project.settings.experiment or project.name,
        tags=provenance.origin(project, cell.notebook),
    )
    call.makes(f"run:{run.ref}")
    if cell.notebook:
        call.reads(f"notebook:{cell.notebook}")
    return run


def _keep_best(cell: Cell, found: TrialSearch) -> tuple[list[str], tuple[str, ...]]:
    """Make what the best trial bound the notebook's, and keep its models in its run."""
    cell.bind(found.names)
    estimators = fitted(cell.source, found.names)
    if not estimators or found.best_run is None:
        return [], ()
    try:
        notes = keep(found.runs, found.best_run, estimators, {**cell.namespace, **found.names})
    except MlopsError as error:
        return [f"The best model is not kept. {error}"], ()
    known = found.project.session.models.values()
    kept = {item.name for item in known if item.run == found.best_run.id}
    return notes, tuple(sorted(kept & estimators.keys()))


def _importance(study: Study) -> dict[str, float]:
    """Return what mattered, most first; nothing before there are enough trials to tell."""
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    try:
        found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
    except (RuntimeError, ValueError):
        return {}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _written(found: TrialSearch, cell: Cell, answer: Tuned) -> Tuned:
    """Write the study to its run, and close that."""
    project, runs, best = found.project, found.runs, answer.best
    log = RunLog(
        params={} if best is None else {f"best.{name}": str(value) for name, value in best.params.items()},
        metrics={} if best is None or best.value is None else {"score": best.value},
        tags={provenance.STUDY: answer.study, "jupyter_mlops.stopped": answer.stopped},
        artifacts=_files(cell, answer),
        curves={"best_so_far": answer.curve} if answer.curve else {},
    )
    runs.close(found.parent, log, "failed" if best is None else "finished", found.took_s)
    project.session.last_run = found.parent.ref
    if not runs.trouble:
        return answer
    said = f"The tracker failed: {runs.trouble} What it lacks waits in {spool.folder(project)}; the next record or search sends it."
    return answer.model_copy(update={"notes": (*answer.notes, said)})


def _files(cell: Cell, answer: Tuned) -> list[Artifact]:
    trials = [trial.wire() for trial in answer.trials]
    files = [Artifact("trials.json", json.dumps(trials, indent=1).encode())]
    if not _is_notebook(cell):
        files.append(Artifact("source.py", redact(cell.source).encode("utf-8", "replace")))
    if (figure := answer.figure()) is not None:
        files.append(Artifact("figures/01-tune.plotly.json", json.dumps(figure).encode()))
    return files
