"""How sure a measure is: rows drawn anew, a thousand times, by counting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.models.evaluation.metrics import Metric
from jupyter_mlops.models.evaluation.predictions import Predictions
from jupyter_mlops.models.evaluation.tally import Cells, Tally

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

DRAWS = 1_000
_FEW = 4_096  # cells that are drawn at once, rather than row by row
_MANY = 5_000  # units from which they are drawn independently
_BLOCK = 1 << 19  # numbers held at a time, for each way to count: what a processor's cache takes


@dataclass(frozen=True)
class Interval:
    """A measure and where it would lie on other rows of the same kind.

    Parameters
    ----------
    low, high
        Percentiles of the draws; NaN where it is not defined.
    defined
        Share of the draws in which it was.
    why
        Why it is not defined; empty when it is.
    """

    metric: str
    value: float
    low: float
    high: float
    defined: float = 1.0
    why: str = ""


@dataclass(frozen=True)
class Difference:
    """By how much a measure of one model exceeds that of another, on the same rows.

    Parameters
    ----------
    p_worse
        Share of the draws in which the first model is worse by more than the margin.
    why
        Why it is not defined; empty when it is.
    """

    metric: str
    estimate: float
    low: float
    high: float
    p_worse: float
    defined: float = 1.0
    why: str = ""


def intervals(
    predictions: Predictions,
    metrics: Sequence[Metric],
    *,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[Interval, ...]:
    """Return each measure with its percentile interval, all of them from the same draws."""
    import numpy as np

    reasons = [metric.why(predictions) for metric in metrics]
    told = [metric.tally(predictions) for metric, why in zip(metrics, reasons, strict=True) if not why]
    drawn = iter(_drawn(told, draws, seed))
    nothing = np.full(draws, np.nan)
    found = []
    for metric, why in zip(metrics, reasons, strict=True):
        values = nothing if why else next(drawn)
        low, high, defined = _percentiles(values, level)
        found.append(Interval(metric.name, metric.of(predictions), low, high, defined, why))
    return tuple(found)


def paired(
    a: Predictions,
    b: Predictions,
    metric: Metric,
    *,
    margin: float = 0.0,
    draws: int = DRAWS,
    seed: int = 0,
    level: float = 0.95,
) -> Difference:
    """Return by how much *metric* of *a* exceeds that of *b*, both drawn on the same rows.

    Parameters
    ----------
    margin
        How much worse *a* may be without counting as worse, in units of the metric.

    Raises
    ------
    Invalid
        They are not of the same rows.
    """
    import numpy as np

    _check_same(a, b)
    why = metric.why(a) or metric.why(b)
    if why:
        nothing = float("nan")
        return Difference(metric.name, nothing, nothing, nothing, nothing, 0.0, why)
    first, second = _drawn([metric.tally(a), metric.tally(b)], draws, seed)
    difference = first - second
    low, high, defined = _percentiles(difference, level)
    sign = 1 if metric.greater_is_better else -1
    known = difference[~np.isnan(difference)] * sign + margin
    p_worse = float(((known < 0) + (known == 0) / 2).mean()) if len(known) and margin == 0 else float("nan")
    if len(known) and margin:
        p_worse = float((known < 0).mean())
    return Difference(metric.name, metric.of(a) - metric.of(b), low, high, p_worse, defined)


def _check_same(a: Predictions, b: Predictions) -> None:
    import numpy as np

    if len(a) != len(b) or not np.array_equal(a.target, b.target):
        raise Invalid(
            f"The two models were judged on different rows: {len(a):,} and {len(b):,}.",
            hint="Let both predict the same table.",
        )


def _percentiles(values: Floats, level: float) -> tuple[float, float, float]:
    import numpy as np

    known = values[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan"), 0.0
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high), len(known) / len(values)


def _drawn(tallies: Sequence[Tally], draws: int, seed: int) -> list[Floats]:
    """Return the values of each measure (draws,), every way to count drawn once for all that share it."""
    import numpy as np

    if not tallies:
        return []
    ways = list({id(cells): cells for tally in tallies for cells in tally.cells}.values())
    places = {id(cells): place for place, cells in enumerate(ways)}
    found: list[list[Floats]] = [[] for _ in tallies]
    with np.errstate(divide="ignore", invalid="ignore"):
        for counts in _counts(ways, draws, np.random.Generator(np.random.SFC64(seed))):
            for values, tally in zip(found, tallies, strict=True):
                values.append(tally.finish([counts[places[id(cells)]] for cells in tally.cells]))
    return [np.concatenate(values) for values in found]


def _counts(ways: Sequence[Cells], draws: int, random: np.random.Generator) -> Iterator[list[Floats]]:
    """Yield blocks of draws: for each way to count, (block, size)."""
    import numpy as np

    joint = _joint(ways)
    if joint is not None:
        shares, members = joint
        total = int(shares.sum())
        drawn = random.multinomial(total, shares / total, size=draws).astype(np.float64)
        yield [drawn @ member for member in members]
        return
    units = ways[0].units
    draw = _poisson if units >= _MANY else _multinomial
    block = 1 << max(0, (_BLOCK // units).bit_length() - 1)  # a power of two is looked up quicker
    for begin in range(0, draws, block):
        weights = draw(min(block, draws - begin), units, random)
        yield [way.counted(weights) for way in ways]


def _multinomial(draws: int, units: int, random: np.random.Generator) -> Floats:
    """Return how often each unit is drawn (draws, units), as many draws as units."""
    import numpy as np

    rows = random.integers(0, units, (draws, units)) + units * np.arange(draws)[:, None]
    counts = np.bincount(rows.ravel(), minlength=draws * units)
    return counts.reshape(draws, units).astype(np.float64)


def _poisson(draws: int, units: int, random: np.random.Generator) -> Floats:
    """Return how often each unit is drawn (draws, units), each independently of the others: a Poisson bootstrap.

    Among many units it differs from drawing exactly as many by less than the draws' own noise [1]_, in a third of
    the time: sixteen random bits tell a count to 2⁻¹⁶. The draws of a unit lie together, so that they are looked up
    together.

    .. [1] N. Chamandy et al., Estimating uncertainty for massive data streams, Google (2012).
    """
    import numpy as np

    size = draws * units
    bits = random.bit_generator.random_raw(-(-size // 4)).view(np.uint16)[:size]
    counts = np.zeros(size, dtype=np.uint8)
    shares = np.exp(-1) / np.cumprod([1, *range(1, 8)])
    for step in np.cumsum(shares) * (1 << 16):
        counts += bits >= min(round(step), (1 << 16) - 1)
    return cast("Floats", counts.reshape(units, draws).T)  # a byte each: what is looked up stays in the cache


def _joint(ways: Sequence[Cells]) -> tuple[Integers, list[Floats]] | None:
    """Return how often each joint cell occurs, and which cell of each way it is; None when there are too many.

    Rows of one joint cell are exchangeable, so that drawing rows is drawing counts of joint cells.
    """
    import numpy as np

    codes = np.zeros(ways[0].units, dtype=np.int64)
    for way in ways:
        if way.codes is None or way.size > _FEW:
            return None
        found, codes = np.unique(codes * way.size + way.codes, return_inverse=True)
        if len(found) > _FEW:
            return None
    first = np.unique(codes, return_index=True)[1]
    members = []
    for way in ways:
        member = np.zeros((len(first), way.size))
        if way.codes is not None:
            member[np.arange(len(first)), way.codes[first]] = 1
        members.append(member)
    return np.bincount(codes), members
