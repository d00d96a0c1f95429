"""Find where the rows of a version were in the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_mlops.data.store.rowmap import RowMap

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Hashes = npt.NDArray[np.uint64]


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
    old, new = np.argsort(before, kind="stable"), np.argsort(after, kind="stable")
    olds, news = before[old], after[new]
    rank = np.arange(len(news)) - np.searchsorted(news, news)
    place = np.searchsorted(olds, news) + rank
    inside = place < len(olds)
    inside[inside] = olds[place[inside]] == news[inside]
    sources[new[inside]] = old[place[inside]] + offset
    return sources
