"""Find what is damaged, and name the versions that it harms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from jupyter_mlops.core import progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, MlopsError, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import SnapshotRef
from jupyter_mlops.data.versions import catalogue
from jupyter_mlops.data.versions.catalogue import Snapshot, shown_size
from jupyter_mlops.data.versions.resolve import resolve

if TYPE_CHECKING:
    from jupyter_mlops.data.store.manifest import Manifest

Deep = Annotated[
    bool, Field(description="Also put every version together and compare its digest; reads all the data.")
]
_SHOWN = 20


class Harm(Record):
    """Something damaged, and the versions that need it.

    Parameters
    ----------
    what
        The first digits of an object, or a version whose content is not what was recorded.
    """

    what: str
    condition: Literal["missing", "damaged", "other content"]
    versions: tuple[SnapshotRef, ...]


class Verification(Record):
    """What was checked, and what is wrong.

    Parameters
    ----------
    objects
        How many were read and compared with their names.
    is_deep
        Whether versions were put together too.
    """

    versions: int
    objects: int
    size_bytes: int
    harms: tuple[Harm, ...]
    is_deep: bool = False

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.harms

    def card(self) -> Card:
        """Show what is damaged, the object and its versions, or that nothing is."""
        checked = f"{self.objects:,} objects of {self.versions:,} versions, {shown_size(self.size_bytes)}"
        how = "read, and every version put together" if self.is_deep else "read"
        if self.is_well:
            return Card("All snapshots are whole", "ok", (("checked", checked), ("how", how)))
        harmed = {ref for harm in self.harms for ref in harm.versions}
        rows = tuple((harm.what, harm.condition, ", ".join(harm.versions)) for harm in self.harms[:_SHOWN])
        notes = (
            "Bring the objects back from a backup, or record the same table again: that mends a version.",
        )
        return Card(
            f"{len(harmed)} of {self.versions} versions are damaged",
            "failed",
            (("checked", checked),),
            columns=("object", "condition", "versions harmed"),
            rows=rows,
            notes=notes,
        )


def verify(project: Project, ref: SnapshotRef | None = None, *, deep: Deep = False) -> Verification:
    """Read every object of one version or of all, compare it with its name, and name the versions harmed."""
    if ref is None:
        with project.store.read() as connection:
            versions = catalogue.every(connection)
    else:
        versions = [resolve(project, ref)]
    opened, harms = _open(project, versions)
    needed: dict[tuple[str, int], list[str]] = {}
    for found, kept in opened:
        for item in kept.objects:
            needed.setdefault(item, []).append(found.ref)
    size = 0
    for done, ((digest, bytes_), refs) in enumerate(needed.items()):
        _go_on(done, len(needed), "reading objects")
        condition = project.objects.condition(digest, bytes_)
        size += bytes_
        if condition != "whole":
            harms.append(Harm(what=digest[:12], condition=condition, versions=tuple(refs)))
    if deep:
        harmed = {ref for harm in harms for ref in harm.versions}
        harms += _rebuild(project, [item for item in opened if item[0].ref not in harmed])
    return Verification(
        versions=len(versions),
        objects=len(needed) + len(opened),
        size_bytes=size,
        harms=tuple(harms),
        is_deep=deep,
    )


def _open(
    project: Project, versions: Sequence[Snapshot]
) -> tuple[list[tuple[Snapshot, Manifest]], list[Harm]]:
    """Return the manifests that are whole, and what is wrong with the others."""
    from jupyter_mlops.data.store.restore import open_manifest

    opened, harms = [], []
    for found in versions:
        try:
            opened.append((found, open_manifest(project.objects, found.manifest, found.digest)))
        except Unavailable:
            there = project.objects.find(found.manifest)
            condition = project.objects.condition(found.manifest, there.size_bytes) if there else "missing"
            wrong = "other content" if condition == "whole" else condition
            harms.append(Harm(what=found.manifest[:12], condition=wrong, versions=(found.ref,)))
    return opened, harms


def _rebuild(project: Project, opened: Sequence[tuple[Snapshot, Manifest]]) -> list[Harm]:
    from jupyter_mlops.data.encoding.frame import encode
    from jupyter_mlops.data.store.restore import restore

    harms = []
    for done, (found, kept) in enumerate(opened):
        _go_on(done, len(opened), "putting versions together")
        try:
            is_same = encode(restore(project.objects, kept)).digest == found.digest
        except MlopsError:
            is_same = False
        if not is_same:
            harms.append(Harm(what=found.ref, condition="other content", versions=(found.ref,)))
    return harms


def _go_on(done: int, total: int, label: str) -> None:
    progress.report(done, total, label)
    if progress.is_cancelled():
        raise Invalid(f"Cancelled after {done} of {total}.", hint="Nothing was changed.")
