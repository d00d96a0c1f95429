"""Go on with an execution that failed, from where it failed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, RowMapping

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Conflict, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import ExecutionRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable import frozen, state
from jupyter_mlops.pipelines.durable.account import Execution, account
from jupyter_mlops.pipelines.durable.attempt import work_of
from jupyter_mlops.pipelines.durable.foreground import conduct
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.notebook_step import job_of
from jupyter_mlops.pipelines.durable.sheet import Sheet
from jupyter_mlops.pipelines.durable.state import StepKey
from jupyter_mlops.pipelines.file import definition, document
from jupyter_mlops.pipelines.run import Detach, fail
from jupyter_mlops.pipelines.running import checkpoint

_AGAIN = {"failed", "cancelled", "skipped"}


@verb("retry", effect="write", foreign=True, long=True)
def retry(
    project: Project,
    ref: ExecutionRef = "latest",
    *,
    from_start: Annotated[bool, Field(description="Run every step and every cell again.")] = False,
    detach: Detach = False,
) -> Execution:
    """Go on with an execution that failed or was cancelled, from its failed step and cell.

    Raises
    ------
    Conflict
        It has not failed.
    Refused
        What it did before the failure does not hold any more; the sentence says what changed.
    """
    with project.store.read() as connection:
        execution = state.resolve(connection, ref)
        row = state.find(connection, execution)
        steps = state.steps_of(connection, execution)
    call.reads(f"execution:{execution}", given=f"execution:{ref}")
    _check_ended(row)
    plan = _plan(project, row, steps, from_start=from_start)
    if from_start:
        shutil.rmtree(project.folder / "runs" / execution / "checkpoints", ignore_errors=True)

    else:
        _check_checkpoints(project, row, plan)

    def begin(worker: str | None) -> str:
        with project.store.write() as connection:
            _reopen(project, connection, execution, plan, worker, from_start=from_start)
        return execution

    if not detach:
        found = conduct(project, begin)
        call.makes(f"execution:{found.ref}")
        if not found.is_well:
            fail(found)
        return found
    begin(None)
    with project.store.read() as connection:
        return account(connection, execution, project.clock.now())


def _check_ended(row: RowMapping) -> None:
    if row["status"] not in {"failed", "cancelled"}:
        hint = (
            f"Follow it: `%mlops follow {row['id']}`." if row["status"] not in state.ENDED else "Run it anew."
        )
        raise Conflict(f"{row['id']} is {row['status']}, so there is nothing to retry.", hint=hint)


def _plan(project: Project, row: RowMapping, steps: Sequence[RowMapping], *, from_start: bool) -> Frozen:
    """Freeze the notebooks as they are now: the one that failed may have been mended since."""
    before = Frozen.model_validate(row["definition"])
    if before.is_notebook:
        notebook = document.find(project.root, str(before.definition.steps[0].notebook))
        (step,) = before.definition.steps
        after = frozen.of_notebook(project, notebook, before.definition.name, step.secrets)
    else:
        after = frozen.freeze(project, definition.load(project.root, before.definition.file))
        if after.definition.digest != before.definition.digest and not from_start:
            raise Refused(
                f"{before.definition.file} has changed since.",
                hint=f"Run it anew: `%mlops run {before.definition.name}`.",
            )
    if not from_start:
        _check_unchanged(before, after, steps)
    return after.model_copy(update={"cell_timeout_s": before.cell_timeout_s})


def _check_unchanged(before: Frozen, after: Frozen, steps: Sequence[RowMapping]) -> None:
    for step in steps:
        name = before.definition.step(step["name"]).notebook
        if step["status"] in state.GOOD and name and before.notebooks[name] != after.notebooks.get(name):
            raise Refused(
                f"{name} has changed since {step['name']} succeeded.",
                hint="Put it back, or begin anew with --from-start.",
            )


def _check_checkpoints(project: Project, row: RowMapping, plan: Frozen) -> None:
    """Refuse to go on within a notebook when what its cells did before does not hold any more."""
    with project.store.read() as connection:
        sheet = Sheet(connection, {**row, "definition": plan.wire()}, project.clock.now())
        for item in sheet.with_status("failed"):
            if sheet.definition.step(item.name).notebook is None or not item.attempt:
                continue
            work = work_of(project, StepKey(sheet.id, item.name, item.item, item.attempt), sheet)
            verdict = checkpoint.verdict(project, replace(job_of(work), resume=True))
            if verdict.refusal:
                raise Refused(verdict.refusal, hint="Put it back, or begin anew with --from-start.")


def _reopen(
    project: Project,
    connection: Connection,
    execution: str,
    plan: Frozen,
    worker: str | None,
    *,
    from_start: bool,
) -> None:
    row = state.lock(connection, execution)
    _check_ended(row)
    now = project.clock.now()
    sheet = Sheet(connection, row, now)
    for item in list(sheet.items()):
        if from_start or item.status in _AGAIN:
            blank = dict.fromkeys(["due_at", "started_at", "finished_at", "run_id"])
            sheet.change(item, status="pending", failures=0, reason="", **blank)
    sheet.change_execution(
        definition=plan.wire(),
        digest=plan.digest,
        status="queued",
        is_cancelled=False,
        held_by=worker,
        reason="",
        finished_at=None,
        due_at=state.moment(now),
    )
