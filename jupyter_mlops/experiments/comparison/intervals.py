"""Say how sure a metric is, and a difference of two: from folds, or from predictions of the same rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Truths = npt.NDArray[np.bool_]

FOLDS = "jupyter_mlops.folds"
FOLD = "fold_"
_LEVEL = 0.95
_SMALL = 2_000
_RESAMPLES = 2_000


class Interval(Record):
    """A metric of a run with its interval of 95 %."""

    metric: str
    run: RunRef
    value: float
    low: float
    high: float
    method: str


class Contrast(Record):
    """The difference of a metric between two runs, after minus before, with its interval of 95 %."""

    metric: str
    before: RunRef
    after: RunRef
    difference: float
    low: float
    high: float
    method: str

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        said = "" if self.is_clear else ", may be chance"
        return f"{self.difference:+.4g} [{self.low:+.4g}, {self.high:+.4g}]{said}"


@dataclass(frozen=True)
class Estimate:
    """A number and the interval around it."""

    value: float
    low: float
    high: float


def over_folds(values: Sequence[float], overlap: float | None = None) -> Estimate:
    """Return the mean over folds with its interval, corrected for folds that share training rows.

    Parameters
    ----------
    values
        (k,): one value a fold, k ≥ 2.
    overlap
        Rows tested on by rows trained on; 1 / (k - 1) by default, as in k-fold cross-validation.

    Notes
    -----
    mean ± t₍k₋₁₎ s √(1/k + overlap), the corrected resampled t-test [1]_.

    .. [1] C. Nadeau, Y. Bengio, Machine Learning 52 (2003), 239–281.
    """
    import numpy as np
    from scipy import stats

    found = np.asarray(values, dtype=float)
    share = 1 / (len(found) - 1) if overlap is None else overlap
    spread = float(found.std(ddof=1)) * math.sqrt(1 / len(found) + share)
    half = float(stats.t.ppf(0.5 + _LEVEL / 2, len(found) - 1)) * spread
    mean = float(found.mean())
    return Estimate(mean, mean - half, mean + half)


def of_runs(curves: Mapping[RunRef, Mapping[str, Sequence[tuple[int, float]]]]) -> tuple[Interval, ...]:
    """Return an interval for each metric that a run logged by fold, as `fold_NAME` with the fold as its step."""
    found = []
    for run, own in curves.items():
        for name, points in own.items():
            if name.startswith(FOLD) and len(points) > 1:
                made = over_folds([value for _, value in points])
                metric, method = name.removeprefix(FOLD), f"{len(points)} folds"
                found.append(
                    Interval(
                        metric=metric, run=run, value=made.value, low=made.low, high=made.high, method=method
                    )
                )
    return tuple(found)


def paired(before: Sequence[tuple[int, float]], after: Sequence[tuple[int, float]]) -> Estimate | None:
    """Return the mean difference over the same folds, or None when the folds are not the same in number."""
    one, other = dict(before), dict(after)
    if one.keys() != other.keys() or len(one) < 2:
        return None
    return over_folds([other[fold] - one[fold] for fold in sorted(one)])


def of_losses(before: Floats, after: Floats) -> tuple[Estimate, str]:
    """Return the difference of two means of losses of the same rows, and how it was found.

    Parameters
    ----------
    before, after
        (n,): loss of each row.
    """
    import numpy as np

    differences = after - before
    if len(differences) <= _SMALL:
        means = _resampled(differences)
        low, high = np.quantile(means, [0.5 - _LEVEL / 2, 0.5 + _LEVEL / 2])
        method = f"paired bootstrap of {len(differences):,} rows"
        return Estimate(float(differences.mean()), float(low), float(high)), method
    return around(differences), f"{len(differences):,} rows, paired"


def _resampled(values: Floats) -> Floats:
    """Return the means of resamples with replacement, drawn with a seed of their own."""
    import numpy as np

    rows = len(values)
    counts = np.random.default_rng(0).multinomial(rows, np.full(rows, 1 / rows), size=_RESAMPLES)
    means: Floats = counts @ values / rows
    return means


def around(values: Floats) -> Estimate:
    """Return the mean of many independent values with its interval, by the central limit theorem."""
    from scipy import stats

    mean = float(values.mean())
    half = float(stats.norm.ppf(0.5 + _LEVEL / 2)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Estimate(mean, mean - half, mean + half)


def of_auc(truth: Truths, before: Floats, after: Floats) -> Estimate:
    """Return the difference of two areas under the ROC curve on the same rows, after minus before.

    Parameters
    ----------
    truth
        (n,): whether a row is of the second class; both are there.
    before, after
        (n,): scores, ties allowed.

    Notes
    -----
    DeLong's interval [1]_ by mid-ranks, in O(n log n).

    .. [1] E. DeLong, D. DeLong, D. Clarke-Pearson, Biometrics 44 (1988), 837–845.
    """
    from scipy import stats

    one, of_positives, of_negatives = _components(truth, before)
    other, positives, negatives = _components(truth, after)
    variance = float((positives - of_positives).var(ddof=1)) / len(positives)
    variance += float((negatives - of_negatives).var(ddof=1)) / len(negatives)
    half = float(stats.norm.ppf(0.5 + _LEVEL / 2)) * math.sqrt(variance)
    return Estimate(other - one, other - one - half, other - one + half)


def _components(truth: Truths, scores: Floats) -> tuple[float, Floats, Floats]:
    """Return the area, and what each positive and each negative row adds to it."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    above, below = scores[truth], scores[~truth]
    positives = (ranks[truth] - rankdata(above)) / len(below)
    negatives = 1 - (ranks[~truth] - rankdata(below)) / len(above)
    return float(positives.mean()), positives, negatives


def contrasts(
    pair: tuple[RunRef, RunRef], estimates: Iterator[tuple[str, Estimate, str]]
) -> tuple[Contrast, ...]:
    """Return estimates of differences as records."""
    before, after = pair
    return tuple(
        Contrast(
            metric=metric,
            before=before,
            after=after,
            difference=one.value,
            low=one.low,
            high=one.high,
            method=method,
        )
        for metric, one, method in estimates
    )
