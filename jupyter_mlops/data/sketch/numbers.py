"""Numbers of a column: their ends, moments and quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from jupyter_mlops.data.sketch.form import FROZEN
from jupyter_mlops.data.sketch.moments import Moments
from jupyter_mlops.data.sketch.quantiles import Quantiles

if TYPE_CHECKING:
    from jupyter_mlops.data.sketch.tally import Tally


class Numbers(BaseModel):
    """Numbers, or times and durations in nanoseconds; infinite ones are counted and left out."""

    model_config = FROZEN

    least: int | float | None = None
    most: int | float | None = None
    infinite: int = 0
    moments: Moments = Moments()
    quantiles: Quantiles = Quantiles()

    @classmethod
    def of(cls, tally: Tally) -> Numbers:
        """Sum up the values of a tally."""
        import numpy as np

        is_finite = np.isfinite(tally.values[[0, -1]]) if len(tally.values) else np.ones(1, dtype=np.bool_)
        values, counts, infinite = tally.values, tally.counts, 0
        if not is_finite.all():  # infinite ones stand at the ends
            here = np.isfinite(values)
            infinite = int(counts[~here].sum())
            values, counts = values[here], counts[here]
        if len(values) == 0:
            return cls(infinite=infinite)
        floats = values.astype(np.float64, copy=False)
        each = None if len(values) == int(counts.sum()) else counts
        return cls(
            least=values[0].item(),
            most=values[-1].item(),
            infinite=infinite,
            moments=Moments.of(floats, each),
            quantiles=Quantiles.of(floats, counts),
        )

    def merge(self, other: Numbers) -> Numbers:
        """Sum up both."""
        ends = [item for item in (self.least, self.most, other.least, other.most) if item is not None]
        return Numbers(
            least=min(ends, default=None),
            most=max(ends, default=None),
            infinite=self.infinite + other.infinite,
            moments=self.moments.merge(other.moments),
            quantiles=self.quantiles.merge(other.quantiles),
        )
