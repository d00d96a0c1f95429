"""What changed from one version of a frame to the next, part by part, and whether it pays to keep only that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jupyter_mlops.data.store.align import align
from jupyter_mlops.data.store.blocks import Bytes, Writer
from jupyter_mlops.data.store.manifest import Kept, Order
from jupyter_mlops.data.store.packed import pack, seal
from jupyter_mlops.data.store.pair import Pair, changed_cells, each
from jupyter_mlops.data.store.replay import Path
from jupyter_mlops.data.store.rowhash import hash_rows
from jupyter_mlops.data.store.rowmap import RowMap
from jupyter_mlops.data.store.tracks import Whole

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_MOST_ROWS = 0.5
_MOST_BYTES = 0.6
_DEEPEST = 32
_FEW = 0.25
_PROBE = 1_000


@dataclass(frozen=True)
class Found:
    """The step that leads to a part.

    Parameters
    ----------
    pieces
        Returns the bytes of its change, in pieces.
    size_bytes
        How many they are.
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
    pieces: Callable[[], list[Bytes]]
    size_bytes: int
    touched: int
    moved: RowMap | None = None
    order: Order | None = None
    is_from_key: bool = False


Spare = Callable[["list[Bytes]"], "Callable[[], list[Bytes]]"]


def held(pieces: list[Bytes]) -> Callable[[], list[Bytes]]:
    """Return what gives *pieces* again, from memory."""
    return lambda: pieces


def steps(pairs: Sequence[Pair], path: Callable[[Kept], Path], spare: Spare = held) -> list[Found]:
    """Return the steps that cost less than keeping their parts anew: all in place, or all with rows moved.

    Parameters
    ----------
    path
        Returns where the rows of a part lie in its key, when its steps changed no cell.
    spare
        Puts the bytes of a change where there is room for them, and returns what gives them again.
    """
    pairs = [pair for pair in each(pairs) if pair.is_comparable]
    still = [pair for pair in pairs if pair.old_rows == pair.new_rows]
    if len(still) == len(pairs) and _share(still) <= _FEW:
        return _worthwhile(pairs, None, spare)
    moved = _alignment(pairs)
    if moved is None or moved.is_identity:
        return _worthwhile(still, None, spare)
    found = _worthwhile(pairs, moved, spare)
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
        for item, pair in zip(group, each(item.pair for item in group), strict=True):
            order = None if item.touched else _order(pair)
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


def _worthwhile(pairs: Sequence[Pair], moved: RowMap | None, spare: Spare) -> list[Found]:
    new = 0 if moved is None else len(moved.new)
    found = []
    for pair in each(pairs):
        if len(pair.kept.steps) >= _DEEPEST:
            continue
        cells = pair.changed if moved is None else changed_cells(pair, moved)
        if new + len(cells) <= _MOST_ROWS * pair.new_rows:
            pieces = write_change(pair, cells, moved)
            size = sum(map(len, pieces))
            found.append(Found(pair, spare(pieces), size, new + len(cells), moved))
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


def _share(pairs: Sequence[Pair]) -> float:
    total = sum(pair.new_rows for pair in pairs)
    return sum(len(pair.changed) for pair in each(pairs)) / total if total else 0.0


def _alignment(pairs: Sequence[Pair]) -> RowMap | None:
    """Return where the rows came from, told by the columns that kept their values; None when none did."""
    if not pairs:
        return None
    rows = (pairs[0].old_rows, pairs[0].new_rows)
    if not all(rows):
        return align(*(hash_rows([], count) for count in rows)) if rows[0] or rows[1] else None
    found = _by(pairs)
    if len(found.new) <= _MOST_ROWS * rows[1]:
        return found
    steady = [pair for pair in each(pairs) if _is_steady(pair)]
    if not steady or len(steady) == len(pairs):
        return None
    found = _by(steady)
    return found if len(found.new) <= _MOST_ROWS * rows[1] else None


def _by(pairs: Sequence[Pair]) -> RowMap:
    before, after = hash_rows([], pairs[0].old_rows), hash_rows([], pairs[0].new_rows)
    for pair in each(pairs):
        for old, new in pair.rows():
            hash_rows([old], pair.old_rows, before)
            hash_rows([new], pair.new_rows, after)
    return align(before, after)


def _is_steady(pair: Pair) -> bool:
    """Tell by a sample whether most values of a column were there before."""
    import numpy as np

    before = hash_rows([old for old, _ in pair.rows()], pair.old_rows)
    after = hash_rows([new for _, new in pair.rows()], pair.new_rows)
    probe = after[:: max(1, len(after) // _PROBE)]
    return bool(np.isin(probe, before).mean() > _MOST_ROWS)
