"""Choose which version serves."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelVersion
from jupyter_mlops.core.types import Alias, VersionRef, split_reference
from jupyter_mlops.core.verb import verb
from jupyter_mlops.models.alias import check_alias, find, moving
from jupyter_mlops.models.history import DEFAULT, moves, trail

Note: TypeAlias = Annotated[
    str, Field(max_length=1_000, description="Why, in your own words; the ledger keeps it.")
]


class Promotion(Record):
    """An alias that points at another version now.

    Parameters
    ----------
    previous
        The version that it pointed at before, if any.
    is_changed
        False when it pointed there already.
    is_foreign
        Whether somebody had pointed it at *previous* without us.
    """

    version: VersionRef
    alias: Alias
    previous: str | None
    note: str
    is_changed: bool
    is_foreign: bool

    def card(self) -> Card:
        """Say what serves now, and how to go back."""
        name, _ = split_reference(self.version)
        facts = (("was", self.previous or "nothing"), ("why", self.note))
        if not self.is_changed:
            return Card(
                f"{self.alias} of {name} pointed at {self.version} already",
                "info",
                facts[1:] if self.note else (),
            )
        word = name if self.alias == DEFAULT else f"{name} {self.alias}"
        return Card(
            f"{self.alias} of {name} is {self.version} now",
            facts=facts if self.note else facts[:1],
            notes=(f"{self.previous} had been made {self.alias} outside this project.",)
            if self.is_foreign
            else (),
            next=(f"%mlops rollback {word}",) if self.previous else (),
        )


@verb("promote", effect="write", role="approver", foreign=True)
def promote(project: Project, version: VersionRef, to: Alias = DEFAULT, *, note: Note = "") -> Promotion:
    """Point an alias at a model version, champion unless another is named."""
    check_alias(to)
    found = find(project, version)
    call.reads(f"version:{found.ref}", given=f"version:{version}")
    with moving(project):
        previous = _pointing(project, found, to)
        is_changed = previous is None or previous.version != found.version
        is_foreign = is_changed and previous is not None and _is_foreign(project, previous, to)
        if previous is not None and is_foreign:
            call.reads(f"version:{previous.ref}")  # where a rollback will find it
        if is_changed:
            project.tracker.point(found.name, to, found.version)
    call.makes(f"version:{found.ref}")
    return Promotion(
        version=found.ref,
        alias=to,
        previous=previous.ref if previous else None,
        note=note,
        is_changed=is_changed,
        is_foreign=is_foreign,
    )


def _pointing(project: Project, version: ModelVersion, alias: Alias) -> ModelVersion | None:
    try:
        return project.tracker.resolve(f"{version.name}@{alias}")
    except NotFound:
        return None


def _is_foreign(project: Project, version: ModelVersion, alias: Alias) -> bool:
    steps = trail(moves(project), version.name, alias)
    return not steps or steps[-1] != version.version
