"""Whether predictions treat groups of people alike."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.report import Finding
from jupyter_mlops.data import privacy
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.gates.candidate import DRAWS, Candidate
from jupyter_mlops.models.gates.check import Share, VersionCheck
from jupyter_mlops.models.gates.slices import Columns, slices

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

Measure = Literal["demographic-parity", "equalised-odds"]


class Fairness(VersionCheck):
    """Groups are chosen, or hit and missed, at about the same rates.

    Parameters
    ----------
    by
        The columns that make the groups.
    measure
        `demographic-parity`: the largest difference of the groups' shares that are predicted positive.
        `equalised-odds`: the larger of the largest differences of their true and false positive rates.
    at_most
        The largest difference allowed.
    confident
        Whether the upper bound of the interval must hold it too.
    least_rows
        Smaller groups are not judged, only counted.
    """

    kind: ClassVar[str] = "fairness"

    by: Columns
    measure: Measure = "demographic-parity"
    at_most: Share = 0.1
    confident: bool = False
    least_rows: Annotated[int, Field(ge=1)] = 30

    @property
    def about(self) -> str:
        """The columns and the measure."""
        return f"{', '.join(self.by)}: {self.measure}"

    def find(self, subject: Candidate) -> Iterator[Finding]:
        """Compare the groups' rates."""
        predictions = subject.predictions
        if predictions.task != "binary":
            raise Unknown(f"it is told of two classes only, and this is a {predictions.task} model")
        names, codes = slices(predictions.table, self.by, privacy.hidden(subject.project, subject.table))
        counts = counted(predictions, codes, len(names))
        sizes = counts.sum((1, 2)).astype(int)
        kept = sizes >= self.least_rows
        small = [
            f"{name}: {size}" for name, size, is_kept in zip(names, sizes, kept, strict=True) if not is_kept
        ]
        if kept.sum() < 2:
            raise Unknown(f"fewer than two groups have {self.least_rows} rows: {', '.join(small[:5])}")
        value = float(gaps(counts[kept][None], self.measure)[0])
        if not isfinite(value):
            raise Unknown("a group has no positive rows, or none but those")
        low, high = drawn(counts[kept], self.measure)
        is_well = (high if self.confident else value) <= self.at_most
        groups = [
            f"{name}: {rate:.3g} of {size:,}"
            for name, rate, size in zip(names, counts[:, :, 1].sum(1) / sizes.clip(1), sizes, strict=True)
        ]
        yield self.says(
            f"groups differ by {value:.4g}, {'' if is_well else 'not '}at most {self.at_most:g}"
            + (" with 95 % confidence" if self.confident else ""),
            is_well=is_well,
            value=f"{value:.6g}",
            interval=f"{low:.4g} to {high:.4g}",
            predicted_positive="; ".join(groups[:10]),
            not_judged="; ".join(small[:5]) or "none",
            n=f"{len(predictions):,}",
        )


def counted(predictions: Predictions, codes: Integers, groups: int) -> Floats:
    """Return the rows of each group, by what is true and what is predicted: (groups, 2, 2)."""
    import numpy as np

    true, said = ((side == 1).astype(np.int64) for side in predictions.codes)
    cells = np.bincount((codes * 2 + true) * 2 + said, minlength=groups * 4)
    return cells.reshape(groups, 2, 2).astype(np.float64)


def gaps(counts: Floats, measure: Measure) -> Floats:
    """Return the largest difference between groups, for each of (draws, groups, 2, 2) counts; NaN without such rows."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "demographic-parity":
            return np.asarray(np.ptp(counts[..., 1].sum(2) / counts.sum((2, 3)), axis=1))
        rates = counts[..., 1] / counts.sum(3)  # of the negatives, and of the positives
    return np.asarray(np.ptp(rates, axis=1).max(1))


def drawn(counts: Floats, measure: Measure) -> tuple[float, float]:
    """Return the 95 % percentile interval of the difference: rows drawn anew, by counting."""
    import numpy as np

    total = int(counts.sum())
    draws = np.random.default_rng(0).multinomial(total, counts.ravel() / total, size=DRAWS)
    values = gaps(draws.reshape(DRAWS, *counts.shape).astype(np.float64), measure)
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return float(low), float(high)
