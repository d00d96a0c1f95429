"""Apply the steps of a part to its key, all at once: where each row lies is found first, and each is copied once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, cast

from jupyter_mlops.data.encoding.part import Meta
from jupyter_mlops.data.store.blocks import Reader, Spec
from jupyter_mlops.data.store.layout import Slot
from jupyter_mlops.data.store.packed import Groups, Opened, unpack
from jupyter_mlops.data.store.rowmap import RowMap
from jupyter_mlops.data.store.tracks import Numbers, Runs, Track, Whole, stack

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """What a step adds.

    Parameters
    ----------
    tracks
        The new rows, then the changed cells, by slot; None where a whole slot stayed.
    cells
        Rows whose cell changed, in order.
    moved
        Where all rows come from; None when they stayed.
    """

    meta: Meta
    tracks: tuple[Track | None, ...]
    cells: Rows
    moved: RowMap | None

    @property
    def new(self) -> int:
        """How many rows are new."""
        return 0 if self.moved is None else len(self.moved.new)


class Path:
    """Where each row lies in the pool: the key's rows, then all new rows, then all changed cells."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    @cached_property
    def runs(self) -> list[tuple[int, int]] | None:
        """First and last of rows that follow each other; None when they are too many."""
        found = RowMap(self.rows)
        if not found.is_in_runs:
            return None
        firsts, lengths = (side.tolist() for side in found.runs)
        return [(first, first + length) for first, length in zip(firsts, lengths, strict=True)]


def open_change(opened: Opened, slots: Sequence[Slot], moved: RowMap | None) -> Change:
    """Return what an extent says."""
    import numpy as np

    reader, directory = Reader(opened.blocks), opened.directory
    cells = np.cumsum(reader.rows(cast("Spec", directory["cells"])))
    groups = cast("Sequence[Groups | None]", directory["tracks"])
    tracks = [
        None if group is None else unpack(slot, group, reader)
        for slot, group in zip(slots, groups, strict=True)
    ]
    return Change(cast("Meta", directory["meta"]), tuple(tracks), cells, moved)


def replay(
    rows: int, tracks: Sequence[Track], changes: Sequence[Change], shared: Callable[[int], Path]
) -> list[Track]:
    """Return the tracks that *changes* lead to.

    Parameters
    ----------
    rows, tracks
        Those of the key.
    shared
        Returns the path after so many steps that change no cell.
    """
    path = _path(rows, changes, shared)
    found: list[Track] = []
    for place, key in enumerate(tracks):
        steps = [change.tracks[place] for change in changes]
        if isinstance(key, Whole):
            found.append(next((track for track in reversed(steps) if track is not None), key))
        elif path is None and isinstance(key, Numbers):
            found.append(_patched(key, cast("Sequence[Numbers]", steps), changes))
        else:
            where = path or _patched_path(rows, changes)
            found.append(_gathered(_pool(key, cast("Sequence[Numbers]", steps), changes), where))
    return found


def _path(rows: int, changes: Sequence[Change], shared: Callable[[int], Path]) -> Path | None:
    if all(change.moved is None for change in changes):
        return None
    done = next((place for place, change in enumerate(changes) if len(change.cells)), len(changes))
    path = shared(done)
    if done == len(changes):
        return path
    new = rows + sum(change.new for change in changes[:done])
    cells = rows + sum(change.new for change in changes)
    found = path.rows
    for change in changes[done:]:
        found = found.copy() if change.moved is None else change.moved.follow(found, new)
        new += change.new
        found[change.cells] = _range(cells, len(change.cells))
        cells += len(change.cells)
    return Path(found)


def _patched(key: Numbers, steps: Sequence[Numbers], changes: Sequence[Change]) -> Numbers:
    values = key.values if key.values.flags.writeable else key.values.copy()
    for step, change in zip(steps, changes, strict=True):
        values[change.cells] = step.values
    return Numbers(values)


def _patched_path(rows: int, changes: Sequence[Change]) -> Path:
    import numpy as np

    path = np.arange(rows)
    for change in changes:
        path[change.cells] = _range(rows, len(change.cells))
        rows += len(change.cells)
    return Path(path)


def _pool(
    key: Numbers | Runs, steps: Sequence[Numbers | Runs], changes: Sequence[Change]
) -> list[Numbers | Runs]:
    splits = [len(step) - len(change.cells) for step, change in zip(steps, changes, strict=True)]
    new = [step.slice(0, split) for step, split in zip(steps, splits, strict=True) if split]
    cells = [
        step.slice(split, len(step)) for step, split in zip(steps, splits, strict=True) if split < len(step)
    ]
    return [key, *new, *cells]


def _gathered(pool: list[Numbers | Runs], path: Path) -> Numbers | Runs:
    """Return the rows of a path: run by run where runs are long, else one by one."""
    if path.runs is None:
        return stack(pool).take(path.rows)
    pieces = [piece for first, last in path.runs for piece in _pieces(pool, first, last)]
    return stack(pieces) if len(pieces) > 1 else pool[0].take(path.rows)


def _pieces(pool: Sequence[Numbers | Runs], first: int, last: int) -> Iterator[Numbers | Runs]:
    """Yield the rows from *first* to *last* of the pool, which may lie in several of its tracks."""
    ends = list(accumulate(map(len, pool)))
    place = bisect_right(ends, first)
    while first < last:
        start = ends[place] - len(pool[place])
        stop = min(last, ends[place])
        yield pool[place].slice(first - start, stop - start)
        first, place = stop, place + 1


def _range(start: int, count: int) -> Rows:
    import numpy as np

    return np.arange(start, start + count)
