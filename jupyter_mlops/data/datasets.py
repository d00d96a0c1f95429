"""List the datasets, or the versions of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import DatasetName, check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data.versions import catalogue, facts, recipes
from jupyter_mlops.data.versions.catalogue import Snapshot, shown_size
from jupyter_mlops.data.versions.facts import Fact
from jupyter_mlops.data.versions.resolve import no_dataset

Limit = Annotated[int, Field(ge=1, le=1_000, description="How many to show.")]
PageNumber = Annotated[int, Field(ge=1, le=1_000_000, description="Which page, from 1.")]


class Datasets(Record):
    """Latest versions by name, or the versions of one dataset, newest first.

    Parameters
    ----------
    total
        How many there are, shown or not.
    next_page
        The page that follows, when there is one.
    """

    name: str | None
    snapshots: tuple[Snapshot, ...]
    total: int
    next_page: int | None = None

    def card(self) -> Card:
        """Show a table, or how to make the first snapshot."""
        if not self.snapshots:
            empty = "No datasets yet" if self.total == 0 else "No datasets on this page"
            return Card(empty, "info", next=("%mlops snapshot df customers",))
        more = (
            (f"{len(self.snapshots)} of {self.total}; more with --page {self.next_page}",)
            if self.next_page
            else ()
        )
        stale = [item for item in self.snapshots if item.newer]
        again = (f"%mlops derive {stale[0].dataset} --again",) if stale else ()
        return Card(
            f"Versions of {self.name}" if self.name else "Datasets",
            "info",
            columns=("version", "rows", "columns", "size", "when (UTC)", "by", "digest", "from", "note"),
            rows=tuple(_row(item) for item in self.snapshots),
            notes=more,
            next=(*again, f"%mlops load {self.snapshots[0].ref}"),
        )


@verb("datasets", effect="read")
def datasets(
    project: Project, name: DatasetName | None = None, *, limit: Limit = 50, page: PageNumber = 1
) -> Datasets:
    """List the datasets and their latest versions, or the versions of one, newest first."""
    skip = (page - 1) * limit
    with project.store.read() as connection:
        if name is None:
            found = catalogue.newest(connection, limit=limit, skip=skip)
        else:
            name = check_name(name)
            found = catalogue.versions(connection, name, limit=limit, skip=skip)
        total = catalogue.count(connection, name)
        if name is not None and total == 0:
            raise no_dataset(name, catalogue.names(connection))
        found = recipes.with_origin(connection, found)
        judged = facts.of_kind(connection, "contract", name)
    found = [_judged(item, judged) for item in found]
    following = page + 1 if skip + len(found) < total else None
    return Datasets(name=name, snapshots=tuple(found), total=total, next_page=following)


def _judged(item: Snapshot, judged: Mapping[tuple[str, int], Fact]) -> Snapshot:
    fact = judged.get((item.dataset, item.version))
    return item if fact is None else item.model_copy(update=dict(fact))


def _row(item: Snapshot) -> tuple[str, ...]:
    return (
        item.ref,
        f"{item.rows:,}",
        f"{item.columns:,}",
        shown_size(item.size_bytes),
        f"{item.created_at:%Y-%m-%d %H:%M}",
        item.actor,
        item.digest[:12],
        ", ".join(item.made_from) + (" (stale)" if item.newer else ""),
        item.note,
    )
