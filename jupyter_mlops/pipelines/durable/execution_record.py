"""How an execution is recorded: a run, and within it one for every step that began.

A notebook's step opens its run when it begins. The others are written down when the execution has ended, with the
times they had: no step waits for the tracker, and a tracker that is away is told later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import cast

from pydantic import JsonValue
from sqlalchemy import RowMapping

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.tracker import Run, RunLog, RunStatus
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.sheet import Sheet
from jupyter_mlops.pipelines.durable.state import StepKey
from jupyter_mlops.pipelines.file.placeholder import fill, plain

_STATUS: Mapping[str, RunStatus] = {
    "succeeded": "finished",
    "cached": "finished",
    "failed": "failed",
    "cancelled": "killed",
}
_LONGEST = 500


def open_run(project: Project, name: str, execution: str, tags: Mapping[str, str]) -> Run:
    """Return the run of a whole execution; asking again answers the same one."""
    found = _run(project, name, execution, None, tags)
    with project.store.write() as connection:
        state.change(connection, execution, project.clock.now(), run_id=found.id)
    return found


def close(project: Project, execution: str) -> None:
    """Close the run of an execution that has ended, with those of its steps; done again, it adds nothing.

    Raises
    ------
    Unavailable
        The tracker does not answer.
    """
    with project.store.read() as connection:
        row = state.find(connection, execution)
        sheet = Sheet(connection, row, project.clock.now())
        steps = state.steps_of(connection, execution)
    if row["run_id"] is None and all(step["started_at"] is None for step in steps):
        return  # nothing was done
    frozen = Frozen.model_validate(row["definition"])
    whole = _run(project, frozen.definition.name, execution, row["started_at"], {})
    if row["run_id"] is None:
        with project.store.write() as connection:
            state.change(connection, execution, project.clock.now(), run_id=whole.id)
    if not frozen.is_notebook:
        for key, step, filled in _unrecorded(sheet, steps):
            _record_step(project, whole, key, step, filled)
        params = {name: redact(str(value))[:_LONGEST] for name, value in row["parameters"].items()}
        project.tracker.log(whole, RunLog(params=params, tags=_ending(row)))
    if whole.status == "running" or not frozen.is_notebook:
        project.tracker.finish(whole, _STATUS[row["status"]], at=_moment(row["finished_at"]))


def _run(project: Project, name: str, execution: str, at: str | None, tags: Mapping[str, str]) -> Run:
    known = {"jupyter_mlops.pipeline": name, "jupyter_mlops.execution": execution, **tags}
    begun = None if at is None else _moment(at)
    return project.tracker.start(name, key=execution, experiment=experiment(project), tags=known, at=begun)


def _unrecorded(
    sheet: Sheet, steps: Sequence[RowMapping]
) -> Iterator[tuple[StepKey, RowMapping, Mapping[str, JsonValue]]]:
    """Yield the steps that began and have no run yet, with what each was given."""
    scope = sheet.scope()
    for row in steps:
        if row["started_at"] is None or row["run_id"] is not None:
            continue
        step = sheet.definition.step(row["name"])
        filled = dict((step.arguments if step.verb else step.parameters) | row["parameters"])
        for name, value in filled.items():
            with suppress(Invalid):  # it failed for what an earlier step has not given
                filled[name] = fill(value, scope)
        yield StepKey(sheet.id, row["name"], row["item"], row["attempt"]), row, filled


def _record_step(
    project: Project, whole: Run, key: StepKey, row: RowMapping, filled: Mapping[str, JsonValue]
) -> None:
    tracker = project.tracker
    tags = {
        "jupyter_mlops.execution": key.execution,
        "jupyter_mlops.step": key.name,
        "jupyter_mlops.parent": whole.id,
    }
    begun, ended = _moment(row["started_at"]), _moment(row["finished_at"])
    run = tracker.start(key.name, key=str(key), experiment=whole.experiment, tags=tags, at=begun)
    params = {name: redact(str(value))[:_LONGEST] for name, value in filled.items()}
    outputs = cast(Mapping[str, JsonValue], row["outputs"])
    tracker.log(run, RunLog(params=params, metrics=numbers(outputs), tags=_ending(row)))
    tracker.finish(run, _STATUS[row["status"]], at=ended)
    with project.store.write() as connection:
        state.change_step(connection, key, project.clock.now(), run_id=run.id)


def _ending(row: RowMapping) -> dict[str, str]:
    known = {"jupyter_mlops.status": row["status"], "jupyter_mlops.reason": row["reason"][:_LONGEST]}
    return {name: value for name, value in known.items() if value}


def numbers(outputs: Mapping[str, JsonValue]) -> dict[str, float]:
    """Return the outputs that are numbers: they are a step's metrics."""
    found = {name: plain(value) for name, value in outputs.items()}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def experiment(project: Project) -> str:
    """Return where executions are recorded."""
    return project.settings.experiment or project.name


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
