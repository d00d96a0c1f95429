"""Make a run again from its record, and seal whether the same came of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.errors import Conflict, Invalid, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, Run, RunLog
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.load import load
from jupyter_mlops.data.resolve import resolve
from jupyter_mlops.experiments.comparison import predictions
from jupyter_mlops.experiments.environment import environment
from jupyter_mlops.experiments.provenance import MODELS
from jupyter_mlops.experiments.recorder.run_record import RunRecord
from jupyter_mlops.experiments.recorder.session_notebook import SESSION
from jupyter_mlops.experiments.reproduction import judge
from jupyter_mlops.experiments.reproduction.answer import Reproduction
from jupyter_mlops.experiments.reproduction.judge import Changed, Predicted
from jupyter_mlops.experiments.reproduction.outputs import first_difference
from jupyter_mlops.experiments.reproduction.rebuild import TAG, Rebuilt, read_record, rebuild
from jupyter_mlops.experiments.reproduction.scratch import scratch
from jupyter_mlops.experiments.reproduction.verdict import differing, verdict_of
from jupyter_mlops.pipelines.file.document import Notebook
from jupyter_mlops.pipelines.running.runner import CellProgress, Job, NotebookRun, Runner

REPRODUCED = "mlops.reproduced"
REPRODUCES = "mlops.reproduces"
_REPORT = "mlops/reproduction.json"
_LONGEST = 500
_NEWEST = 50
_CELLS_FAULT = frozenset(["error", "quit"])


@dataclass(frozen=True)
class _Order:
    """How to run it: the tag's value by which the new run is found, and how long a cell may take."""

    mark: str
    timeout_s: float


@dataclass(frozen=True)
class _Ran:
    """What came of running the rebuilt notebook."""

    rebuilt: Rebuilt
    answer: NotebookRun
    made: Run | None
    output: Path
    notes: tuple[str, ...]


@verb("reproduce", effect="write", foreign=True, long=True)
def reproduce(
    project: Project,
    run: RunRef,
    *,
    tolerance: Annotated[
        float,
        Field(ge=0, lt=1, description="Largest relative difference of a number that counts as the same."),
    ] = 1e-6,
    timeout: Annotated[
        float | None,
        Field(gt=0, description="Longest time a cell may take, in seconds; settings say otherwise."),
    ] = None,
) -> Reproduction:
    """Make a run again from its record in a fresh kernel, compare, and seal whether it is reproduced.

    Raises
    ------
    NotFound
        The run has no record, or a snapshot that it read is gone; nothing ran.
    Invalid
        It did not finish, or its record cannot be read; nothing ran.
    Conflict
        A snapshot holds other data now; nothing ran.
    Refused
        A source was masked; nothing ran.
    Unavailable
        The kernel died, or a cell took too long: that says nothing of the run, and is not sealed.
    """
    recorded = project.tracker.run(run)
    call.reads(f"run:{recorded.ref}", given=f"run:{run}")
    if recorded.status != "finished":
        raise Invalid(
            f"{recorded.ref} is {recorded.status}; only a finished run can be reproduced.",
            hint="List the runs with `%mlops runs`.",
        )
    record = read_record(project, recorded)
    mark = uuid.uuid4().hex[:12]
    rebuilt = rebuild(record, mark)
    _check_snapshots(project, record)
    ran = _run(project, recorded, record, rebuilt, _Order(mark, timeout or project.settings.cell_timeout_s))
    return _sealed(project, recorded, ran, _judged(project, recorded, record, ran, tolerance))


def _check_snapshots(project: Project, record: RunRecord) -> None:
    """Read every snapshot once; this session has not used them by that."""
    used = dict(project.session.snapshots)
    try:
        for number, item in enumerate(record.snapshots):
            progress.report(number, len(record.snapshots), f"read {item.ref}")
            found = resolve(project, item.ref)
            if item.digest and found.digest != item.digest:
                raise Conflict(
                    f"{item.ref} holds other data than the run read: {found.digest[:12]}, not {item.digest[:12]}.",
                    hint="Bring the project's store back as it was.",
                )
            load(project, item.ref)
    finally:
        project.session.snapshots.clear()
        project.session.snapshots.update(used)


def _run(project: Project, recorded: Run, record: RunRecord, rebuilt: Rebuilt, order: _Order) -> _Ran:
    """Run the rebuilt notebook where nothing of the project is written over."""
    runner = cast(Runner, project.service("runner", project.settings.runner))
    output = project.folder / "reproduced" / f"{recorded.id[:8]}.ipynb"
    environment = {
        "JUPYTER_MLOPS_NOTEBOOK": record.notebook,
        "JUPYTER_MLOPS_PARENT_RUN": recorded.id,
    }
    with scratch(project, record, order.mark) as (place, lost):
        notebook = Notebook(place, record.notebook or place.name, "", rebuilt.node())
        job = Job(notebook, output, order.timeout_s, environment=environment)
        answer = runner.run(job, _observe, progress.is_cancelled)
    failure = answer.failure
    if failure is not None and failure.cause not in _CELLS_FAULT:
        raise Unavailable(
            f"{recorded.ref} could not be run again: {failure.message}", hint=f"Open {output}, and try again."
        )
    made = next(
        (one for one in project.tracker.runs(limit=_NEWEST).runs if one.tags.get(TAG) == order.mark), None
    )
    if failure is None and (made is None or made.status != "finished"):
        raise Unavailable(
            f"The tracker does not have all of what {recorded.ref} gave now.",
            hint="Check with `%mlops doctor`, and try again.",
        )
    return _Ran(rebuilt, answer, made, output, (*lost, *answer.warnings))


def _observe(at: CellProgress) -> None:
    progress.report(at.done, at.total, at.label)


def _judged(project: Project, recorded: Run, record: RunRecord, ran: _Ran, tolerance: float) -> Reproduction:
    failed = _failure(ran)
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
        environment=_environment(project, record),
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


def _failure(ran: _Ran) -> str:
    """Say which cell failed, by its label in the record; nothing when none did."""
    failure = ran.answer.failure
    if failure is None:
        return ""
    failed = {cell.id for cell in ran.answer.cells if cell.number == failure.cell}
    where = next((cell.label for cell in ran.rebuilt.cells if cell.id in failed), "loading the extension")
    return f"{where} failed: {failure.name}: {failure.message}".rstrip(".: ")


def _environment(project: Project, record: RunRecord) -> tuple[Changed, ...]:
    """Return what is installed otherwise than it was, Python first."""
    now = environment(project)
    before = {"python": record.environment.python, **judge.packages(record.environment.packages)}
    return judge.changes(before, {"python": now.python, **judge.packages(now.packages)})


def _doubts(record: RunRecord, *, is_same: bool) -> Iterator[str]:
    """Say what was known against it before it ran, where it was not reproduced."""
    if is_same:
        return
    yield from (f"When it was recorded: {reason}." for reason in record.reasons)
    unseeded = [name for name in record.seeds.drawn if name not in record.seeds.seeded]
    if unseeded:
        yield f"It drew from {', '.join(unseeded)}, which no cell seeded."


def _sealed(project: Project, recorded: Run, ran: _Ran, answer: Reproduction) -> Reproduction:
    """Write the verdict to the run, to its model versions, and to the new run."""
    word, by = "yes" if answer.is_reproduced else "no", f" by {answer.made}" if answer.made else ""
    seal = f"{word}{by} on {project.clock.now():%Y-%m-%d}: {answer.verdict}"[:_LONGEST]
    versions = [one for one in project.tracker.versions() if one.run == recorded.ref]
    answer = answer.model_copy(update={"versions": tuple(one.ref for one in versions)})
    if ran.made is not None:
        call.makes(f"run:{ran.made.ref}")
        report = Artifact(_REPORT, json.dumps(answer.wire(), ensure_ascii=False, indent=1).encode())
        project.tracker.log(ran.made, RunLog(tags={REPRODUCES: recorded.id}, artifacts=[report]))
    project.tracker.log(recorded, RunLog(tags={REPRODUCED: seal}))
    for version in versions:
        project.tracker.tag(version, {REPRODUCED: seal})
    return answer
