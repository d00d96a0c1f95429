"""Keep mean, spread and shape of numbers exactly enough to add them up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import BaseModel

from jupyter_mlops.data.sketch.form import FROZEN

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_CHUNK = 1 << 15


class Moments(BaseModel):
    """The count, mean, and sums of powers of the distance from it; merged without loss but rounding.

    Notes
    -----
    Merged as in P. Pébay, Sandia report SAND2008-6212.
    """

    model_config = FROZEN

    count: int = 0
    mean: float = 0.0
    second: float = 0.0
    third: float = 0.0
    fourth: float = 0.0

    @classmethod
    def of(cls, values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64] | None = None) -> Moments:
        """Sum up finite numbers, each as often as its count says, or once."""
        import numpy as np

        found = cls()
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(values), _CHUNK):
                part = slice(start, start + _CHUNK)
                found = found.merge(_of_chunk(values[part], None if counts is None else counts[part]))
        return found

    def merge(self, other: Moments) -> Moments:
        """Sum up both."""
        if not self.count or not other.count:
            return other if not self.count else self
        mine, theirs, count = self.count, other.count, self.count + other.count
        delta = other.mean - self.mean
        share = delta / count
        second = self.second + other.second + share * delta * mine * theirs
        third = (
            self.third
            + other.third
            + share * share * delta * mine * theirs * (mine - theirs)
            + 3 * share * (mine * other.second - theirs * self.second)
        )
        fourth = (
            self.fourth
            + other.fourth
            + share * share * share * delta * mine * theirs * (mine * mine - mine * theirs + theirs * theirs)
            + 6 * share * share * (mine * mine * other.second + theirs * theirs * self.second)
            + 4 * share * (mine * other.third - theirs * self.third)
        )
        return Moments(
            count=count, mean=self.mean + share * theirs, second=second, third=third, fourth=fourth
        )

    @property
    def deviation(self) -> float:
        """The sample's standard deviation; NaN below two numbers."""
        return math.sqrt(self.second / (self.count - 1)) if self.count > 1 else math.nan

    @property
    def skewness(self) -> float:
        """How far it leans: 0 for a symmetric column, NaN for a constant one."""
        return (
            math.sqrt(self.count / self.second) * (self.third / self.second) if self.second > 0 else math.nan
        )

    @property
    def kurtosis(self) -> float:
        """How heavy its tails are, over a normal distribution's; NaN for a constant column."""
        return self.count / self.second * (self.fourth / self.second) - 3 if self.second > 0 else math.nan


def _of_chunk(values: npt.NDArray[np.float64], counts: npt.NDArray[np.int64] | None) -> Moments:
    import numpy as np

    weights = None if counts is None else counts.astype(np.float64)
    count = len(values) if counts is None else int(counts.sum())
    mean = float(values.mean() if weights is None else np.average(values, weights=weights))
    distance = values - mean
    square = distance * distance
    weighed = square if weights is None else square * weights
    return Moments(
        count=count,
        mean=mean,
        second=float(weighed.sum()),
        # Not `@`: it wakes threads, which cost more than they save here.
        third=float((weighed * distance).sum()),
        fourth=float((weighed * square).sum()),
    )
