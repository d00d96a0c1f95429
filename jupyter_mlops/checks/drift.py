"""Measure how far the columns of a table have moved, from two profiles alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.core.record import Record
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.frequent import Frequent
from jupyter_mlops.data.sketch.numbers import Numbers
from jupyter_mlops.data.sketch.table import TableSketch

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_CUTS = tuple(place / 10 for place in range(1, 10))
_TIE = 0.05
_COVERED = 0.2


class ColumnDrift(Record):
    """How far one column has moved.

    Parameters
    ----------
    psi
        The population stability index, in nats; by habit 0.1 is worth a look and 0.25 is a change.
    ks
        The largest distance of the two cumulative distributions of numbers, from 0 to 1.
    js
        The Jensen–Shannon distance over the bins of *psi*, from 0 to 1.
    missing_before, missing_after
        Shares of rows without a value; they are a bin of their own.
    unknown
        Why it could not be measured; then nothing says that the column has not moved.
    """

    column: str
    psi: float | None = None
    ks: float | None = None
    js: float | None = None
    missing_before: float = 0.0
    missing_after: float = 0.0
    unknown: str = ""


def between(reference: TableSketch, current: TableSketch) -> tuple[ColumnDrift, ...]:
    """Measure every column of the reference, by name; a column that is gone or new is unknown.

    The error is that of the sketches: 0.015 for each cumulative share, and nothing where counts are exact.
    """
    names = dict.fromkeys(column.name for column in (*reference.columns, *current.columns))
    return tuple(of_column(name, reference.column(name), current.column(name)) for name in names)


def of_column(name: str, reference: ColumnSketch | None, current: ColumnSketch | None) -> ColumnDrift:
    """Measure one column; None where a table has none of that name."""
    if reference is None or current is None:
        return ColumnDrift(column=name, unknown="it is new" if reference is None else "it is gone")
    lost = [item.missing / item.rows if item.rows else 0.0 for item in (reference, current)]
    found = ColumnDrift(column=name, missing_before=lost[0], missing_after=lost[1])
    if reason := _reason(reference, current):
        return found.model_copy(update={"unknown": reason})
    if reference.numbers and current.numbers:
        return found.model_copy(update=_of_numbers(reference.numbers, current.numbers, lost))
    if reference.frequent and current.frequent:
        counts = [item.rows - item.missing for item in (reference, current)]
        return found.model_copy(update=_of_values(reference.frequent, current.frequent, counts, lost))
    return found.model_copy(update={"unknown": "its values are withheld or of no one kind"})


def psi(reference: Floats, current: Floats, rows: Sequence[int]) -> float:
    """Measure how far shares of bins have moved: the population stability index.

    Parameters
    ----------
    reference, current
        (n,): shares of the same bins, each adding up to 1.
    rows
        How many rows each of them is of.

    Returns
    -------
    float
        ≥ 0, in nats, 0 when the shares agree.

    Notes
    -----
    Σ (qᵢ − pᵢ) ln(qᵢ / pᵢ), the Jeffreys divergence [1]_; empty bins count as half a row.

    .. [1] H. Jeffreys, Proc. R. Soc. A 186 (1946), 453–461.
    """
    import numpy as np

    p, q = (np.maximum(shares, 0.5 / count) for shares, count in zip((reference, current), rows, strict=True))
    return float(np.sum((q - p) * np.log(q / p)))


def jensen_shannon(reference: Floats, current: Floats) -> float:
    """Return the Jensen–Shannon distance of two sets of shares, to base 2: from 0 to 1."""
    import numpy as np

    middle = (reference + current) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(side > 0, side * np.log2(side / middle), 0) for side in (reference, current)]
    return float(np.sqrt(max(0.0, (parts[0].sum() + parts[1].sum()) / 2)))


def _reason(reference: ColumnSketch, current: ColumnSketch) -> str:
    if reference.is_withheld or current.is_withheld:
        return "its values are withheld"
    if reference.is_empty or current.is_empty:
        return f"it has no values {'in the reference' if reference.is_empty else 'now'}"
    if reference.kind != current.kind:
        return f"it was {reference.kind} and is {current.kind}"
    return "its values are of no one kind" if reference.kind == "mixed" else ""


def _of_numbers(reference: Numbers, current: Numbers, lost: Sequence[float]) -> dict[str, object]:
    import numpy as np

    before, after = reference.quantiles, current.quantiles
    counts = [reference.moments.count, current.moments.count]
    if not all(counts):
        return {"unknown": "its values are all infinite"}
    edges = np.unique(before.at(_CUTS))
    below = np.nextafter(edges, -np.inf)
    ties = before.below(edges) - before.below(below) > _TIE  # a value that occurs often is a bin of its own
    edges = np.unique(np.concatenate([edges, below[ties]]))
    shares = [np.diff(side.below(edges), prepend=0.0, append=1.0) for side in (before, after)]
    points = np.union1d(before.support, after.support)
    distance = float(np.abs(before.below(points) - after.below(points)).max())
    return {"ks": distance, **_divergences(shares, counts, lost)}


def _of_values(
    reference: Frequent, current: Frequent, counts: Sequence[int], lost: Sequence[float]
) -> dict[str, object]:
    import numpy as np

    values = dict.fromkeys(value for side in (reference, current) for value, _ in side.counts)
    shares = []
    for side, count in zip((reference, current), counts, strict=True):
        found = dict(side.counts)
        known = np.array([(found[value] + side.spare if value in found else 0) / count for value in values])
        if not side.is_whole and known.sum() < _COVERED:
            return {"unknown": "it has too many different values to compare"}
        known = known / max(1.0, float(known.sum()))
        shares.append(np.append(known, 1 - known.sum()))
    return _divergences(shares, counts, lost)


def _divergences(shares: Iterable[Floats], counts: Sequence[int], lost: Sequence[float]) -> dict[str, object]:
    """Return the measures of shares among the values that are there, the missing ones added as a bin."""
    import numpy as np

    rows = [round(count / (1 - share)) for count, share in zip(counts, lost, strict=True)]
    before, after = (np.append(side * (1 - share), share) for side, share in zip(shares, lost, strict=True))
    used = (before > 0) | (after > 0)
    before, after = np.maximum(before[used], 0), np.maximum(after[used], 0)
    return {"psi": psi(before, after, rows), "js": jensen_shannon(before, after)}
