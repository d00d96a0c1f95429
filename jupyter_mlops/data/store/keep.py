"""Keep a frame: use what is there already, keep what changed, and seal it with a manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from jupyter_mlops.core.objects import Batch, Objects
from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store import profiles
from jupyter_mlops.data.store.chain import PartReader
from jupyter_mlops.data.store.delta import Found, steps
from jupyter_mlops.data.store.draft import Known, Shared, bound, keyed, reused, row_maps, stepped
from jupyter_mlops.data.store.extents import ExtentWriter
from jupyter_mlops.data.store.manifest import Erased, Kept, KeptColumn, Manifest
from jupyter_mlops.data.store.pair import Pair
from jupyter_mlops.data.store.survey import WORKERS, Seen, Survey, survey

if TYPE_CHECKING:
    import pandas as pd

    from jupyter_mlops.data.store.spool import Column


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
        made = profiles.attached(objects, batch, made, frame, known)
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
        maps = row_maps(extents, found)
        drafts = [
            reused(extents, part, shared[part.digest])
            if part.digest in shared
            else stepped(extents, part, found[place], known[0].manifest, maps)
            if place in found
            else keyed(extents, part, len(seen.columns) if place == 1 else seen.rows)
            for place, part in enumerate(seen.parts)
        ]
        return bound(extents, drafts, seen.rows, seen.digest, seen.columns)


def _steps(objects: Objects, seen: Survey, new: Sequence[int], before: Manifest) -> dict[int, Found]:
    """Return the steps that lead to new parts from those of the version before, by the number of the part."""
    reader = PartReader(objects, before)
    pairs = list(_pairs(reader, seen, new, before))
    found = steps(pairs, lambda kept: reader.path(kept.rows, kept.steps))
    return {step.pair.place: step for step in found}


def _pairs(reader: PartReader, seen: Survey, new: Sequence[int], before: Manifest) -> Iterator[Pair]:
    columns = by_name(before.columns)
    names = {place + 2: columns.get(name) for name, place in by_name(seen.columns).items()}
    for place in new:
        part, there = seen.parts[place].part, names.get(place)
        if part is None or part.meta["kind"] == "range" or (there is None and place != 0):
            continue
        kept = before.index if there is None else before.columns[there]
        yield _pair(reader, place, kept, part, (before.rows, seen.rows))


def _pair(reader: PartReader, place: int, kept: Kept, part: Part, rows: tuple[int, int]) -> Pair:
    return Pair(place, kept, lambda: reader.part(kept), lambda: part, *rows)


def by_name(columns: Sequence[Seen | KeptColumn | Column]) -> dict[tuple[str, int], int]:
    """Return the place of every column by its name and, where names repeat, its turn."""
    turns: Counter[str] = Counter()
    places = {}
    for place, column in enumerate(columns):
        places[column.name, turns[column.name]] = place
        turns[column.name] += 1
    return places
