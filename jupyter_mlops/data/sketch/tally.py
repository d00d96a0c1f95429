"""Read a column as tallies: its different values, part by part, and how often each one occurs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Array = npt.NDArray[np.generic]
    Counts = npt.NDArray[np.int64]

_NUMBERS = 1 << 17
_TEXTS = 1 << 18
_NARROW = 1 << 17


@dataclass(frozen=True)
class Tally:
    """Different values, and how often each occurs; numbers ascend, texts come in any order.

    Parameters
    ----------
    values
        Numbers, or an Arrow array of large strings without nulls.
    """

    values: Array | pa.Array
    counts: Counts


def of_numbers(values: Array) -> Iterator[Tally]:
    """Tally numbers or truths, none of them NaN."""
    import numpy as np

    if len(values) == 0:
        return
    if values.dtype.kind == "b":
        trues = int(np.count_nonzero(values))
        counts = np.array([len(values) - trues, trues])
        yield Tally(np.array([False, True])[counts > 0], counts[counts > 0])
    elif values.dtype.kind in "iu" and _is_narrow(values):
        least = values.min()
        counts = np.bincount((values - least).astype(np.intp))
        there = np.flatnonzero(counts)
        yield Tally(there.astype(values.dtype) + least, counts[there])
    else:
        for start in range(0, len(values), _NUMBERS):
            yield _counted(np.sort(values[start : start + _NUMBERS]))


def of_texts(texts: pa.ChunkedArray) -> Iterator[Tally]:
    """Tally Arrow strings; nulls are left out."""
    import pyarrow as pa

    for start in range(0, len(texts), _TEXTS):
        found = texts.slice(start, _TEXTS).value_counts()
        values, counts = found.field("values"), found.field("counts")
        if values.null_count:
            here = values.is_valid()
            values, counts = values.filter(here), counts.filter(here)
        yield Tally(values.cast(pa.large_string()), counts.to_numpy(zero_copy_only=False))


def _is_narrow(values: Array) -> bool:
    """Tell whether counting by position takes little room."""
    return int(values.max()) - int(values.min()) < min(_NARROW, 4 * len(values))


def _counted(ordered: Array) -> Tally:
    import numpy as np

    is_first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts = np.flatnonzero(is_first)
    if len(starts) == len(ordered):
        return Tally(ordered, np.ones(len(ordered), dtype=np.int64))
    return Tally(ordered[starts], np.diff(starts, append=len(ordered)))
