"""The rows of a part, slot by slot: taken, compared and stacked without a look at what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from jupyter_mlops.data.encoding.cells import runs, to_arrow
from jupyter_mlops.data.encoding.part import Meta, Part
from jupyter_mlops.data.store.blocks import bytes_of
from jupyter_mlops.data.store.layout import Slot, layout

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Array = npt.NDArray[np.generic]
    Rows = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]


_REPEATED = 8


@dataclass(frozen=True)
class Numbers:
    """One number a row."""

    values: Array

    def __len__(self) -> int:
        return len(self.values)

    @property
    def buffers(self) -> tuple[memoryview, ...]:
        """As a part has them."""
        return (bytes_of(self.values),)

    def take(self, rows: Rows) -> Numbers:
        """Return the given rows, in that order."""
        return Numbers(self.values[rows])

    def slice(self, start: int, stop: int) -> Numbers:
        """Return the rows from *start* to *stop*."""
        return Numbers(self.values[start:stop])

    def differs(self, other: Numbers) -> Mask:
        """Tell for each row whether *other* has another number."""
        import numpy as np

        if self.values.dtype.kind != "V":
            return np.not_equal(self.values, other.values)
        width = self.values.dtype.itemsize
        mine, theirs = (
            np.ascontiguousarray(item.values).view("u1").reshape(-1, width) for item in (self, other)
        )
        found: Mask = (mine != theirs).any(axis=1)
        return found


class Runs:
    """A run of bytes a row, or none: different words, and the number of its word for each row.

    Rows are taken and stacked by their numbers; bytes move once, when somebody asks for them.

    Parameters
    ----------
    words
        Arrow's large binaries.
    codes
        The word of each row; None when every row has its own, in order.
    """

    def __init__(self, words: pa.Array, codes: Rows | None = None) -> None:
        self.words = words
        self._codes = codes

    @classmethod
    def of_buffers(cls, lengths: Array, content: memoryview) -> Runs:
        """Return what a part has as lengths, the largest for none, and bytes."""
        import pyarrow as pa

        made = cls(to_arrow(lengths, content, pa.large_binary()))
        made._plain = lengths, content
        return made

    @property
    def codes(self) -> Rows:
        """The word of each row."""
        import numpy as np

        return np.arange(len(self.words)) if self._codes is None else self._codes

    @cached_property
    def arrow(self) -> pa.Array:
        """The rows as Arrow's large binaries."""
        import pyarrow as pa

        return self.words if self._codes is None else self.words.take(pa.array(self._codes))

    @cached_property
    def _plain(self) -> tuple[Array, memoryview]:
        return runs(self.arrow)

    def __len__(self) -> int:
        return len(self.words if self._codes is None else self._codes)

    @property
    def buffers(self) -> tuple[memoryview, ...]:
        """As a part has them: lengths and bytes."""
        lengths, content = self._plain
        return bytes_of(lengths), content

    def take(self, rows: Rows) -> Runs:
        """Return the given rows, in that order."""
        return Runs(self.words, rows if self._codes is None else self._codes[rows])

    def slice(self, start: int, stop: int) -> Runs:
        """Return the rows from *start* to *stop*."""
        if self._codes is None:
            return Runs(self.words.slice(start, stop - start))
        return Runs(self.words, self._codes[start:stop])

    def differs(self, other: Runs) -> Mask:
        """Tell for each row whether *other* has other bytes."""
        import pyarrow.compute as pc

        mine, theirs = self.arrow, other.arrow
        unequal = pc.not_equal(mine, theirs).fill_null(False)  # noqa: FBT003
        found: Mask = pc.or_(unequal, pc.not_equal(mine.is_null(), theirs.is_null())).to_numpy(
            zero_copy_only=False
        )
        return found


@dataclass(frozen=True)
class Whole:
    """Bytes that belong to no row."""

    content: memoryview

    @property
    def buffers(self) -> tuple[memoryview, ...]:
        """As a part has them."""
        return (self.content,)


Track: TypeAlias = Numbers | Runs | Whole


def cut(part: Part, rows: int) -> tuple[list[Slot], list[Track]]:
    """Return the slots of *part* and the rows in each."""
    import numpy as np

    slots = list(layout(part, rows))
    buffers: Iterator[memoryview] = iter(part.buffers)
    tracks: list[Track] = []
    for slot in slots:
        first = next(buffers)
        if slot.kind == "whole":
            tracks.append(Whole(first))
        elif slot.kind == "runs":
            tracks.append(Runs.of_buffers(np.frombuffer(first, dtype="<u4"), next(buffers)))
        else:
            tracks.append(Numbers(np.frombuffer(first, dtype=_dtype(slot))))
    return slots, tracks


def join(meta: Meta, tracks: Sequence[Track]) -> Part:
    """Return the part that *tracks* were cut from."""
    return Part(meta, tuple(buffer for track in tracks for buffer in track.buffers))


def stack(tracks: Sequence[Numbers | Runs]) -> Numbers | Runs:
    """Return the rows of all *tracks*, of one slot, one after the other."""
    import numpy as np

    if len(tracks) == 1:
        return tracks[0]
    if isinstance(tracks[0], Numbers):
        return Numbers(np.concatenate([track.values for track in tracks if isinstance(track, Numbers)]))
    return _stack_runs([track for track in tracks if isinstance(track, Runs)])


def _stack_runs(tracks: Sequence[Runs]) -> Runs:
    """Share the words of tracks that have the same; pieces of one track are many where rows moved."""
    import numpy as np
    import pyarrow as pa

    words = {id(track.words): track.words for track in tracks}
    ends = np.cumsum([len(item) for item in words.values()])
    starts = dict(zip(words, ends - [len(item) for item in words.values()], strict=True))
    codes = np.concatenate([track.codes + starts[id(track.words)] for track in tracks])
    every = pa.concat_arrays(list(words.values()))
    if len(words) > 1 and _REPEATED * len(every) <= len(codes):  # fewer words are nearer at hand
        once = every.dictionary_encode(null_encoding="encode")
        return Runs(once.dictionary, once.indices.to_numpy()[codes])
    return Runs(every, codes)


def _dtype(slot: Slot) -> str:
    return slot.dtype if slot.dtype.startswith("V") else f"<{slot.dtype}"
