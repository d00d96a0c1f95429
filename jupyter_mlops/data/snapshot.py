"""Keep a table as the next version of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import Connection

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import DatasetName, Table, check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.data import catalogue
from jupyter_mlops.data.catalogue import Snapshot

if TYPE_CHECKING:
    from jupyter_mlops.data.manifest import Manifest

Note = Annotated[
    str, Field(max_length=2_000, description="Why this version was made, for whoever reads it later.")
]


@verb("snapshot", effect="write", long=True)
def snapshot(project: Project, table: Table, name: DatasetName, *, note: Note = "") -> Snapshot:
    """Keep a table exactly as it is, as the next version of a dataset; equal content makes none."""
    from jupyter_mlops.data import manifest
    from jupyter_mlops.data.frame import encode

    name = check_name(name)
    encoded = encode(table)
    known = _known(project, name, encoded.digest)
    kept, address = manifest.keep(project.objects, encoded, known)
    with project.change() as connection:
        made = _add(
            connection,
            Snapshot(
                ref=f"{name}@1",
                dataset=name,
                version=1,
                digest=encoded.digest,
                manifest=address,
                rows=encoded.rows,
                columns=len(encoded.columns),
                size_bytes=kept.size_bytes,
                created_at=project.clock.now(),
                actor=project.actor.name,
                note=redact(note),
                is_new=True,
            ),
        )
    project.session.snapshots[made.ref] = None
    return made


def _known(project: Project, name: str, digest: str) -> list[Manifest]:
    """Return the manifests whose objects may serve again: of the latest version, and of one with this content."""
    from jupyter_mlops.data import manifest

    with project.store.read() as connection:
        candidates = (catalogue.latest(connection, name), catalogue.twin(connection, name, digest))
    known = []
    for address in {item.manifest for item in candidates if item is not None}:
        try:
            known.append(manifest.read(project.objects, address))
        except Unavailable:
            continue  # damaged: storing the same content again mends it
    return known


def _add(connection: Connection, made: Snapshot) -> Snapshot:
    """Give the version its number and write it down, unless the latest one has the same content."""
    catalogue.lock(connection)
    last = catalogue.latest(connection, made.dataset)
    if last is not None and last.digest == made.digest:
        if last.manifest != made.manifest:
            catalogue.mend(connection, last, made.manifest)
        return last.model_copy(update={"manifest": made.manifest, "is_new": False})
    if last is not None:
        twin = catalogue.twin(connection, made.dataset, made.digest)
        version = last.version + 1
        update = {"ref": f"{made.dataset}@{version}", "version": version, "parent": last.version}
        made = made.model_copy(update=update | {"same_as": twin.version if twin else None})
    catalogue.add(connection, made)
    return made
