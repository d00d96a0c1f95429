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
from jupyter_mlops.core.tracker import PastRun, Run, RunStatus
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.launch import Cause
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
    with project.store.read() as connection:
        row = state.find(connection, execution)
    known = {**_tags(name, row), **tags}
    found = project.tracker.start(name, key=execution, experiment=_experiment(project), tags=known)
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
    whole = _record_whole(project, row)
    if Frozen.model_validate(row["definition"]).is_notebook:
        return  # it is its only step
    for key, step, filled in _unrecorded(sheet, steps):
        _record_step(project, whole, key, step, filled)


def _record_whole(project: Project, row: RowMapping) -> str:
    frozen = Frozen.model_validate(row["definition"])
    past = PastRun(
        frozen.definition.name,
        row["id"],
        _experiment(project),
        _STATUS[row["status"]],
        _moment(row["started_at"]),
        _moment(row["finished_at"]),
        params={} if frozen.is_notebook else _shown(row["parameters"]),
        tags=_tags(frozen.definition.name, row) | _ending(row),
    )
    found = project.tracker.record(past)
    if row["run_id"] != found:
        with project.store.write() as connection:
            state.change(connection, row["id"], project.clock.now(), run_id=found)
    return found


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
    project: Project, whole: str, key: StepKey, row: RowMapping, filled: Mapping[str, JsonValue]
) -> None:
    past = PastRun(
        key.name,
        str(key),
        _experiment(project),
        _STATUS[row["status"]],
        _moment(row["started_at"]),
        _moment(row["finished_at"]),
        params=_shown(filled),
        metrics=numbers(cast(Mapping[str, JsonValue], row["outputs"])),
        tags={
            "jupyter_mlops.execution": key.execution,
            "jupyter_mlops.step": key.name,
            "jupyter_mlops.parent": whole,
            **_ending(row),
        },
    )
    found = project.tracker.record(past)
    with project.store.write() as connection:
        state.change_step(connection, key, project.clock.now(), run_id=found)


def _tags(name: str, row: RowMapping) -> dict[str, str]:
    known = {"jupyter_mlops.pipeline": name, "jupyter_mlops.execution": row["id"]}
    around = Cause.model_validate(row["cause"]).run
    return known | ({"jupyter_mlops.parent": around, "jupyter_mlops.part": "execution"} if around else {})


def _shown(values: Mapping[str, JsonValue]) -> dict[str, str]:
    return {name: redact(str(value))[:_LONGEST] for name, value in values.items()}


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


def _experiment(project: Project) -> str:
    return project.settings.experiment or project.name


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
