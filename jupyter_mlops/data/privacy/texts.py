"""The values of a column as texts: a sample, the different ones among it, and how often each stands there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Mask = npt.NDArray[np.bool_]

ROWS = 10_000
_FIRST = 1_000
_LONGEST = 2_000
CHECKED = 200


class Batch:
    """The texts of many columns end to end, so that a pattern is compiled once for all of them.

    Parameters
    ----------
    parts
        (k,): the texts of each column.
    """

    def __init__(self, parts: Sequence[pa.Array]) -> None:
        import pyarrow as pa

        self._texts = pa.concat_arrays(parts)
        self._found: dict[str, Mask] = {}

    def matching(self, pattern: str) -> Mask:
        """Tell which of all texts match."""
        import pyarrow.compute as pc

        if pattern not in self._found:
            found = pc.match_substring_regex(self._texts, pattern)
            self._found[pattern] = found.to_numpy(zero_copy_only=False)
        return self._found[pattern]


@dataclass(frozen=True)
class Values:
    """The different values of a sample, as texts, and how often each stands there.

    Parameters
    ----------
    is_number
        They were whole numbers.
    all
        The texts of the whole sample, of which these are every tenth.
    batch, start
        Where they stand among those of other columns.
    """

    texts: pa.Array
    counts: npt.NDArray[np.int64]
    is_number: bool
    all: pa.Array
    batch: Batch
    start: int = 0

    @classmethod
    def of(cls, series: pd.Series) -> Values:
        """Sample a column: 10,000 rows, a tenth of which decides whether the others are looked at."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        whole = _texts(_sample(series))
        few = (
            whole.take(pa.array(np.linspace(0, len(whole) - 1, _FIRST).astype(np.int64)))
            if len(whole) > _FIRST
            else whole
        )
        counted = pc.value_counts(few)
        texts = counted.field(0)
        return cls(texts, counted.field(1).to_numpy(), series.dtype.kind in "iuf", whole, Batch([texts]))

    @classmethod
    def together(cls, columns: Sequence[Values]) -> Iterator[Values]:
        """Yield columns that are searched as one."""
        batch, start = Batch([item.texts for item in columns]), 0
        for item in columns:
            yield replace(item, batch=batch, start=start)
            start += len(item)

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def total(self) -> int:
        """How many values were looked at."""
        return int(self.counts.sum())

    def matching(self, pattern: str) -> Mask:
        """Tell which of the texts match."""
        return self.batch.matching(pattern)[self.start : self.start + len(self)]

    def shorter(self, length: int) -> Mask:
        """Tell which of the texts have at most so many characters."""
        import pyarrow.compute as pc

        found: Mask = pc.utf8_length(self.texts).to_numpy() <= length
        return found

    def share(self, mask: Mask) -> float:
        """Return how many of all values those are."""
        return float(self.counts[mask].sum() / self.total)

    def share_of(self, pattern: str) -> float:
        """Return how many of all values match."""
        return self.share(self.matching(pattern))

    def some(self, mask: Mask) -> list[str]:
        """Return the first of those texts."""
        import numpy as np

        found: list[str] = self.texts.take(np.flatnonzero(mask)[:CHECKED]).to_pylist()
        return found


def _sample(series: pd.Series) -> pd.Series:
    """Return at most 10,000 values, evenly spaced, without those that are missing."""
    import numpy as np

    if len(series) > ROWS:
        series = series.iloc[np.linspace(0, len(series) - 1, ROWS).astype(np.int64)]
    return series.dropna()


def _texts(series: pd.Series) -> pa.Array:
    """Return values as texts, long ones cut."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if series.dtype.kind == "f":
        series = series[series % 1 == 0].astype("int64") if (abs(series) < 2**53).all() else series.head(0)
    if isinstance(series.dtype, pd.StringDtype) and series.dtype.storage == "pyarrow":
        found = pa.array(series.array, type=pa.large_string())
    else:
        texts = [value if isinstance(value, str) else str(value)[:_LONGEST] for value in series.tolist()]
        try:
            found = pa.array(texts, type=pa.large_string())
        except UnicodeEncodeError:
            found = pa.array(
                [text.encode("utf-8", "replace").decode() for text in texts], type=pa.large_string()
            )
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return pc.utf8_slice_codeunits(found, 0, _LONGEST)
