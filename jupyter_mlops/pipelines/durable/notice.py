"""Tell people what became of an execution, or that it waits for them."""

from __future__ import annotations

from typing import Protocol, cast

from sqlalchemy import RowMapping

from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.pipelines.durable import state
from jupyter_mlops.pipelines.durable.frozen import Frozen
from jupyter_mlops.pipelines.file.trigger_spec import Event


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


def tell(project: Project, notice: Notice | None) -> None:
    """Hand a notice over; that it cannot be sent is no failure of what it tells."""
    if notice is None or not notice.to:
        return
    notifier = cast(Notifier, project.service("notifier", project.settings.notifier))
    try:
        notifier.send(notice)
    except MlopsError:
        return


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


def of_question(row: RowMapping, asked: str, message: str) -> Notice | None:
    """Return what is to be told when an execution waits for people, if its pipeline asks for it."""
    definition = Frozen.model_validate(row["definition"]).definition
    if "approval" not in definition.notify.on:
        return None
    return Notice(
        event="approval",
        title=f"{row['pipeline']} waits for approval",
        body=f"{redact(message)}\nAnswer with: jupyter mlops approve {asked}",
        execution=row["id"],
        pipeline=row["pipeline"],
        to=definition.notify.to,
    )
