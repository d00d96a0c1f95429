"""Remove what no version needs any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.sources import scratch
from jupyter_mlops.data.versions import catalogue, facts, recipes
from jupyter_mlops.data.versions.catalogue import Snapshot, shown_size

Keep = Annotated[
    int | None, Field(ge=1, description="Take all but this many of the latest versions of each dataset off.")
]
Grace = Annotated[
    float, Field(ge=0, description="Spare what was written or came free in the last so many hours.")
]
DryRun = Annotated[bool, Field(description="Only say what would go.")]
_SHOWN = 20


class Pruned(Record):
    """What was removed, or would be.

    Parameters
    ----------
    versions
        Taken off the list; their objects go when the grace is over.
    objects, leftovers
        How many files went: leftovers are what writers and downloads that were killed left behind.
    young
        How many nobody needs, but were spared.
    keep
        How many versions of each dataset were to stay, where that was said.
    """

    versions: tuple[str, ...]
    objects: int
    leftovers: int
    size_bytes: int
    young: int
    is_dry_run: bool
    keep: int | None = None

    def card(self) -> Card:
        """Say what went, what stays for now, and how to go on."""
        title = "Would remove" if self.is_dry_run else "Removed"
        files = f"{self.objects:,} objects and {self.leftovers:,} leftovers, {shown_size(self.size_bytes)}"
        facts = [("files", files)]
        if self.versions:
            more = ", …" if len(self.versions) > _SHOWN else ""
            facts.append(("versions", ", ".join(self.versions[:_SHOWN]) + more))
        notes = (
            [f"{self.young:,} more that no version needs are young, and were spared."] if self.young else []
        )
        if self.versions:
            notes.append("The objects of versions that are taken off go with a later prune, after the grace.")
        same = "%mlops prune" if self.keep is None else f"%mlops prune --keep {self.keep}"
        steps = (same,) if self.is_dry_run else ("%mlops verify",)
        return Card(f"{title} {files}", "info", tuple(facts[1:]), notes=tuple(notes), next=steps)


@verb("prune", effect="write", long=True, role="approver")
def prune(
    project: Project, *, keep: Keep = None, grace_hours: Grace = 24.0, dry_run: DryRun = False
) -> Pruned:
    """Remove objects that no version needs and what dead writers left behind, once they are a day old."""
    from jupyter_mlops.data.versions import sweep

    objects = project.objects
    least = objects.place.least_grace_s / 3600
    if grace_hours < least:
        raise Invalid(
            f"A grace of {grace_hours:g} hours is too short: nobody can be kept out of a bucket.",
            hint=f"Give {least:g} or more.",
        )
    with call.held(objects.place.alone()):
        with project.store.read() as connection:
            versions = catalogue.every(connection)
            of_recipes = recipes.objects(connection)
        needed = sweep.reachable(objects, versions) | of_recipes
        found = sweep.waste(objects, needed, grace_hours * 3600)
        files = list(scratch.left(project, grace_hours * 3600))
        dropped = [] if keep is None else _beyond(versions, keep)
        if not dry_run:
            sweep.erase(objects, versions)
            sweep.clear(objects, found)
            for item in files:
                scratch.discard(project, item.digest)
            _drop(project, versions, dropped)
    return Pruned(
        versions=tuple(item.ref for item in dropped),
        objects=len(found.objects),
        leftovers=len(found.leftovers) + len(files),
        size_bytes=found.size_bytes + sum(item.size_bytes for item in files),
        young=found.young,
        is_dry_run=dry_run,
        keep=keep,
    )


def _beyond(versions: Sequence[Snapshot], keep: int) -> list[Snapshot]:
    by_name: dict[str, list[Snapshot]] = defaultdict(list)
    for item in versions:
        by_name[item.dataset].append(item)
    return [item for found in by_name.values() for item in found[:-keep]]


def _drop(project: Project, versions: Sequence[Snapshot], dropped: Sequence[Snapshot]) -> None:
    """Take versions off the list; what they alone needed becomes young, so that it outlives its readers."""
    from jupyter_mlops.data.versions import sweep

    if not dropped:
        return
    gone = {item.ref for item in dropped}
    free = sweep.reachable(project.objects, dropped) - sweep.reachable(
        project.objects, [item for item in versions if item.ref not in gone]
    )
    for digest in free:
        project.objects.place.touch(digest)
    with project.change() as connection:
        for item in dropped:
            catalogue.remove(connection, item)
            facts.clear(connection, item.dataset, item.version)
    for item in dropped:
        call.reads(f"snapshot:{item.ref}")
