"""Write a table down as the next version of a dataset: guarded, judged, and once for each content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import Connection

from jupyter_mlops.core import call
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import check_name
from jupyter_mlops.data.versions import catalogue, facts, inspector
from jupyter_mlops.data.versions.catalogue import Snapshot
from jupyter_mlops.data.versions.privacy import Guard, Pii

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.data.store.draft import Known

_KNOWN = 2

Note = Annotated[
    str, Field(max_length=2_000, description="Why this version was made, for whoever reads it later.")
]


def keep_frame(
    project: Project, table: pd.DataFrame, name: str, *, note: str = "", pii: Pii = "warn"
) -> Snapshot:
    """Keep a table at hand as the next version of *name*; equal content makes none.

    Raises
    ------
    Refused
        Something looks personal, and that is refused; or the contract is broken, and enforced.
    Invalid
        Something cannot be kept exactly.
    """
    from jupyter_mlops.data.encoding.frame import check
    from jupyter_mlops.data.store.keep import keep

    name = check_name(name)
    find = partial(_twin, project, name)
    guard = Guard.of(project, name, check(table), pii)
    findings = inspector.before_snapshot(project, guard.table, name)
    return record(
        project,
        name,
        note,
        lambda known: keep(project.objects, guard.table, known, find=find),
        guard,
        lambda _: findings,
    )


def record(
    project: Project,
    name: str,
    note: str,
    make: Callable[[Sequence[Known]], Known],
    guard: Guard | None = None,
    judge: Callable[[Known], Sequence[str] | None] | None = None,
) -> Snapshot:
    """Write down what *make* keeps as the next version of *name*, unless the latest has the same content.

    Parameters
    ----------
    judge
        Says what of it breaks the dataset's contract; None where there is none.
    """
    name = check_name(name)
    with call.held(project.objects.sharing()):
        kept = make(_known(project, name))
        findings = None if judge is None else judge(kept)
        if guard is not None:
            guard.look(kept.manifest.digest)
        with project.change() as connection:
            made = _add(connection, _draft(project, name, kept, redact(note)))
            made = made if guard is None else guard.note(connection, made)
            made = made if findings is None else _judged(connection, made, findings)
    project.session.touch(made.ref, is_made=True)
    return made


def _judged(connection: Connection, made: Snapshot, findings: Sequence[str]) -> Snapshot:
    """Remember how many things broke the contract; not which, as that may hold values."""
    breaches = len(findings)
    facts.put(connection, made.dataset, made.version, "contract", {"breaches": breaches})
    return made.model_copy(update={"breaches": breaches, "findings": tuple(findings)})


def _draft(project: Project, name: str, kept: Known, note: str) -> Snapshot:
    return Snapshot(
        ref=f"{name}@1",
        dataset=name,
        version=1,
        digest=kept.manifest.digest,
        manifest=kept.address,
        rows=kept.manifest.rows,
        columns=len(kept.manifest.columns),
        size_bytes=kept.manifest.size_bytes,
        created_at=project.clock.now(),
        actor=project.actor.name,
        note=note,
        is_new=True,
    )


def _known(project: Project, name: str) -> list[Known]:
    """Return the manifests whose objects may serve again: of the latest versions, the last one first."""
    with project.store.read() as connection:
        found = catalogue.versions(connection, name, limit=_KNOWN)
    return [item for item in map(partial(_opened, project), found) if item is not None]


def _twin(project: Project, name: str, digest: str) -> Known | None:
    with project.store.read() as connection:
        found = catalogue.twin(connection, name, digest)
    return None if found is None else _opened(project, found)


def _opened(project: Project, found: Snapshot) -> Known | None:
    """Return a version's manifest; None where it is damaged: storing the same content again mends it."""
    from jupyter_mlops.data.store import manifest
    from jupyter_mlops.data.store.draft import Known

    try:
        return Known(manifest.read(project.objects, found.manifest), found.manifest)
    except Unavailable:
        return None


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
