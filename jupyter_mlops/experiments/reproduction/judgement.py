"""Compare a run with what came of making it again, and say what differed first."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import ValidationError

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments.comparison import predictions
from jupyter_mlops.experiments.environment import environment
from jupyter_mlops.experiments.provenance import MODELS
from jupyter_mlops.experiments.recorder import run_record
from jupyter_mlops.experiments.recorder.run_record import RunRecord
from jupyter_mlops.experiments.recorder.session_notebook import SESSION
from jupyter_mlops.experiments.reproduction import judge
from jupyter_mlops.experiments.reproduction.again import Ran
from jupyter_mlops.experiments.reproduction.answer import Reproduction
from jupyter_mlops.experiments.reproduction.judge import Changed, Predicted
from jupyter_mlops.experiments.reproduction.outputs import first_difference
from jupyter_mlops.experiments.reproduction.verdict import differing, verdict_of


def judged(project: Project, recorded: Run, record: RunRecord, ran: Ran, tolerance: float) -> Reproduction:
    """Return what came of it, beside what was recorded."""
    failed = ran.failed
    made = None if failed else ran.made  # a run that broke off lacks everything
    metrics = () if made is None else judge.metrics(recorded.metrics, made.metrics, tolerance)
    predicted = None if made is None else _predicted(project, recorded, made, tolerance)
    params = () if made is None else judge.changes(recorded.params, made.params)
    models = () if made is None else judge.changes(_models(recorded), _models(made))
    has_models = bool(_models(recorded))
    is_same, verdict = (
        (False, failed) if failed else verdict_of(metrics, predicted, models, has_models=has_models)
    )
    session = project.tracker.artifact(recorded, SESSION)
    first = first_difference(session, ran.output.read_bytes(), ran.rebuilt.cells)
    return Reproduction(
        run=recorded.ref,
        made=None if ran.made is None else ran.made.ref,
        is_reproduced=is_same,
        verdict=verdict,
        first=first or failed or next(differing(metrics), ""),
        tolerance=tolerance,
        metrics=metrics,
        predictions=predicted,
        params=params,
        models=models,
        environment=_environment(project, record, ran.made),
        left_out=ran.rebuilt.left_out,
        output=ran.output.relative_to(project.root).as_posix(),
        took_s=ran.answer.duration_s,
        notes=(*ran.notes, *_doubts(record, is_same=is_same)),
    )


def _models(run: Run) -> dict[str, str]:
    return judge.digests(run.tags.get(MODELS, ""))


def _predicted(project: Project, recorded: Run, made: Run, tolerance: float) -> Predicted | None:
    if any(name.startswith(judge.EVALUATED) for name in recorded.metrics):
        return None  # they are of the rows that `evaluate` judged last
    return judge.predictions(predictions.read(project, recorded), predictions.read(project, made), tolerance)


def _environment(project: Project, record: RunRecord, made: Run | None) -> tuple[Changed, ...]:
    """Return what was installed otherwise than it was, Python first: as the new run's record has it, else as it is here."""
    before = {"python": record.environment.python, **judge.packages(record.environment.packages)}
    content = None if made is None else project.tracker.artifact(made, run_record.PATH)
    try:
        found = RunRecord.model_validate(json.loads(content or b"{}")).environment
        python, packages = found.python, found.packages
    except (ValueError, ValidationError):
        here = environment(project)
        python, packages = here.python, here.packages
    return judge.changes(before, {"python": python, **judge.packages(packages)})


def _doubts(record: RunRecord, *, is_same: bool) -> Iterator[str]:
    """Say what was known against it before it ran, where it was not reproduced."""
    if is_same:
        return
    yield from (f"When it was recorded: {reason}." for reason in record.reasons)
    unseeded = [name for name in record.seeds.drawn if name not in record.seeds.seeded]
    if unseeded:
        yield f"It drew from {', '.join(unseeded)}, which no cell seeded."
