"""One attempt at one step: claimed, done, and settled, by whoever holds the claim."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from pydantic import JsonValue

from jupyter_mlops.core.errors import MlopsError, Unavailable
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.durable.sheet import Sheet
from jupyter_mlops.pipelines.durable.state import StepKey, moment
from jupyter_mlops.pipelines.durable.step_notebook import passed_to
from jupyter_mlops.pipelines.file.placeholder import fill
from jupyter_mlops.pipelines.file.spec import StepSpec

_ASK_EVERY_S = 1.0
_PATIENCE_S = 600.0


@dataclass(frozen=True)
class Work:
    """What an attempt is to do.

    Parameters
    ----------
    parameters
        The step's parameters (a verb's arguments), placeholders filled.
    passed
        Variables that the step's cells take over from earlier steps.
    secrets
        References by name.
    is_again
        An earlier try at it ended early: what was checkpointed may serve.
    """

    project: Project
    key: StepKey
    frozen: Frozen
    step: StepSpec
    actor: Actor
    parameters: Mapping[str, JsonValue]
    passed: Mapping[str, JsonValue] = field(default_factory=dict)
    secrets: Mapping[str, JsonValue] = field(default_factory=dict)
    is_again: bool = False
    is_last: bool = True


@dataclass(frozen=True)
class Settled:
    """What came of an attempt.

    Parameters
    ----------
    status
        `put-back` when it was neither done nor refused: whoever comes next does it.
    """

    status: Literal["succeeded", "cached", "failed", "cancelled", "put-back"]
    reason: str = ""
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)
    output: str = ""
    run_id: str | None = None
    cells: tuple[Record, ...] = ()
    error: Mapping[str, object] | None = None
    cache_key: str | None = None


def work_of(project: Project, key: StepKey, sheet: Sheet) -> Work:
    """Return what an attempt is to do, placeholders filled.

    Raises
    ------
    Invalid
        A placeholder names what is not there.
    """
    step = sheet.definition.step(key.name)
    item = next(item for item in sheet.items(key.name) if item.item == key.item)
    frozen = Frozen.model_validate(sheet.row["definition"])
    scope = sheet.scope()
    parameters = cast(Mapping[str, JsonValue], sheet.row["parameters"])
    if not frozen.is_notebook:
        given = {**(step.arguments if step.verb else step.parameters), **item.parameters}
        parameters = cast(dict[str, JsonValue], fill(given, scope))
    return Work(
        project,
        key,
        frozen,
        step,
        Actor(str(sheet.row["actor"]), str(sheet.row["source"])),
        parameters,
        passed=passed_to(step, scope),
        secrets=cast(dict[str, JsonValue], fill(dict(step.secrets), scope)),
        is_again=item.status == "running" or item.attempt > 1,
    )


class Attempt:
    """Do a step once.

    Parameters
    ----------
    stopping
        Tells whether the worker has been asked to end.
    """

    def __init__(self, project: Project, key: StepKey, worker: str, stopping: Callable[[], bool]) -> None:
        self._project = project
        self._key = key
        self._worker = worker
        self._stopping = stopping
        self._claim = secrets.token_hex(8)
        self._asked = 0.0
        self._is_unwanted = False
        self._limit: float | None = None
        self._why = ""

    def perform(self) -> None:
        """Do it, unless it is done, taken back, or somebody else's by now."""
        work = self._take()
        if work is None:
            return
        try:
            settled = self._do(work)
        except MlopsError as error:
            settled = Settled("failed", error.message, error=error.wire())
        except Exception as error:  # noqa: BLE001 - whatever a step raises is the step's failure
            settled = Settled("failed", redact(f"{type(error).__name__}: {error}"))
        self._settle(settled)

    def _take(self) -> Work | None:
        """Claim the step; whoever held it before can settle nothing any more."""
        with self._project.store.write() as connection:
            row = state.lock(connection, self._key.execution)
            sheet = Sheet(connection, row, self._project.clock.now())
            item = next(item for item in sheet.items(self._key.name) if item.item == self._key.item)
            if item.attempt != self._key.attempt or item.status not in {"queued", "running"}:
                return None
            if row["is_cancelled"]:
                sheet.end(item, "cancelled", row["reason"])
                return None
            begun = {} if item.status == "running" else {"started_at": moment(sheet.now)}
            sheet.change(item, status="running", claim=self._claim, worker=self._worker, **begun)
            step = sheet.definition.step(item.name)
            self._limit = None if step.timeout_s is None else time.monotonic() + step.timeout_s
            try:
                return work_of(self._project, self._key, sheet)
            except MlopsError as error:
                sheet.end(item, "failed", error.message)
                return None

    def _do(self, work: Work) -> Settled:
        if work.step.notebook is not None:
            from jupyter_mlops.pipelines.durable.notebook_step import run_notebook

            settled = run_notebook(work, self._is_stopped, self._note)
        else:
            from jupyter_mlops.pipelines.durable.verb_step import call_verb

            settled = call_verb(work)
        if settled.status != "cancelled":
            return settled
        if self._why == "stopping":
            return Settled("put-back", "Its worker was stopped.")
        return (
            settled
            if not self._why
            else Settled(**{**vars(settled), "status": "failed", "reason": self._why})
        )

    def _is_stopped(self) -> bool:
        """Tell whether the attempt is to end: asked for, too late, lost to another worker, or the worker's own end."""
        if self._stopping():
            self._why = "stopping"
            return True
        if self._limit is not None and time.monotonic() > self._limit:
            self._why = "The step took longer than its timeout_s."
            return True
        if not self._is_unwanted and time.monotonic() - self._asked > _ASK_EVERY_S:
            self._asked = time.monotonic()
            self._is_unwanted = self._is_lost()
        return self._is_unwanted

    def _is_lost(self) -> bool:
        try:
            with self._project.store.read() as connection:
                return not state.holds(connection, self._key, self._claim)
        except Unavailable:
            return False  # a store that is away says nothing: go on

    def _note(self, cells: tuple[Record, ...], known: Mapping[str, str]) -> None:
        """Let others see how far it has come."""
        values = {"cells": [cell.wire() for cell in cells], **known}
        try:
            with self._project.store.write() as connection:
                state.change_step(
                    connection, self._key, self._project.clock.now(), held=self._claim, **values
                )
        except Unavailable:
            return  # seen later

    def _settle(self, settled: Settled) -> None:
        """Write down what came of it, waiting for a store that is away for a while."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self._write(settled)
            except Unavailable:
                if time.monotonic() > until:
                    raise
                time.sleep(1)
            else:
                return

    def _write(self, settled: Settled) -> None:
        with self._project.store.write() as connection:
            row = state.lock(connection, self._key.execution)
            sheet = Sheet(connection, row, self._project.clock.now())
            item = next(item for item in sheet.items(self._key.name) if item.item == self._key.item)
            if not state.holds(connection, self._key, self._claim, is_wanted=False):
                return
            kept = {
                "outputs": dict(settled.outputs),
                "output": settled.output,
                "cells": [cell.wire() for cell in settled.cells],
                "error": settled.error,
                "cache_key": settled.cache_key if settled.status == "succeeded" else None,
                "claim": None,
            } | ({"run_id": settled.run_id} if settled.run_id else {})
            step = sheet.definition.step(item.name)
            if settled.status == "put-back":
                sheet.change(
                    item, status="pending", reason=settled.reason, due_at=moment(sheet.now), claim=None
                )
            elif (
                settled.status == "failed" and item.failures < step.retries.times and not row["is_cancelled"]
            ):
                wait_s = step.retries.wait_s(item.failures + 1)
                again = {"status": "pending", "failures": item.failures + 1, "due_at": sheet.later(wait_s)}
                sheet.change(item, reason=settled.reason, **kept, **again)
            else:
                sheet.end(item, settled.status, settled.reason, **kept)
