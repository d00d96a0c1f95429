"""Parts on their way into a manifest: kept already, told from the version before, or written whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store.blocks import Bytes, Writer
from jupyter_mlops.data.store.delta import Found
from jupyter_mlops.data.store.extents import ExtentWriter
from jupyter_mlops.data.store.manifest import Extent, Kept, KeptColumn, Manifest, Order, Step
from jupyter_mlops.data.store.packed import STORAGE, pack, seal
from jupyter_mlops.data.store.rowmap import RowMap
from jupyter_mlops.data.store.survey import Seen
from jupyter_mlops.data.store.tracks import cut


@dataclass(frozen=True)
class Known:
    """A manifest that may serve again, and its address."""

    manifest: Manifest
    address: str


@dataclass(frozen=True)
class Shared:
    """A part that is kept already, and the manifest that says where."""

    kept: Kept
    manifest: Manifest


def seal_key(part: Part, rows: int) -> list[Bytes]:
    """Return the bytes of a whole part."""
    slots, tracks = cut(part, rows)
    writer = Writer()
    groups = [pack(track, writer) for track in tracks]
    shape = [(slot.kind, slot.dtype) for slot in slots]
    return seal({"meta": part.meta, "slots": shape, "tracks": groups}, writer)


@dataclass(frozen=True)
class Draft:
    """A part on its way into the manifest, with tickets for what is being written."""

    seen: Seen
    rows: int
    kept: Kept | None = None
    key: int = -1
    step: Found | None = None
    change: int = -1
    moved: int | None = None
    order: Order | None = None

    def finished(self, extents: ExtentWriter) -> Kept:
        """Return it with all extents."""
        made = {"digest": self.seen.digest, "mark": self.seen.fingerprint, "rows": self.rows}
        if self.kept is None:
            return Kept.model_validate(made | {"key": extents.extent(self.key)})
        if self.step is None:
            return self.kept.model_copy(update={"mark": self.seen.fingerprint})
        rows = None if self.moved is None else extents.extent(self.moved)
        change, touched = extents.extent(self.change), self.step.touched
        step = Step(rows=rows, order=self.order, change=change, touched=touched)
        before = () if self.step.is_from_key else self.kept.steps
        check = self.step.pair.seal()
        return Kept.model_validate(made | {"check": check, "key": self.kept.key, "steps": (*before, step)})


def reused(extents: ExtentWriter, seen: Seen, shared: Shared) -> Draft:
    """Take a part that is kept already."""
    return Draft(seen, shared.kept.rows, rebound(extents, shared))


def stepped(
    extents: ExtentWriter, seen: Seen, step: Found, before: Manifest, maps: Mapping[RowMap, int]
) -> Draft:
    """Take a part that is told from the version before."""
    kept = rebound(extents, Shared(step.pair.kept, before))
    moved = None if step.moved is None else maps[step.moved]
    order = _reordered(extents, step.order, before)
    change = extents.add(step.pieces)
    return Draft(seen, kept.rows, kept, step=step, change=change, moved=moved, order=order)


def row_maps(extents: ExtentWriter, found: Mapping[int, Found]) -> dict[RowMap, int]:
    """Write each map of rows that steps share once, and return its ticket."""
    distinct = {id(step.moved): step.moved for step in found.values() if step.moved}
    return {moved: extents.add(moved.write) for moved in distinct.values()}


def keyed(extents: ExtentWriter, seen: Seen, rows: int) -> Draft:
    """Write a part whole."""
    part = seen.part
    assert part is not None  # noqa: S101  # what was recognised is reused
    return Draft(seen, rows, key=extents.add(lambda: seal_key(part, rows), part.size_bytes))


def bound(
    extents: ExtentWriter, drafts: Sequence[Draft], rows: int, digest: str, columns: Sequence[Seen]
) -> Manifest:
    """Finish all extents and return the manifest that names them."""
    extents.finish()
    index, labels, *kept = (draft.finished(extents) for draft in drafts)
    return Manifest(
        format=STORAGE,
        digest=digest,
        rows=rows,
        objects=extents.objects,
        index=index,
        labels=labels,
        columns=tuple(
            KeptColumn(**part.model_dump(), name=column.name, dtype=column.dtype)
            for part, column in zip(kept, columns, strict=True)
        ),
    )


def rebound(extents: ExtentWriter, shared: Shared) -> Kept:
    """Return a part that is kept already, with its extents numbered anew."""
    kept, before = shared.kept, shared.manifest
    steps_ = [
        Step(
            rows=step.rows and _renumbered(extents, step.rows, before),
            order=_reordered(extents, step.order, before),
            change=_renumbered(extents, step.change, before),
            touched=step.touched,
        )
        for step in kept.steps
    ]
    key = _renumbered(extents, kept.key, before)
    fields = {"digest": kept.digest, "mark": kept.mark, "check": kept.check, "rows": kept.rows}
    return Kept.model_validate(fields | {"key": key, "steps": tuple(steps_)})


def _reordered(extents: ExtentWriter, order: Order | None, before: Manifest) -> Order | None:
    return order and order.model_copy(update={"by": _renumbered(extents, order.by, before)})


def _renumbered(extents: ExtentWriter, extent: Extent, before: Manifest) -> Extent:
    return extents.number(*before.objects[extent[0]]), extent[1], extent[2]
