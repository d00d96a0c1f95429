"""Remember where aliases have pointed, from the ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, select

from jupyter_mlops.core.ledger import LEDGER, AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.types import Alias, ModelName, split_reference

DEFAULT = "champion"
_SAID = re.compile(r"gate \S+ (?P<verdict>passed|failed|could not answer) .*report (?P<report>[0-9a-f]{16})")
_VERDICTS = {"passed": "passed", "failed": "failed", "could not answer": "unknown"}


def trail(events: Iterable[AuditEvent], name: ModelName, alias: Alias) -> tuple[int, ...]:
    """Return the versions of *name* that *alias* went through to where it stands, oldest first; see `trails`."""
    return trails(events).get((name, alias), ())


def trails(events: Iterable[AuditEvent]) -> dict[tuple[ModelName, Alias], tuple[int, ...]]:
    """Return the versions that each alias of each model went through to where it stands, oldest first.

    A promotion adds a version, after the one that somebody else had pointed it at, if it found one;
    a rollback takes away what came after the version it went back to.
    """
    found: dict[tuple[ModelName, Alias], list[int]] = {}
    for event in events:
        if event.outcome != "ok" or event.phase != "outcome":
            continue
        for name, version in _versions(event.outputs):
            steps = found.setdefault((name, str(event.arguments.get("to", DEFAULT))), [])
            if event.verb == "promote":
                read = [number for model, number in _versions(event.inputs) if model == name]
                _add(steps, [*(number for number in read if number != version), version])
            elif event.verb == "rollback":
                _return(steps, version)
    return {key: tuple(steps) for key, steps in found.items() if steps}


def grounds(events: Iterable[AuditEvent], name: ModelName, alias: Alias, version: int) -> str:
    """Return on what grounds *alias* was pointed at a version last: what its gate said, and when; empty if never."""
    found = ""
    for event in events:
        is_move = event.verb == "promote" and event.outcome == "ok" and event.phase == "outcome"
        if (
            is_move
            and event.arguments.get("to", DEFAULT) == alias
            and (name, version) in _versions(event.outputs)
        ):
            found = f"promoted by {event.actor} on {event.at[:10]}" + (
                f": {event.reason}" if event.reason else ""
            )
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


def moves(project: Project, name: ModelName | None = None) -> Sequence[AuditEvent]:
    """Return the promotions and rollbacks that the ledger holds, of one model or of all, oldest first."""
    query = select(LEDGER).where(LEDGER.c.verb.in_(("promote", "rollback")), LEDGER.c.outcome == "ok")
    if name is not None:
        quoted = json.dumps(f"version:{name}")[1:-1]
        query = query.where(cast(LEDGER.c.outputs, Text).contains(f'"{quoted}@', autoescape=True))
    with project.store.read() as connection:
        rows = connection.execute(query.order_by(LEDGER.c.seq)).mappings().all()
    return [AuditEvent.model_validate({key: row[key] for key in AuditEvent.model_fields}) for row in rows]


def names(references: Iterable[str]) -> set[ModelName]:
    """Return the models of which *references* name versions."""
    return {name for name, _ in _versions(references)}


def _add(steps: list[int], versions: Iterable[int]) -> None:
    for version in versions:
        if not steps or steps[-1] != version:
            steps.append(version)


def _return(steps: list[int], version: int) -> None:
    while steps and steps[-1] != version:
        steps.pop()
    _add(steps, [version])


def _versions(references: Iterable[str]) -> list[tuple[ModelName, int]]:
    found = []
    for reference in references:
        kind, _, body = reference.partition(":")
        if kind == "version":
            model, selector = split_reference(body)
            if selector and selector.isdecimal():
                found.append((model, int(selector)))
    return found
