"""Find where the rows of a version were in the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mlops.data.store.rowmap import RowMap

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Hashes = npt.NDArray[np.uint64]

_AT_ONCE = 1 << 18


def align(before: Hashes, after: Hashes) -> RowMap:
    """Match rows of equal hash: what is equal at both ends, then the rest, the first with the first."""
    import numpy as np

    sources = np.full(len(after), -1, dtype=np.int64)
    shorter = min(len(before), len(after))
    head = _equal_run(before[:shorter], after[:shorter])
    shorter -= head
    tail = _equal_run(before[::-1][:shorter], after[::-1][:shorter])
    sources[:head] = np.arange(head)
    if tail:
        sources[-tail:] = np.arange(len(before) - tail, len(before))
    sources[head : len(after) - tail] = _matched(
        before[head : len(before) - tail], after[head : len(after) - tail], head
    )
    return RowMap(sources)


def _equal_run(left: Hashes, right: Hashes) -> int:
    import numpy as np

    differs = left != right
    return int(np.argmax(differs)) if differs.any() else len(left)


def _matched(before: Hashes, after: Hashes, offset: int) -> Rows:
    import numpy as np

    sources = np.full(len(after), -1, dtype=np.int64)
    if not len(before) or not len(after):
        return sources
    parts = np.uint64(1 + max(len(before), len(after)) // _AT_ONCE)  # sorting all at once takes much memory
    for part in range(int(parts)):
        old, new = (np.flatnonzero(hashes % parts == part) for hashes in (before, after))
        here, there = _ranked(before[old], after[new])
        sources[new[here]] = old[there] + offset
    return sources


def _ranked(before: Hashes, after: Hashes) -> tuple[Rows, Rows]:
    """Return the places of equal hashes after and before, the first with the first."""
    import numpy as np

    old, new = np.argsort(before, kind="stable"), np.argsort(after, kind="stable")
    olds, news = before[old], after[new]
    rank = np.arange(len(news)) - np.searchsorted(news, news)
    place = np.searchsorted(olds, news) + rank
    inside = place < len(olds)
    inside[inside] = olds[place[inside]] == news[inside]
    return new[inside], old[place[inside]]
