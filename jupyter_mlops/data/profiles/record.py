"""A profile as people read it: plain figures made from the sketches of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import SnapshotRef
from jupyter_mlops.data.sketch.column import ColumnSketch
from jupyter_mlops.data.sketch.frequent import Frequent, Value
from jupyter_mlops.data.sketch.numbers import Numbers
from jupyter_mlops.data.sketch.reading import Kind
from jupyter_mlops.data.sketch.table import TableSketch
from jupyter_mlops.data.versions.catalogue import shown_shape

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_BINS = 20
_EDGE = 0.005
_TOP, _SHOWN = 10, 60
_LONGEST = 40
_SECOND = 10**9


class Often(Record):
    """A value, and how often it occurs: at most so often, where there are too many to count each."""

    value: str
    count: int
    share: float


class Histogram(Record):
    """Shares of the numbers between edges; times are seconds since 1970 in UTC, the outer half percents left out."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]


class ColumnProfile(Record):
    """One column.

    Parameters
    ----------
    distinct
        None for values of no one kind; within 1.6 % (one standard error) unless it is exact.
    least, most
        The ends, as text; times in UTC.
    quantiles
        By share, like `0.5`; times as seconds since 1970, durations as seconds. A rank errs by at most 1.5 %.
    top
        The most frequent values.
    shapes
        What the texts look like: `AA-9999`.
    types
        How many values of each type there are, where they are of no one kind.
    is_withheld
        Whether its values are left out, since they are personal.
    """

    name: str
    dtype: str
    kind: Kind
    rows: int
    missing: int
    distinct: int | None = None
    is_exact: bool = False
    least: str = ""
    most: str = ""
    mean: float | None = None
    deviation: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    infinite: int = 0
    quantiles: dict[str, float] = {}
    histogram: Histogram | None = None
    top: tuple[Often, ...] = ()
    shortest: int | None = None
    longest: int | None = None
    shapes: tuple[Often, ...] = ()
    types: dict[str, int] = {}
    is_withheld: bool = False

    @classmethod
    def of(cls, sketch: ColumnSketch) -> ColumnProfile:
        """Read the figures off a column's sketches."""
        found = cls(
            name=sketch.name,
            dtype=" or ".join(sketch.dtypes),
            kind=sketch.kind,
            rows=sketch.rows,
            missing=sketch.missing,
            distinct=_distinct(sketch),
            is_exact=sketch.different is not None,
            types=sketch.types,
            is_withheld=sketch.is_withheld,
        )
        update: dict[str, object] = {}
        if sketch.frequent is not None:
            update |= _frequent(sketch.frequent, sketch.kind, sketch.rows - sketch.missing)
        if sketch.numbers is not None:
            update |= _numbers(sketch.numbers, sketch.kind)
        if sketch.texts is not None:
            shapes = sketch.texts.shapes
            update |= {"shortest": sketch.texts.shortest, "longest": sketch.texts.longest}
            update["shapes"] = _often(shapes, "text", sum(count for _, count in shapes.top(1_000)))
        return found.model_copy(update=update)


class Profile(Record):
    """What is known of a table without reading it.

    Parameters
    ----------
    subject
        What it is about.
    refs
        The snapshots that were added up; none for a table at hand.
    """

    subject: str
    refs: tuple[SnapshotRef, ...] = ()
    rows: int
    columns: tuple[ColumnProfile, ...]

    @classmethod
    def of(cls, sketch: TableSketch, subject: str, refs: Sequence[str] = ()) -> Profile:
        """Read the figures off a table's sketches."""
        columns = tuple(map(ColumnProfile.of, sketch.columns))
        return cls(subject=subject, refs=tuple(refs), rows=sketch.rows, columns=columns)

    def card(self) -> Card:
        """List the columns."""
        notes = []
        if len(self.columns) > _SHOWN:
            notes.append(f"{len(self.columns) - _SHOWN} more columns are in the record; --json shows all.")
        if any(column.is_withheld for column in self.columns):
            notes.append("Values of columns that look personal are withheld.")
        return Card(
            f"{self.subject}: {shown_shape(self.rows, len(self.columns))}",
            "info",
            columns=("column", "type", "missing", "distinct", "least", "median", "most", "most frequent"),
            rows=tuple(map(_row, self.columns[:_SHOWN])),
            notes=tuple(notes),
            next=tuple(f"%mlops expect {ref}" for ref in self.refs[:1]),
        )

    def figure(self) -> dict[str, object] | None:
        """Draw a small picture of each column."""
        from jupyter_mlops.data.profiles.figure import draw

        return draw(self)


def shown(value: Value | None, kind: Kind) -> str:
    """Return a value of a column as text; times are nanoseconds since 1970."""
    if value is None:
        return ""
    if kind == "time" and isinstance(value, int | float):
        return _moment(value)
    if kind == "duration" and isinstance(value, int | float):
        return _span(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _moment(nanoseconds: float) -> str:
    try:
        found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return f"{nanoseconds / _SECOND:.6g} s"
    return found.strftime("%Y-%m-%d %H:%M:%S").removesuffix(" 00:00:00")


def _span(nanoseconds: float) -> str:
    try:
        return str(timedelta(microseconds=nanoseconds / 1000))
    except OverflowError:
        return f"{nanoseconds / _SECOND:.6g} s"


def _row(column: ColumnProfile) -> tuple[str, ...]:
    about = "≈ " if not column.is_exact else ""
    distinct = "" if column.distinct is None else f"{about}{column.distinct:,}"
    median = column.quantiles.get("0.5")
    unit = _SECOND if column.kind in {"time", "duration"} else 1
    return (
        column.name[:_LONGEST],
        column.dtype if column.kind != "mixed" or not column.types else f"{column.dtype}: mixed",
        f"{column.missing / column.rows:.1%}" if column.missing else "",
        distinct,
        column.least[:_LONGEST],
        "" if median is None else shown(median * unit, column.kind),
        column.most[:_LONGEST],
        "withheld" if column.is_withheld else _often_shown(column),
    )


def _often_shown(column: ColumnProfile) -> str:
    found = [f"{item.value[:_LONGEST]} {item.share:.0%}" for item in column.top[:3] if item.share >= 0.005]
    return ", ".join(found)


def _distinct(sketch: ColumnSketch) -> int | None:
    if sketch.different is not None or sketch.distinct is None:
        return sketch.different
    return min(sketch.distinct.estimate, sketch.rows - sketch.missing)


def _frequent(frequent: Frequent, kind: Kind, values: int) -> dict[str, object]:
    whole = {"distinct": len(frequent.counts), "is_exact": True} if frequent.is_whole else {}
    return {"top": _often(frequent, kind, values), **whole}


def _often(frequent: Frequent, kind: Kind, values: int) -> tuple[Often, ...]:
    found = ((value, min(count, values)) for value, count in frequent.top(_TOP))
    return tuple(
        Often(value=shown(value, kind), count=count, share=count / values) for value, count in found if values
    )


def _numbers(numbers: Numbers, kind: Kind) -> dict[str, object]:
    unit = _SECOND if kind in {"time", "duration"} else 1
    moments = numbers.moments
    if moments.count == 0:
        return {"infinite": numbers.infinite}
    quantiles = (numbers.quantiles.at(SHARES) / unit).tolist()
    return {
        "infinite": numbers.infinite,
        "least": shown(numbers.least, kind),
        "most": shown(numbers.most, kind),
        "mean": moments.mean / unit,
        "deviation": _finite(moments.deviation / unit),
        "skewness": _finite(moments.skewness),
        "kurtosis": _finite(moments.kurtosis),
        "quantiles": {f"{share:g}": value for share, value in zip(SHARES, quantiles, strict=True)},
        "histogram": _histogram(numbers, unit),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _histogram(numbers: Numbers, unit: int) -> Histogram | None:
    import numpy as np

    least, most = numbers.quantiles.at((_EDGE, 1 - _EDGE)).tolist()
    if not math.isfinite(most - least) or least == most:
        return None
    edges = np.linspace(least, most, _BINS + 1)
    shares = np.diff(numbers.quantiles.below(edges))
    shares[0] += (
        numbers.quantiles.below([least])[0] - numbers.quantiles.below([np.nextafter(least, -np.inf)])[0]
    )
    return Histogram(edges=tuple((edges / unit).tolist()), shares=tuple(shares.tolist()))
