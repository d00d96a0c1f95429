"""Keep a frame: use what is there already, keep what changed, and seal it with a manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.objects import Batch, Objects
from jupyter_mlops.data import profiling
from jupyter_mlops.data.part import Part
from jupyter_mlops.data.store import fingerprint
from jupyter_mlops.data.store.blocks import Bytes, Writer
from jupyter_mlops.data.store.chain import PartReader
from jupyter_mlops.data.store.delta import Found, Pair, steps
from jupyter_mlops.data.store.extents import ExtentWriter
from jupyter_mlops.data.store.manifest import Erased, Extent, Kept, KeptColumn, Manifest, Order, Step
from jupyter_mlops.data.store.packed import STORAGE, pack, seal
from jupyter_mlops.data.store.rowmap import RowMap
from jupyter_mlops.data.store.survey import WORKERS, Seen, Survey, survey
from jupyter_mlops.data.store.tracks import cut

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Known:
    """A manifest that may serve again, and its address."""

    manifest: Manifest
    address: str


Find = Callable[[str], Known | None]


def keep(
    objects: Objects,
    frame: pd.DataFrame,
    known: Sequence[Known],
    *,
    find: Find | None = None,
    erased: Sequence[Erased] = (),
) -> Known:
    """Store a frame and return its manifest and the manifest's address, all durable.

    Parameters
    ----------
    known
        Manifests whose objects are used again: of the version before, then of others.
    find
        Finds another manifest by the digest of its content.
    erased
        What the version was before rows were erased.
    """
    marks = {part.mark: part.digest for item in known for part in item.manifest.parts if part.mark}
    seen = survey(frame, marks)
    same = next((item for item in known if item.manifest.digest == seen.digest), None)
    if same is None and find is not None and (same := find(seen.digest)) is not None:
        known = [*known, same]
    if same is not None and not erased and is_sound(objects, same):
        return same
    with objects.batch() as batch:
        shared = sound_parts(batch, {part.digest for part in seen.parts}, known)
        if any(part.part is None and part.digest not in shared for part in seen.parts):
            seen = survey(frame, {})  # what was recognised is damaged
        made = _store(objects, batch, seen, shared, known).model_copy(update={"erased": tuple(erased)})
        made = profiling.attached(objects, batch, made, frame, known)
        return Known(made, batch.put(made.write()))


def is_sound(objects: Objects, known: Known) -> bool:
    """Tell whether all objects are there and untouched since their manifest sealed them.

    An object is written before its manifest and never again. One that was touched later, or is as young
    as the manifest, is read and proven.
    """
    sealed = objects.find(known.address)
    if sealed is None:
        return False
    for digest, size in known.manifest.objects:
        found = objects.find(digest)
        if found is None or found.size_bytes != size:
            return False
        if found.touched_at >= sealed.touched_at and not objects.holds(digest, size):
            return False
    return True


def seal_key(part: Part, rows: int) -> list[Bytes]:
    """Return the bytes of a whole part."""
    slots, tracks = cut(part, rows)
    writer = Writer()
    groups = [pack(track, writer) for track in tracks]
    shape = [(slot.kind, slot.dtype) for slot in slots]
    return seal({"meta": part.meta, "slots": shape, "tracks": groups}, writer)


@dataclass(frozen=True)
class Shared:
    """A part that is kept already, and the manifest that says where."""

    kept: Kept
    manifest: Manifest


def sound_parts(batch: Batch, wanted: Set[str], known: Sequence[Known]) -> dict[str, Shared]:
    """Return the parts wanted that are kept already, by digest, once their objects are proven whole."""
    found = {
        part.digest: Shared(part, item.manifest)
        for item in reversed(known)
        for part in item.manifest.parts
        if part.digest in wanted
    }
    names = {item.manifest.objects[number] for item in found.values() for number, _, _ in item.kept.extents}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="mlops-objects") as pool:
        sound = dict(zip(names, pool.map(lambda name: batch.holds(*name), names), strict=True))
    return {
        digest: item
        for digest, item in found.items()
        if all(sound[item.manifest.objects[number]] for number, _, _ in item.kept.extents)
    }


def _store(
    objects: Objects, batch: Batch, seen: Survey, shared: Mapping[str, Shared], known: Sequence[Known]
) -> Manifest:
    new = [place for place, part in enumerate(seen.parts) if part.digest not in shared]
    found = _steps(objects, seen, new, known[0].manifest) if known and new else {}
    with ExtentWriter(batch) as extents:
        maps = {step.moved: extents.add(step.moved.write) for step in _distinct(found) if step.moved}
        drafts = [
            _reused(extents, part, shared[part.digest])
            if part.digest in shared
            else _stepped(extents, part, found[place], known[0].manifest, maps)
            if place in found
            else _keyed(extents, part, len(seen.columns) if place == 1 else seen.rows)
            for place, part in enumerate(seen.parts)
        ]
        extents.finish()
        kept = [draft.finished(extents) for draft in drafts]
    return Manifest(
        format=STORAGE,
        digest=seen.digest,
        rows=seen.rows,
        objects=extents.objects,
        index=kept[0],
        labels=kept[1],
        columns=tuple(
            KeptColumn(**part.model_dump(), name=column.name, dtype=column.dtype)
            for part, column in zip(kept[2:], seen.columns, strict=True)
        ),
    )


def _steps(objects: Objects, seen: Survey, new: Sequence[int], before: Manifest) -> dict[int, Found]:
    """Return the steps that lead to new parts from those of the version before, by the number of the part."""
    reader = PartReader(objects, before)
    pairs = list(_pairs(reader, seen, new, before))
    found = steps(pairs, lambda kept: reader.path(kept.rows, kept.steps))
    return {step.pair.place: step for step in found}


def _pairs(reader: PartReader, seen: Survey, new: Sequence[int], before: Manifest) -> Iterator[Pair]:
    columns = _by_name(before.columns)
    names = {place + 2: columns.get(name) for name, place in _by_name(seen.columns).items()}
    for place in new:
        part, there = seen.parts[place].part, names.get(place)
        if part is None or part.meta["kind"] == "range" or (there is None and place != 0):
            continue
        kept = before.index if there is None else before.columns[there]
        with suppress(Unavailable):  # damaged: it is kept anew
            yield Pair(place, kept, reader.part(kept), part, before.rows, seen.rows)


def _distinct(found: Mapping[int, Found]) -> Iterable[Found]:
    return {id(step.moved): step for step in found.values()}.values()


@dataclass(frozen=True)
class _Draft:
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
        check = fingerprint.of_part(self.step.pair.new)
        return Kept.model_validate(made | {"check": check, "key": self.kept.key, "steps": (*before, step)})


def _reused(extents: ExtentWriter, seen: Seen, shared: Shared) -> _Draft:
    return _Draft(seen, shared.kept.rows, rebound(extents, shared))


def _stepped(
    extents: ExtentWriter, seen: Seen, step: Found, before: Manifest, maps: Mapping[RowMap, int]
) -> _Draft:
    kept = rebound(extents, Shared(step.pair.kept, before))
    moved = None if step.moved is None else maps[step.moved]
    order = _reordered(extents, step.order, before)
    change = extents.add(lambda: step.pieces)
    return _Draft(seen, kept.rows, kept, step=step, change=change, moved=moved, order=order)


def _keyed(extents: ExtentWriter, seen: Seen, rows: int) -> _Draft:
    part = seen.part
    assert part is not None  # noqa: S101  # what was recognised is reused
    return _Draft(seen, rows, key=extents.add(lambda: seal_key(part, rows)))


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


def _by_name(columns: Sequence[Seen | KeptColumn]) -> dict[tuple[str, int], int]:
    """Return the place of every column by its name and, where names repeat, its turn."""
    turns: Counter[str] = Counter()
    places = {}
    for place, column in enumerate(columns):
        places[column.name, turns[column.name]] = place
        turns[column.name] += 1
    return places
