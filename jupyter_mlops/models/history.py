"""Remember where aliases have pointed, from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from jupyter_mlops.core.ledger import LEDGER, AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Alias, ModelName, split_reference

DEFAULT = "champion"


def trail(events: Iterable[AuditEvent], name: ModelName, alias: Alias) -> tuple[int, ...]:
    """Return the versions of *name* that *alias* went through to where it stands, oldest first.

    A promotion adds a version, after the one that somebody else had pointed it at, if it found one;
    a rollback takes away what came after the version it went back to.
    """
    steps: list[int] = []
    for event in events:
        if event.outcome != "ok" or event.phase != "outcome" or event.arguments.get("to", DEFAULT) != alias:
            continue
        for version in _versions(event.outputs, name):
            if event.verb == "promote":
                found = [number for number in _versions(event.inputs, name) if number != version]
                _add(steps, [*found, version])
            elif event.verb == "rollback":
                _return(steps, version)
    return tuple(steps)


def moves(project: Project) -> Sequence[AuditEvent]:
    """Return the promotions and rollbacks that the ledger holds, oldest first."""
    query = select(LEDGER).where(LEDGER.c.verb.in_(("promote", "rollback")), LEDGER.c.outcome == "ok")
    with project.store.read() as connection:
        rows = connection.execute(query.order_by(LEDGER.c.seq)).mappings().all()
    return [AuditEvent.model_validate({key: row[key] for key in AuditEvent.model_fields}) for row in rows]


def _add(steps: list[int], versions: Iterable[int]) -> None:
    for version in versions:
        if not steps or steps[-1] != version:
            steps.append(version)


def _return(steps: list[int], version: int) -> None:
    while steps and steps[-1] != version:
        steps.pop()
    _add(steps, [version])


def _versions(references: Iterable[str], name: ModelName) -> list[int]:
    found = []
    for reference in references:
        kind, _, body = reference.partition(":")
        if kind == "version":
            model, selector = split_reference(body)
            if model == name and selector and selector.isdecimal():
                found.append(int(selector))
    return found
