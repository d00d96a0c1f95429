"""A column of any dtype is read as what its values are; what cannot be read so is counted."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from jupyter_mlops.data.sketch.reading import read


def arrow(values: list, kind: pa.DataType) -> pd.Series:
    return pd.Series(values, dtype=pd.ArrowDtype(kind))


def plain(*values: object) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def values_of(column: pd.Series) -> list:
    return [
        value
        for tally in read(column).tallies
        for found, count in zip(tally.values.tolist(), tally.counts, strict=True)
        for value in [found] * count
    ]


KINDS = {
    "float": (pd.Series([1.0, np.nan]), "number", 1),
    "float16": (pd.Series(np.array([1, 2], dtype="f2")), "number", 0),
    "nothing": (pd.Series([], dtype=float), "number", 0),
    "nullable integer": (pd.Series([1, None], dtype="Int8"), "number", 1),
    "nullable float": (pd.Series([1.5, None], dtype="Float64"), "number", 1),
    "sparse": (pd.Series(pd.arrays.SparseArray([0, 1.5])), "number", 0),
    "bool": (pd.Series([True, False]), "truth", 0),
    "nullable bool": (pd.Series([True, None], dtype="boolean"), "truth", 1),
    "time": (pd.Series(pd.to_datetime(["2026-01-01", None])), "time", 1),
    "time with zone": (pd.Series(pd.to_datetime(["2026-01-01"]).tz_localize("Europe/Berlin")), "time", 0),
    "duration": (pd.Series(pd.to_timedelta([1, None], unit="s")), "duration", 1),
    "str": (pd.Series(["x", None], dtype="str"), "text", 1),
    "python str": (pd.Series(["x", None], dtype="string[python]"), "text", 1),
    "category of words": (pd.Series(pd.Categorical(["a", None, "a"])), "text", 1),
    "category of numbers": (pd.Series(pd.Categorical([1, 2, None, 2])), "number", 1),
    "category of nothing": (pd.Series(pd.Categorical([None])), "number", 1),
    "period": (pd.Series(pd.period_range("2026", periods=3, freq="M")), "mixed", 0),
    "interval": (pd.Series(pd.interval_range(0, 3)), "mixed", 0),
    "complex": (pd.Series([1j, 2]), "mixed", 0),
    "arrow bool": (arrow([True, None], pa.bool_()), "truth", 1),
    "arrow float with NaN": (arrow([1.0, None], pa.float32()), "number", 1),
    "arrow decimal": (arrow([decimal.Decimal("1.50"), None], pa.decimal128(5, 2)), "number", 1),
    "arrow date": (arrow([dt.date(2026, 1, 1), None], pa.date32()), "time", 1),
    "arrow time": (arrow([np.datetime64("9999-01-01")], pa.timestamp("s")), "time", 0),
    "arrow duration": (arrow([dt.timedelta(1)], pa.duration("s")), "duration", 0),
    "arrow dictionary": (arrow(["a", None], pa.dictionary(pa.int8(), pa.string())), "text", 1),
    "arrow list": (arrow([[1], None], pa.list_(pa.int64())), "mixed", 1),
    "arrow binary": (arrow([b"a"], pa.binary()), "mixed", 0),
    "arrow null": (arrow([None], pa.null()), "mixed", 1),
    "objects: str": (plain("a", None), "text", 1),
    "objects: int": (plain(1, None), "number", 1),
    "objects: int and float": (plain(1, 2.5), "number", 0),
    "objects: decimal": (plain(decimal.Decimal("1.5"), decimal.Decimal("NaN")), "number", 1),
    "objects: bool": (plain(*[True, None]), "truth", 1),
    "objects: dates": (plain(dt.date(2026, 1, 1), None), "time", 1),
    "objects: durations": (plain(dt.timedelta(1)), "duration", 0),
    "objects: None": (plain(None, None), "mixed", 2),
    "objects: huge integers": (plain(2**70), "mixed", 0),
    "objects: bytes": (plain(b"a"), "mixed", 0),
    "objects: uuid": (plain(uuid.UUID(int=1)), "mixed", 0),
    "objects: unhashable": (plain({"a": 1}, [1]), "mixed", 0),
    "objects: lone surrogate": (plain("\ud800"), "mixed", 0),
    "objects: a date beyond calendars": (plain(dt.date(1, 1, 1)), "time", 0),
}


class TestRead:
    @pytest.mark.parametrize(("column", "kind", "missing"), KINDS.values(), ids=KINDS)
    def test_kind_and_missing(self, column, kind, missing):
        """Every dtype has a kind, and the values that are there are all in the tallies."""
        found = read(column)
        assert (found.kind, found.missing) == (kind, missing)
        counted = sum(int(tally.counts.sum()) for tally in found.tallies) + sum(found.types.values())
        assert counted == len(column) - missing

    def test_mixed_types_are_counted(self):
        """What went wrong shows: two texts among numbers."""
        assert read(plain(1, "n/a", 2.5, "n/a", None)).types == {"int": 1, "str": 2, "float": 1}

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_times_are_nanoseconds_in_utc(self, unit):
        """Whatever unit and zone pandas keeps them in."""
        times = (
            pd.Series(pd.to_datetime(["2026-01-01 01:00"])).dt.tz_localize("Europe/Berlin").dt.as_unit(unit)
        )
        assert values_of(times) == [pd.Timestamp("2026-01-01").value]

    def test_times_beyond_nanoseconds_are_kept_nearly(self):
        """The year 9999 does not fit into 64 bits of them."""
        far = pd.Series(np.array(["9999-01-01"], dtype="M8[s]"))
        assert values_of(far) == [pytest.approx(253_370_764_800e9)]

    def test_categories_that_do_not_occur_are_not_there(self):
        """A category is a promise, not a value."""
        column = pd.Series(pd.Categorical(["b", "b"], categories=["a", "b"]))
        (tally,) = read(column).tallies
        assert (tally.values.to_pylist(), tally.counts.tolist()) == (["b"], [2])
