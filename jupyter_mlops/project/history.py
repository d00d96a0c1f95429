"""Tell who did what to one thing, when and why."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import NotFound, Unavailable
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import AnyRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models.history import strays


class History(Record):
    """The lines of the ledger that touch one thing, newest first.

    Parameters
    ----------
    foreign
        Where aliases of a model point that the ledger never pointed there, a sentence each.
    """

    of: str
    events: tuple[AuditEvent, ...]
    foreign: tuple[str, ...] = ()

    def card(self) -> Card:
        """Show who, when, what and why."""
        rows = tuple(
            (
                event.at[:19].replace("T", " "),
                event.actor,
                event.verb,
                _what(event),
                event.outcome,
                _why(event),
            )
            for event in self.events
        )
        columns = ("when", "who", "verb", "what", "outcome", "why")
        return Card(f"History of {self.of}", "info", columns=columns, rows=rows, notes=self.foreign)


@verb("history", effect="read")
def history(
    project: Project,
    ref: AnyRef,
    *,
    limit: Annotated[int, Field(ge=1, le=1000, description="How many lines to show.")] = 50,
) -> History:
    """Tell who did what to a dataset, model, version or run, when and why."""
    with project.store.read() as connection:
        told = ledger.entries(connection, newest=True, settled=True)
        events = tuple(islice((event for event in told if _touches(event, ref)), limit))
    if not events:
        raise NotFound(f"The ledger says nothing of {ref!r}.", hint="List its lines with `%mlops audit`.")
    return History(of=ref, events=events, foreign=_foreign(project, ref))


def _foreign(project: Project, ref: str) -> tuple[str, ...]:
    """Say what somebody moved outside this project; nothing where the registry does not answer."""
    kind, colon, rest = ref.partition(":")
    name = (rest if colon else kind).partition("@")[0]
    if not name or kind == "dataset":
        return ()
    try:
        return tuple(strays(project, name))
    except Unavailable:
        return ()


def _touches(event: AuditEvent, ref: str) -> bool:
    kind, colon, name = ref.partition(":")
    wanted = {"dataset": ("dataset", "snapshot"), "model": ("model", "version")}.get(kind) if colon else None
    body = name if colon else ref
    for reference in (*event.inputs, *event.outputs):
        found, _, value = reference.partition(":")
        same = value == body or ("@" not in body and value.partition("@")[0] == body)
        if body.startswith("@"):
            same = value.startswith(body)
        if same and (wanted is None or found in wanted):
            return True
    return False


def _what(event: AuditEvent) -> str:
    made = ", ".join(reference.partition(":")[2] for reference in event.outputs or event.inputs)
    alias = event.arguments.get("to", "champion") if event.verb in {"promote", "rollback"} else None
    return f"{made} → {alias}" if alias else made


def _why(event: AuditEvent) -> str:
    """Return what people said, and what the ledger keeps of the grounds: a gate's verdict, an override."""
    said = next(
        (str(event.arguments[key]) for key in ("note", "comment", "message") if event.arguments.get(key)), ""
    )
    return " · ".join(filter(None, (said, event.reason)))
