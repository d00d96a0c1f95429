"""Go back to the version that served before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias, ModelName, VersionRef, split_reference
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models import tags
from jupyter_mlops.models.alias import check_alias, moving, no_model
from jupyter_mlops.models.history import DEFAULT, grounds, moves, trail
from jupyter_mlops.models.promote import Note


class Rollback(Record):
    """An alias that points where it pointed before.

    Parameters
    ----------
    previous
        The version that it pointed at until now, if any.
    is_foreign
        Whether somebody had pointed it at *previous* without us.
    serves
        The class of the model that serves again, its run and its data.
    grounds
        On what grounds it was promoted; empty when it was not, by us.
    is_plan
        Whether nothing was moved, and this only says what would.
    """

    version: VersionRef
    alias: Alias
    previous: str | None
    note: str
    is_foreign: bool
    serves: str = ""
    grounds: str = ""
    is_plan: bool = False

    def card(self) -> Card:
        """Say what serves again, and how to undo it."""
        name, _ = split_reference(self.version)
        facts = (
            ("was", self.previous or "nothing"),
            ("serves", self.serves),
            ("why", self.note),
            ("before", self.grounds),
        )
        word = "" if self.alias == DEFAULT else f" {self.alias}"
        outside = f"{self.previous or 'Its removal'} had been decided outside this project."
        undo = (f"%mlops promote {self.previous}{word}",) if self.previous else ()
        return Card(
            f"{self.alias} of {name} {'would be' if self.is_plan else 'is'} {self.version} again",
            "info" if self.is_plan else "ok",
            facts=tuple(fact for fact in facts if fact[1]),
            notes=(outside,) if self.is_foreign else (),
            next=(f"%mlops rollback {name}{word}",) if self.is_plan else undo,
        )


@verb("rollback", effect="write", role="approver", foreign=True)
def rollback(
    project: Project,
    name: ModelName,
    to: Alias = DEFAULT,
    *,
    note: Note = "",
    plan: Annotated[bool, Field(description="Only say what would serve.")] = False,
) -> Rollback:
    """Point an alias back at the version it pointed at before; again, and it goes one further back."""
    check_alias(to)
    with moving(project):
        versions = {item.version: item for item in project.tracker.versions(name)}
        if not versions:
            raise no_model(project, name)
        current = next((item for item in versions.values() if to in item.aliases), None)
        events = moves(project, name)
        steps = trail(events, name, to)
        target = _before(name, to, current, steps, versions)
        if not plan:
            project.tracker.point(name, to, target.version)
    _record(target, current, is_plan=plan)
    return Rollback(
        version=target.ref,
        alias=to,
        previous=current.ref if current else None,
        note=note,
        is_foreign=current is None or current.version != steps[-1],
        serves=_described(target),
        grounds=grounds(events, name, to, target.version),
        is_plan=plan,
    )


def _record(target: ModelVersion, current: ModelVersion | None, *, is_plan: bool) -> None:
    """Let the ledger keep what was moved; a plan moves nothing, so that no trail follows it."""
    if is_plan:
        call.reads(f"version:{target.ref}")
        call.because("only a plan; nothing moved")
        return
    call.makes(f"version:{target.ref}")
    if current is not None:
        call.because(f"away from {current.ref}")


def _described(version: ModelVersion) -> str:
    kind = version.tags.get(tags.ESTIMATOR, "").rpartition(".")[2]
    data = version.tags.get(tags.SNAPSHOTS, "")
    parts = (kind, f"run {version.run}" if version.run else "", f"data {data}" if data else "")
    return ", ".join(part for part in parts if part)


def _before(
    name: ModelName,
    alias: Alias,
    current: ModelVersion | None,
    steps: tuple[int, ...],
    versions: Mapping[int, ModelVersion],
) -> ModelVersion:
    for number in reversed(steps):
        if number in versions and (current is None or number != current.version):
            return versions[number]
    if current is None:
        raise NotFound(
            f"{name} has no alias {alias!r}.",
            hint=f"Set it with `%mlops promote {name}@{max(versions)} {alias}`.",
        )
    gone = [f"{name}@{number}" for number in steps if number not in versions]
    known = (
        f"what it pointed at before, {gone[-1]}, was deleted"
        if gone
        else "the ledger knows of nothing before it"
    )
    raise Conflict(
        f"{alias} of {name} points at {current.ref}, and {known}.",
        hint=f"Choose a version with `%mlops models {name}`, then promote it.",
    )
