"""Remember where aliases have pointed, from the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from jupyter_mlops.core.ledger import LEDGER, AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Alias, ModelName, split_reference

DEFAULT = "champion"
_SAID = re.compile(r"gate \S+ (?P<verdict>passed|failed|could not answer) .*report (?P<report>[0-9a-f]{16})")
_VERDICTS = {"passed": "passed", "failed": "failed", "could not answer": "unknown"}


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


def grounds(events: Iterable[AuditEvent], name: ModelName, alias: Alias, version: int) -> str:
    """Return on what grounds *alias* was pointed at a version last: what its gate said, and when; empty if never."""
    found = ""
    for event in events:
        is_move = event.verb == "promote" and event.outcome == "ok" and event.phase == "outcome"
        if (
            is_move
            and event.arguments.get("to", DEFAULT) == alias
            and version in _versions(event.outputs, name)
        ):
            found = f"promoted by {event.actor} on {event.at[:10]}" + (
                f": {event.reason}" if event.reason else ""
            )
    return found


def strays(project: Project, name: ModelName) -> list[str]:
    """Return in words which aliases of a model point where the ledger never pointed them."""
    events, found = moves(project), []
    for version in project.tracker.versions(name):
        for alias in version.aliases:
            steps = trail(events, name, alias)
            if not steps or steps[-1] != version.version:
                known = (
                    f"the ledger has it at {name}@{steps[-1]}"
                    if steps
                    else "the ledger knows of no promotion"
                )
                found.append(f"{alias} points at {version.ref}, moved outside this project: {known}.")
    return found


@dataclass(frozen=True)
class Judged:
    """What a gate said of a version last, and the digest of its report."""

    verdict: str
    report: str


def judged(project: Project) -> dict[str, Judged]:
    """Return what gates said last, by version, from the ledger's lines."""
    query = select(LEDGER.c.inputs, LEDGER.c.reason).where(
        LEDGER.c.verb.in_(("gate", "promote")), LEDGER.c.reason.like("%gate % report %")
    )
    found: dict[str, Judged] = {}
    with project.store.read() as connection:
        for inputs, reason in connection.execute(query.order_by(LEDGER.c.seq)):
            said = _SAID.search(reason)
            versions = [item.removeprefix("version:") for item in inputs if item.startswith("version:")]
            if said and versions:
                found[versions[0]] = Judged(_VERDICTS[said["verdict"]], said["report"])
    return found


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
