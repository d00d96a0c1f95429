"""Parts read back from their extents: the key, and the steps that lead from it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.objects import Objects
from jupyter_mlops.data.encoding.part import Meta, Part
from jupyter_mlops.data.store import fingerprint, packed, rowmap
from jupyter_mlops.data.store.blocks import Reader
from jupyter_mlops.data.store.layout import Slot
from jupyter_mlops.data.store.manifest import Extent, Kept, Manifest, Order, Step
from jupyter_mlops.data.store.packed import Groups, Opened
from jupyter_mlops.data.store.replay import Path, open_change, replay
from jupyter_mlops.data.store.rowmap import RowMap
from jupyter_mlops.data.store.tracks import Track, cut, join

if TYPE_CHECKING:
    pass

_SMALL = 1 << 20


class PartReader:
    """Read the parts of one manifest; what several of them need is read once.

    Parameters
    ----------
    manifest
        Whose extents are read.
    """

    def __init__(self, objects: Objects, manifest: Manifest) -> None:
        self._objects = objects
        self._manifest = manifest
        self._small: dict[int, memoryview] = {}
        self._maps: dict[Extent | Order, RowMap] = {}
        self._paths: dict[tuple[int, tuple[Extent | Order, ...]], Path] = {}
        self._lock = threading.RLock()

    def part(self, kept: Kept) -> Part:
        """Return a part as it was.

        Raises
        ------
        Unavailable
            An object is missing or damaged, or its steps do not lead to what was kept.
        """
        if not kept.steps:
            return self._key(kept.key)
        content = self.content(kept.key)
        if packed.is_old(content):
            return self._replayed(kept, *cut(packed.unpack_old(content), kept.rows))
        return self._replayed(kept, *_open_key(packed.open_(content)))

    def content(self, extent: Extent) -> memoryview:
        """Return the bytes of an extent, proven to be those that were kept."""
        number, start, size = extent
        digest, whole = self._manifest.objects[number]
        if whole > _SMALL:
            return memoryview(self._objects.get(digest))[start : start + size]
        with self._lock:
            if number not in self._small:
                self._small[number] = memoryview(self._objects.get(digest))
        return self._small[number][start : start + size]

    def path(self, rows: int, steps: Sequence[Step]) -> Path:
        """Return where the rows of a key lie after steps that change no cell; parts with the same steps share it."""
        import numpy as np

        moves = tuple(step.moves for step in steps if step.moves is not None)
        with self._lock:
            known = self._paths.get((rows, moves))
            if known is not None:
                return known
            found, new = np.arange(rows), rows
            for move in moves:
                moved = self._moved(move)
                found = moved.follow(found, new)
                new += len(moved.new)
            return self._paths.setdefault((rows, moves), Path(found))

    def _replayed(self, kept: Kept, slots: Sequence[Slot], tracks: Sequence[Track]) -> Part:
        changes = [
            open_change(
                packed.open_(self.content(step.change)),
                slots,
                None if step.moves is None else self._moved(step.moves),
            )
            for step in kept.steps
        ]
        shared = lambda done: self.path(kept.rows, kept.steps[:done])  # noqa: E731
        part = join(changes[-1].meta, replay(kept.rows, tracks, changes, shared))
        if fingerprint.of_part(part) != kept.check:
            raise Unavailable(
                "its steps do not lead to the content that was recorded.", hint="See `%mlops verify`."
            )
        return part

    def _key(self, extent: Extent) -> Part:
        content = self.content(extent)
        return packed.unpack_old(content) if packed.is_old(content) else open_key(packed.open_(content))

    def _moved(self, move: Extent | Order) -> RowMap:
        with self._lock:
            found = self._maps.get(move)
            if found is None:
                found = self._sorted(move) if isinstance(move, Order) else rowmap.read(self.content(move))
                self._maps[move] = found
            return found

    def _sorted(self, order: Order) -> RowMap:
        import numpy as np

        values = np.frombuffer(self._key(order.by).buffers[0], dtype=order.dtype)
        rows = np.argsort(values)
        return RowMap(rows[::-1] if order.is_descending else rows)


def open_key(opened: Opened) -> Part:
    """Return the part that an extent holds whole."""
    return join(cast("Meta", opened.directory["meta"]), _open_key(opened)[1])


def _open_key(opened: Opened) -> tuple[list[Slot], list[Track]]:
    reader = Reader(opened.blocks)
    slots = [Slot(*slot) for slot in cast("Sequence[tuple[str, str]]", opened.directory["slots"])]  # type: ignore[arg-type]
    groups = cast("Sequence[Groups]", opened.directory["tracks"])
    return slots, [packed.unpack(slot, group, reader) for slot, group in zip(slots, groups, strict=True)]
