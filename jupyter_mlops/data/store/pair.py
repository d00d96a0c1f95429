"""A part beside the same part of the version before: held in memory, or read again whenever it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store import fingerprint
from jupyter_mlops.data.store.layout import Slot
from jupyter_mlops.data.store.manifest import Kept
from jupyter_mlops.data.store.tracks import Track, Whole, cut

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from jupyter_mlops.data.store.rowmap import RowMap

    Mask = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]


@dataclass
class Pair:
    """A part and the same part of the version before.

    Parameters
    ----------
    place
        Number of the part in its frame.
    kept
        How the part before is kept.
    read_old, read_new
        Return the parts.
    check
        The fingerprint of the new part's buffers, where it is known.
    is_held
        Whether both stay in memory once they were read; tables larger than memory are read again instead.
    """

    place: int
    kept: Kept
    read_old: Callable[[], Part]
    read_new: Callable[[], Part]
    old_rows: int
    new_rows: int
    check: str = ""
    is_held: bool = True

    @cached_property
    def new(self) -> Part:
        """The part."""
        return self.read_new()

    @cached_property
    def before(self) -> tuple[list[Slot], list[Track]]:
        """The slots and rows of the part before."""
        return cut(self.read_old(), self.old_rows)

    @cached_property
    def after(self) -> tuple[list[Slot], list[Track]]:
        """The slots and rows of the part."""
        return cut(self.new, self.new_rows)

    @cached_property
    def is_comparable(self) -> bool:
        """Whether rows of the one can stand for rows of the other."""
        try:
            slots = self.before[0]
        except Unavailable:
            return False  # damaged: it is kept anew
        return slots == self.after[0] and any(slot.kind != "whole" for slot in slots)

    @cached_property
    def changed(self) -> Rows:
        """The rows whose cell is not the one that stood in the same row before."""
        return changed_cells(self, None)

    def rows(self) -> Iterator[tuple[Track, Track]]:
        """Yield what is cut by rows, before and after."""
        for old, new in zip(self.before[1], self.after[1], strict=True):
            if not isinstance(new, Whole):
                yield old, new

    def seal(self) -> str:
        """Return the fingerprint of the new part's buffers."""
        return self.check or fingerprint.of_part(self.new)

    def release(self) -> None:
        """Let go of what can be read again, unless it is held."""
        if not self.is_held:
            for name in ("new", "before", "after", "changed"):
                self.__dict__.pop(name, None)


def each(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Yield pairs one by one, so that only one of them is in memory where they are not held."""
    for pair in pairs:
        yield pair
        pair.release()


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
