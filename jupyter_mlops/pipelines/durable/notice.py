"""Tell people what became of an execution, or that it waits for them."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Mapping
from typing import Any, Protocol, cast

from sqlalchemy import RowMapping

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.file.definition import Definition
from jupyter_mlops.pipelines.file.trigger_spec import Event

_LOG = logging.getLogger(__name__)
PATIENCE_S = 30.0


class Notice(Record):
    """One thing to tell.

    Parameters
    ----------
    to
        References to addresses, like env:SLACK_URL.
    """

    event: Event
    title: str
    body: str
    execution: str
    pipeline: str
    to: tuple[str, ...]


class Notifier(Protocol):
    """Carry a notice to its addresses; whoever is away is tried again, and never waited for."""

    def send(self, notice: Notice) -> None:
        """Send it, or keep it for later."""
        ...


def tell(project: Project, notice: Notice | None, patience_s: float = PATIENCE_S) -> str:
    """Hand a notice over, and say what came of it; that it cannot be sent is no failure of what it tells.

    Parameters
    ----------
    patience_s
        Whoever takes longer is not waited for.
    """
    if notice is None or not notice.to:
        return ""
    problems = [f"{', '.join(notice.to)} took longer than {patience_s:g} s."]
    context = contextvars.copy_context()
    sending = threading.Thread(target=context.run, args=(_send, project, notice, problems), daemon=True)
    sending.start()
    sending.join(patience_s)
    if not problems:
        return f"{', '.join(notice.to)} was told."
    _LOG.warning("%s: nobody was told: %s", notice.execution, problems[-1])
    return f"Nobody was told: {problems[-1]}"


def _send(project: Project, notice: Notice, problems: list[str]) -> None:
    """Send a notice; *problems* is empty once that is done."""
    try:
        notifier = cast(Notifier, project.service("notifier", project.settings.notifier))
        notifier.send(notice)
    except MlopsError as error:
        problems.append(error.message)
    else:
        problems.clear()


def of_end(project: Project, row: RowMapping) -> Notice | None:
    """Return what is to be told of an execution's end, if its pipeline asks for it."""
    definition = Frozen.model_validate(row["definition"]).definition
    event: Event = "failure"
    if row["status"] == "succeeded":
        with project.store.read() as connection:
            before = state.status_before(connection, row["pipeline"], row["created_at"])
        event = "recovery" if before == "failed" and "recovery" in definition.notify.on else "success"
    if row["status"] == "cancelled" or event not in definition.notify.on:
        return None
    title = f"{row['pipeline']} {'recovered' if event == 'recovery' else row['status']}"
    body = redact(row["reason"]) or f"Execution {row['id']} ended."
    return Notice(
        event=event,
        title=title,
        body=body,
        execution=row["id"],
        pipeline=row["pipeline"],
        to=definition.notify.to,
    )


def is_told_of_questions(definition: Definition) -> bool:
    """Whether somebody is to hear that an execution waits for people."""
    return bool(definition.notify.to) and "approval" in definition.notify.on


def of_question(row: Mapping[str, Any], asked: str, message: str) -> Notice:
    """Return what is to be told when an execution waits for people."""
    definition = Frozen.model_validate(row["definition"]).definition
    return Notice(
        event="approval",
        title=f"{row['pipeline']} waits for approval",
        body=f"{redact(message)}\nAnswer with: jupyter mlops approve {asked}",
        execution=row["id"],
        pipeline=row["pipeline"],
        to=definition.notify.to,
    )
