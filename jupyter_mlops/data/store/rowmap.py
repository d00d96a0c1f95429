"""From which row of the version before each row comes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, cast

from jupyter_mlops.data.store.blocks import Bytes, Reader, Spec, Writer
from jupyter_mlops.data.store.packed import open_, seal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_RUN_COST = 3
_FEW = 2_000
_PROBE = 1 << 14


class RowMap:
    """The row before of each row; -1 where the row is new.

    Parameters
    ----------
    sources
        One number a row.
    """

    def __init__(self, sources: Rows) -> None:
        self.sources = sources

    def __len__(self) -> int:
        return len(self.sources)

    @cached_property
    def runs(self) -> tuple[Rows, Rows]:
        """Rows that follow each other: where each run begins before, or -1, and its length."""
        import numpy as np

        is_new = self.sources < 0
        follows = np.diff(self.sources, prepend=-9) == np.where(is_new, 0, 1)
        follows[1:] &= is_new[1:] == is_new[:-1]
        starts = np.flatnonzero(~follows)
        return self.sources[starts], np.diff(starts, append=len(self.sources))

    @cached_property
    def new(self) -> Rows:
        """The rows that are new."""
        import numpy as np

        if not self.is_in_runs:
            return np.flatnonzero(self.sources < 0)
        firsts, lengths = self.runs
        ends = np.cumsum(lengths)
        parts = [np.arange(ends[at] - lengths[at], ends[at]) for at in np.flatnonzero(firsts < 0)]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    @property
    def is_in_runs(self) -> bool:
        """Whether few runs make it up, so that rows are better copied run by run."""
        import numpy as np

        if (
            "runs" not in self.__dict__
            and np.count_nonzero(np.diff(self.sources[:_PROBE]) != 1) > _PROBE // 2
        ):
            return False  # scattered, as a glance tells; new rows count as such, and are put one by one then
        return len(self.runs[0]) <= _FEW

    @property
    def is_scattered(self) -> bool:
        """Whether it is kept row by row."""
        return _RUN_COST * len(self.runs[0]) > len(self)

    @property
    def is_identity(self) -> bool:
        """Whether every row stayed where it was."""
        firsts, lengths = self.runs
        return len(firsts) == 1 and firsts[0] == 0 and lengths[0] == len(self)

    def follow(self, path: Rows, new: int) -> Rows:
        """Return where each row lies, told where those before lie, and where the new ones begin."""
        import numpy as np

        if not self.is_in_runs:
            moved = path[self.sources] if len(path) else self.sources.copy()
            moved[self.new] = np.arange(new, new + len(self.new))
            return moved
        parts = []
        for first, length in zip(*(side.tolist() for side in self.runs), strict=True):
            if first < 0:
                parts.append(np.arange(new, new + length))
                new += length
            else:
                parts.append(path[first : first + length])
        return np.concatenate(parts) if parts else path[:0]

    def write(self) -> list[Bytes]:
        """Return it as the bytes of an extent: as runs, or the bytes of every number, place by place."""
        import numpy as np

        writer = Writer()
        if not self.is_scattered:
            firsts, lengths = self.runs
            ends = np.cumsum(lengths)
            jumps = np.where(
                firsts < 0, 0, firsts - (ends - lengths)
            )  # small where rows were only pushed along
            specs = [
                writer.numbers(jumps),
                writer.numbers(lengths),
                writer.numbers((firsts < 0).astype("u1")),
            ]
            return seal({"runs": specs}, writer)
        numbers = (self.sources + 1).astype("<u8").view("u1").reshape(-1, 8)
        used = max(1, -(-int(self.sources.max() + 1).bit_length() // 8))
        planes = [np.ascontiguousarray(numbers[:, place]).data for place in range(used)]
        return seal({"planes": [writer.content(plane) for plane in planes]}, writer)


def read(content: memoryview) -> RowMap:
    """Return the map that `RowMap.write` wrote."""
    import numpy as np

    opened = open_(content)
    reader = Reader(opened.blocks)
    if "planes" in opened.directory:
        planes = [
            np.frombuffer(reader.content(spec), dtype="u1") for spec in _specs(opened.directory["planes"])
        ]
        numbers = np.zeros((len(planes[0]), 8), dtype=np.uint8)
        for place, plane in enumerate(planes):
            numbers[:, place] = plane
        return RowMap(numbers.view("<i8").reshape(-1) - 1)
    jumps, lengths, is_new = (reader.rows(spec) for spec in _specs(opened.directory["runs"]))
    starts = np.cumsum(lengths) - lengths
    firsts = np.where(is_new == 1, -1, jumps + starts)
    made = RowMap(_rows(firsts, lengths, starts))
    made.runs = firsts, lengths
    return made


def _rows(firsts: Rows, lengths: Rows, starts: Rows) -> Rows:
    import numpy as np

    if len(firsts) <= _FEW:
        parts = [
            np.full(length, -1) if first < 0 else np.arange(first, first + length)
            for first, length in zip(firsts.tolist(), lengths.tolist(), strict=True)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    rows = np.repeat(firsts - starts, lengths)
    rows += np.arange(len(rows))
    rows[np.repeat(firsts < 0, lengths)] = -1
    return rows


def _specs(found: object) -> Sequence[Spec]:
    return cast("Sequence[Spec]", found)
