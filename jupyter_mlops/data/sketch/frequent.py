"""Find the most frequent values: Misra and Gries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel

from jupyter_mlops.data.sketch.form import FROZEN

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

Value = bool | int | float | str
_ALWAYS, _MOST = 32, 128
_LONGEST = 200
_EXACT = 2**53


class Frequent(BaseModel):
    """The values that occur often, each with a count.

    Of n values, one that occurs more than n / 33 times is here for certain, and no count errs by more than that. Where
    there are at most 32 different ones, all are here and every count is exact. Merging keeps these promises.

    Parameters
    ----------
    counts
        How often each value occurs at least, most frequent first. Texts are cut after 200 characters.
    spare
        How much more it may be: 0 while nothing was ever left out.

    Notes
    -----
    The summary of Misra and Gries, merged as in [1]_.

    .. [1] P. K. Agarwal et al., Mergeable summaries, PODS (2012), 23–34.
    """

    model_config = FROZEN

    counts: tuple[tuple[Value, int], ...] = ()
    spare: int = 0

    @classmethod
    def of(cls, values: npt.NDArray[np.generic] | pa.Array, counts: npt.NDArray[np.int64]) -> Frequent:
        """Summarise different values, numbers or Arrow strings, that occur so many times."""
        import numpy as np

        spare = _least_kept(counts)
        kept = np.flatnonzero(counts > spare)
        found: Counter[Value] = Counter()
        for value, count in zip(_plain(values.take(kept)), (counts[kept] - spare).tolist(), strict=True):
            found[value] += count
        return cls(counts=_sorted(found), spare=spare)

    @classmethod
    def counting(cls, counts: Mapping[str, int] | Mapping[Value, int]) -> Frequent:
        """Summarise counts by value."""
        import numpy as np

        least = _least_kept(np.array(list(counts.values()), dtype=np.int64))
        kept = {value: count - least for value, count in counts.items() if count > least}
        return cls(counts=_sorted(kept), spare=least)

    def merge(self, other: Frequent) -> Frequent:
        """Summarise both."""
        both = Counter(dict(self.counts))
        both.update(dict(other.counts))
        found = Frequent.counting(both)
        return found.model_copy(update={"spare": self.spare + other.spare + found.spare})

    @property
    def is_whole(self) -> bool:
        """Whether every value is here, with its exact count."""
        return self.spare == 0

    def top(self, most: int) -> Iterator[tuple[Value, int]]:
        """Yield the most frequent values, each with the most that its count can be."""
        for value, count in self.counts[:most]:
            yield value, count + self.spare


def _least_kept(counts: npt.NDArray[np.int64]) -> int:
    """Return the count that makes room when it is taken from all: of the first value that finds no place."""
    import numpy as np

    if len(counts) <= _ALWAYS:
        return 0
    several = counts[counts > 1]
    if len(several) == 0 or len(several) <= _MOST < len(counts):
        return 1  # values that occur once, as numbers that were measured do, are not worth their room
    if len(counts) <= _MOST:
        return 0
    return int(np.partition(several, len(several) - _MOST - 1)[len(several) - _MOST - 1])


def _plain(values: npt.NDArray[np.generic] | pa.Array) -> list[Value]:
    """Return values as JSON can keep them: one number has one form."""
    import numpy as np
    import pyarrow.compute as pc

    if not isinstance(values, np.ndarray):
        return cast("list[Value]", pc.utf8_slice_codeunits(values, 0, _LONGEST).to_pylist())
    found = values.tolist()
    if values.dtype.kind != "f":
        return cast("list[Value]", found)
    return [int(value) if value.is_integer() and abs(value) < _EXACT else value for value in found]


def _sorted(counts: dict[Value, int]) -> tuple[tuple[Value, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))
