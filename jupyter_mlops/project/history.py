"""Tell who did what to one thing, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import ledger
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import AnyRef, split_reference
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.governance.why import why
from jupyter_mlops.models.history import DEFAULT, moves
from jupyter_mlops.models.standing import strays

_OF_ALIASES = ("promote", "rollback", "request", "gate")


class History(Record):
    """The lines of the ledger that touch one thing, newest first.

    Parameters
    ----------
    foreign
        Where aliases of a model point that the ledger never pointed there, a sentence each.
    before
        Where an alias pointed before a promotion or rollback moved it, by the line.
    """

    of: str
    events: tuple[AuditEvent, ...]
    foreign: tuple[str, ...] = ()
    before: dict[int, str] = {}

    def card(self) -> Card:
        """Show who and how we know them, when, what, from what, and why."""
        rows = tuple(
            (
                str(event.seq),
                event.at[:19].replace("T", " "),
                f"{event.actor} ({event.source})",
                event.verb,
                _what(event),
                self.before.get(event.seq, "") or _from(event),
                event.outcome,
                why(event),
            )
            for event in self.events
        )
        columns = ("line", "when", "who", "verb", "what", "from", "outcome", "why")
        return Card(f"History of {self.of}", "info", columns=columns, rows=rows, notes=self.foreign)


@verb("history", effect="read")
def history(
    project: Project,
    ref: AnyRef,
    *,
    limit: Annotated[int, Field(ge=1, le=1000, description="How many lines to show.")] = 50,
) -> History:
    """Tell who did what to a dataset, model, version or run, when and why."""
    meant = _meant(project, ref)
    with project.store.read() as connection:
        told = ledger.entries(connection, newest=True, settled=True)
        events = tuple(islice((event for event in told if _touches(event, meant)), limit))
    if not events:
        raise NotFound(f"The ledger says nothing of {ref!r}.", hint="List its lines with `%mlops audit`.")
    return History(of=ref, events=events, foreign=_foreign(project, ref), before=_before(project, events))


def _meant(project: Project, ref: str) -> str:
    """Return a reference by the number that the ledger knows: of `churn@champion`, `customers@latest`."""
    kind, colon, rest = ref.partition(":")
    body = rest if colon else ref
    if body.startswith("@") or body.endswith(".ipynb"):
        return ref
    _, selector = split_reference(body)
    if selector is None or selector.isdecimal():
        return ref
    finders = {"model": _version_of, "dataset": _snapshot_of}
    found = (find(project, body) for word, find in finders.items() if not colon or word == kind)
    return next(filter(None, found), ref)


def _version_of(project: Project, ref: str) -> str | None:
    try:
        return f"model:{project.tracker.resolve(ref).ref}"
    except (NotFound, Invalid, Unavailable):
        return None


def _snapshot_of(project: Project, ref: str) -> str | None:
    try:
        return f"dataset:{resolve(project, ref).ref}"
    except (NotFound, Invalid):
        return None


def _before(project: Project, events: Iterable[AuditEvent]) -> dict[int, str]:
    """Return where the aliases pointed before the moves among *events*; a foreign move in between says its own."""
    shown = {event.seq for event in events if event.verb in {"promote", "rollback"}}
    pointed: dict[tuple[str, object], str] = {}
    found: dict[int, str] = {}
    for event in moves(project) if shown else ():
        for version in _without_approvals(event.outputs):
            alias = (split_reference(version)[0], event.arguments.get("to", DEFAULT))
            others = [read for read in _without_approvals(event.inputs) if read != version]
            before = next(iter(others), pointed.get(alias, ""))
            found |= {event.seq: before} if before and event.seq in shown else {}
            pointed[alias] = version
    return found


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
    """Say what a call made, else what it read; of a request for approval, what it is about."""
    made, read = (_without_approvals(references) for references in (event.outputs, event.inputs))
    shown = ", ".join(made or read or [_body(reference) for reference in event.outputs or event.inputs])
    return f"{shown} → {event.arguments.get('to', DEFAULT)}" if event.verb in _OF_ALIASES else shown


def _without_approvals(references: Iterable[str]) -> list[str]:
    return [_body(reference) for reference in references if not reference.startswith("approval:")]


def _body(reference: str) -> str:
    return reference.partition(":")[2]


def _from(event: AuditEvent) -> str:
    """Say what it was made from, or away from which version an alias went."""
    if event.verb in _OF_ALIASES or not event.outputs:
        return ""
    return ", ".join(_without_approvals(event.inputs))
