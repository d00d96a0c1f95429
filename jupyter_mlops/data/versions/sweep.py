"""What no version needs any more, and how it goes: young objects stay, for somebody may be about to name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.objects import Objects
from jupyter_mlops.core.place import Stored
from jupyter_mlops.data.store import manifest
from jupyter_mlops.data.store.manifest import Manifest
from jupyter_mlops.data.versions.catalogue import Snapshot


@dataclass(frozen=True)
class Waste:
    """What can go.

    Parameters
    ----------
    objects
        Those that no version needs, old enough.
    leftovers
        What writers that died left behind, old enough.
    young
        How many were spared since they are young.
    """

    objects: tuple[Stored, ...]
    leftovers: tuple[Stored, ...]
    young: int

    @property
    def size_bytes(self) -> int:
        """The room that they take."""
        return sum(item.size_bytes for item in (*self.objects, *self.leftovers))


def reachable(objects: Objects, versions: Iterable[Snapshot]) -> set[str]:
    """Return the digests of all objects that *versions* need, their manifests included.

    Raises
    ------
    Unavailable
        A manifest is damaged, so that nobody can tell.
    """
    found: set[str] = set()
    for version in versions:
        try:
            kept = manifest.read(objects, version.manifest)
        except Unavailable as error:
            raise Unavailable(
                f"Nothing can be removed while the manifest of {version.ref} is damaged.",
                hint="See `%mlops verify`.",
            ) from error
        found |= {version.manifest, *(digest for digest, _ in kept.objects)}
    return found


def waste(objects: Objects, needed: set[str], grace_s: float) -> Waste:
    """Return what is neither needed nor young."""
    now = objects.place.now()
    free = [item for item in objects.place.each() if item.digest not in needed]
    old = tuple(item for item in free if now - item.touched_at >= grace_s)
    left = [item for item in objects.place.leftovers() if now - item.touched_at >= grace_s]
    return Waste(old, tuple(left), len(free) - len(old))


def clear(objects: Objects, found: Waste) -> None:
    """Remove waste."""
    for item in found.objects:
        objects.place.remove(item.digest)
    for item in found.leftovers:
        objects.place.discard(item.digest)


def erase(objects: Objects, versions: Sequence[Snapshot]) -> int:
    """Remove the objects of what versions were before rows were erased; return how many.

    The old manifest goes last, so that what was interrupted is finished the next time.
    """
    pending = list(_pending(objects, versions))
    if not pending:
        return 0
    needed = reachable(objects, versions)
    gone = 0
    for address, before in pending:
        for digest in (*(name for name, _ in before.objects), address):
            if digest not in needed and objects.find(digest) is not None:
                objects.place.remove(digest)
                gone += 1
    return gone


def _pending(objects: Objects, versions: Iterable[Snapshot]) -> Iterator[tuple[str, Manifest]]:
    for version in versions:
        for erased in manifest.read(objects, version.manifest).erased:
            if objects.find(erased.manifest) is not None:
                yield erased.manifest, manifest.read(objects, erased.manifest)
