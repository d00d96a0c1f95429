"""What changed from one version of a frame to the next, part by part, and whether it pays to keep only that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.data.part import Part
from jupyter_mlops.data.store.align import align
from jupyter_mlops.data.store.blocks import Bytes, Writer
from jupyter_mlops.data.store.layout import Slot
from jupyter_mlops.data.store.manifest import Kept, Order
from jupyter_mlops.data.store.packed import pack, seal
from jupyter_mlops.data.store.replay import Path
from jupyter_mlops.data.store.rowhash import hash_rows
from jupyter_mlops.data.store.rowmap import RowMap
from jupyter_mlops.data.store.tracks import Track, Whole, cut

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

_MOST_ROWS = 0.5
_MOST_BYTES = 0.6
_DEEPEST = 32
_FEW = 0.25
_PROBE = 1_000


@dataclass(frozen=True)
class Pair:
    """A part and the same part of the version before.

    Parameters
    ----------
    place
        Number of the part in its frame.
    kept
        How the part before is kept.
    """

    place: int
    kept: Kept
    old: Part
    new: Part
    old_rows: int
    new_rows: int

    @cached_property
    def before(self) -> tuple[list[Slot], list[Track]]:
        """The slots and rows of the part before."""
        return cut(self.old, self.old_rows)

    @cached_property
    def after(self) -> tuple[list[Slot], list[Track]]:
        """The slots and rows of the part."""
        return cut(self.new, self.new_rows)

    @property
    def is_comparable(self) -> bool:
        """Whether rows of the one can stand for rows of the other."""
        slots = self.after[0]
        return slots == self.before[0] and any(slot.kind != "whole" for slot in slots)

    def rows(self) -> Iterator[tuple[Track, Track]]:
        """Yield what is cut by rows, before and after."""
        for old, new in zip(self.before[1], self.after[1], strict=True):
            if not isinstance(new, Whole):
                yield old, new


@dataclass(frozen=True)
class Found:
    """The step that leads to a part.

    Parameters
    ----------
    pieces
        The bytes of its change.
    touched
        How many rows are new or have a changed cell.
    moved
        Where the rows come from; None when they stayed.
    order
        The same, told by the order of a column.
    is_from_key
        Whether it leads from the key itself, so that earlier steps are dropped.
    """

    pair: Pair
    pieces: list[Bytes]
    touched: int
    moved: RowMap | None = None
    order: Order | None = None
    is_from_key: bool = False

    @property
    def size_bytes(self) -> int:
        """The bytes of the change."""
        return sum(map(len, self.pieces))


def steps(pairs: Sequence[Pair], path: Callable[[Kept], Path]) -> list[Found]:
    """Return the steps that cost less than keeping their parts anew: all in place, or all with rows moved.

    Parameters
    ----------
    path
        Returns where the rows of a part lie in its key, when its steps changed no cell.
    """
    pairs = [pair for pair in pairs if pair.is_comparable]
    still = [pair for pair in pairs if pair.old_rows == pair.new_rows]
    stayed = {pair.place: changed_cells(pair, None) for pair in still}
    if len(still) == len(pairs) and _share(stayed, still) <= _FEW:
        return _worthwhile(pairs, stayed, None)
    moved = _alignment(pairs)
    if moved is None or moved.is_identity:
        return _worthwhile(still, stayed, None)
    found = _worthwhile(pairs, {pair.place: changed_cells(pair, moved) for pair in pairs}, moved)
    if not moved.is_scattered:
        return _paid(found, moved)
    groups: dict[object, list[Found]] = {}
    for item in found:
        kept = item.pair.kept
        is_pure = all(step.touched == 0 for step in kept.steps)
        groups.setdefault((kept.rows, *(step.moves for step in kept.steps)) if is_pure else None, []).append(
            item
        )
    return [
        item
        for name, group in groups.items()
        for item in (_paid(group, moved) if name is None else _from_key(group, path))
    ]


def _from_key(group: Sequence[Found], path: Callable[[Kept], Path]) -> list[Found]:
    """Let steps lead from the key, since scattered rows cost as much to move once as again."""
    first, moved = group[0].pair.kept, group[0].moved
    assert moved is not None  # noqa: S101  # rows that stayed are never scattered
    whole = RowMap(path(first).rows[moved.sources]) if len(moved) else moved
    whole.sources[moved.new] = -1
    found = [replace(item, moved=whole, is_from_key=True) for item in group]
    if len(whole) == first.rows and not len(whole.new):
        for item in group:
            order = None if item.touched else _order(item.pair)
            if order is not None:
                return [replace(other, moved=None, order=order) for other in found]
    return _paid(found, whole)


def _order(pair: Pair) -> Order | None:
    """Return the order of a column by which all rows are sorted now, no two of them equal."""
    import numpy as np

    meta = pair.new.meta
    dtype = str(meta["dtype"]) if meta["kind"] == "numpy" else "<i8"
    if meta["kind"] not in {"numpy", "datetime", "timedelta"} or dtype[1] not in "iuf":
        return None
    values = np.frombuffer(pair.new.buffers[0], dtype=dtype)
    if (values[1:] > values[:-1]).all():
        return Order(by=pair.kept.key, dtype=dtype)
    return (
        Order(by=pair.kept.key, dtype=dtype, is_descending=True) if (values[1:] < values[:-1]).all() else None
    )


def changed_cells(pair: Pair, moved: RowMap | None) -> Rows:
    """Return the rows whose cell is not the one that it was, new rows left out."""
    import numpy as np

    mask: Mask = np.zeros(pair.new_rows, dtype=bool)
    if pair.old_rows == 0:
        return np.flatnonzero(mask)
    sources = None if moved is None else np.maximum(moved.sources, 0)
    for old, new in pair.rows():
        there = old if sources is None else old.take(sources)  # type: ignore[union-attr]
        mask |= there.differs(new)  # type: ignore[union-attr,arg-type]
    if moved is not None:
        mask[moved.new] = False
    return np.flatnonzero(mask)


def write_change(pair: Pair, cells: Rows, moved: RowMap | None) -> list[Bytes]:
    """Return the bytes of a change: the new rows, the changed cells, and what belongs to no row and differs."""
    import numpy as np

    writer = Writer()
    rows = cells if moved is None else np.concatenate([moved.new, cells])
    directory: dict[str, object] = {"meta": pair.new.meta}
    directory["cells"] = writer.numbers(np.diff(cells, prepend=0))
    tracks: list[object] = []
    for old, new in zip(pair.before[1], pair.after[1], strict=True):
        if not isinstance(new, Whole):
            tracks.append(pack(new.take(rows), writer))
        elif isinstance(old, Whole) and old.content == new.content:
            tracks.append(None)
        else:
            tracks.append(pack(new, writer))
    return seal({**directory, "tracks": tracks}, writer)


def _worthwhile(pairs: Sequence[Pair], cells: dict[int, Rows], moved: RowMap | None) -> list[Found]:
    new = 0 if moved is None else len(moved.new)
    found = []
    for pair in pairs:
        few = len(cells[pair.place]) + new <= _MOST_ROWS * pair.new_rows
        if few and len(pair.kept.steps) < _DEEPEST:
            changed = cells[pair.place]
            found.append(Found(pair, write_change(pair, changed, moved), new + len(changed), moved))
    return [item for item in found if _is_bounded(item, len(found))]


def _is_bounded(found: Found, sharing: int) -> bool:
    """Tell whether the change is small, and the whole chain no larger than its key: what bounds a load."""
    kept = found.pair.kept
    size = kept.key[2]
    chain = sum(step.change[2] + (step.rows[2] // sharing if step.rows else 0) for step in kept.steps)
    return found.size_bytes <= _MOST_BYTES * size and chain + found.size_bytes <= size


def _paid(found: list[Found], moved: RowMap) -> list[Found]:
    """Return the steps, or none when the map of their rows costs more than they save."""
    saved = sum(item.pair.kept.key[2] - item.size_bytes for item in found)
    return found if 2 * sum(map(len, moved.write())) <= saved else []


def _share(cells: dict[int, Rows], pairs: Sequence[Pair]) -> float:
    total = sum(pair.new_rows for pair in pairs)
    return sum(len(found) for found in cells.values()) / total if total else 0.0


def _alignment(pairs: Sequence[Pair]) -> RowMap | None:
    """Return where the rows came from, told by the columns that kept their values; None when none did."""
    if not pairs:
        return None
    rows = (pairs[0].old_rows, pairs[0].new_rows)
    if not all(rows):
        return align(*(_hashes([], count) for count in rows)) if rows[0] or rows[1] else None
    found = _by(pairs)
    if len(found.new) <= _MOST_ROWS * rows[1]:
        return found
    steady = [pair for pair in pairs if _is_steady(pair)]
    if not steady or len(steady) == len(pairs):
        return None
    found = _by(steady)
    return found if len(found.new) <= _MOST_ROWS * rows[1] else None


def _by(pairs: Sequence[Pair]) -> RowMap:
    before = _hashes([old for pair in pairs for old, _ in pair.rows()], pairs[0].old_rows)
    after = _hashes([new for pair in pairs for _, new in pair.rows()], pairs[0].new_rows)
    return align(before, after)


def _is_steady(pair: Pair) -> bool:
    """Tell by a sample whether most values of a column were there before."""
    import numpy as np

    before = _hashes([old for old, _ in pair.rows()], pair.old_rows)
    after = _hashes([new for _, new in pair.rows()], pair.new_rows)
    probe = after[:: max(1, len(after) // _PROBE)]
    return bool(np.isin(probe, before).mean() > _MOST_ROWS)


def _hashes(tracks: Sequence[Track], rows: int) -> npt.NDArray[np.uint64]:
    return hash_rows(tracks, rows)
