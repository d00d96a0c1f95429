"""Frames that are easy to lose something of, by what they try."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
import zoneinfo

import numpy as np
import pandas as pd
import pyarrow as pa

from jupyter_mlops.data.encoding.frame import decode, encode
from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store.chain import open_key
from jupyter_mlops.data.store.draft import seal_key
from jupyter_mlops.data.store.packed import open_

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
TWO_HOURS = dt.timezone(dt.timedelta(hours=2))
NAMED = dt.timezone(dt.timedelta(hours=1), "CET")
UNITS = ("s", "ms", "us", "ns")
NUMBERS = [
    "bool",
    "i1",
    "i2",
    "i4",
    "i8",
    "u1",
    "u2",
    "u4",
    "u8",
    "f2",
    "f4",
    "f8",
    "c8",
    "c16",
    ">f8",
    ">i4",
]
STRINGS = [
    pd.StringDtype(storage, na_value=na) for storage in ("python", "pyarrow") for na in (pd.NA, np.nan)
]

ARROW: dict[str, tuple[pa.DataType, object]] = {
    "int8": (pa.int8(), 1),
    "uint64": (pa.uint64(), 2**64 - 1),
    "bool": (pa.bool_(), True),
    "string": (pa.string(), "é"),
    "large_string": (pa.large_string(), "b"),
    "binary": (pa.binary(), b"\0x"),
    "large_binary": (pa.large_binary(), b"x"),
    "fixed binary": (pa.binary(3), b"abc"),
    "float16": (pa.float16(), np.float16(1.5)),
    "float64": (pa.float64(), -0.0),
    "decimal128": (pa.decimal128(10, 2), decimal.Decimal("1.10")),
    "decimal256": (pa.decimal256(50, 2), decimal.Decimal("1.10")),
    "date32": (pa.date32(), dt.date(2026, 1, 1)),
    "date64": (pa.date64(), dt.date(2026, 1, 1)),
    "time32": (pa.time32("s"), dt.time(1)),
    "time64": (pa.time64("ns"), dt.time(1)),
    "timestamp": (pa.timestamp("ns"), dt.datetime(2026, 1, 1)),  # noqa: DTZ001
    "timestamp tz": (pa.timestamp("ms", "Europe/Paris"), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
    "duration": (pa.duration("s"), dt.timedelta(1)),
    "list": (pa.list_(pa.int64()), [1, None, 3]),
    "large_list": (pa.large_list(pa.string()), ["a", None]),
    "fixed list": (pa.list_(pa.int8(), 2), [1, None]),
    "struct": (pa.struct([("a", pa.int8()), ("b", pa.list_(pa.string()))]), {"a": 1, "b": ["x"]}),
    "not null": (pa.struct([pa.field("a", pa.int8(), nullable=False)]), {"a": 1}),
    "map": (pa.map_(pa.string(), pa.int64()), [("a", 1), ("b", None)]),
    "dictionary": (pa.dictionary(pa.int8(), pa.string()), "q"),
    "null": (pa.null(), None),
    "deep": (pa.list_(pa.struct([("q", pa.list_(pa.bool_()))])), [{"q": [True, None]}, None]),
}


def arrow(kind: pa.DataType, *chunks: list[object]) -> pd.DataFrame:
    """A column of an Arrow type, in the chunks given."""
    made = pa.chunked_array([pa.array(chunk, type=kind) for chunk in chunks], type=kind)
    return pd.DataFrame({"a": pd.arrays.ArrowExtensionArray(made)})


def objects(*values: object) -> pd.DataFrame:
    """A column of Python objects."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return pd.DataFrame({"a": pd.Series(column, dtype=object)})


def on(index: pd.Index) -> pd.DataFrame:
    """A frame with that row index."""
    return pd.DataFrame({"a": np.arange(len(index))}, index=index)


MOMENTS = pd.to_datetime(["2026-01-01", "2026-07-01", None]).tz_localize("UTC")
OBJECTS: dict[str, tuple[object, ...]] = {
    "str and None": ("x", None, "ü€", ""),
    "str, None, NaN": ("x", None, float("nan")),
    "missing": (pd.NA, pd.NaT, None, float("nan")),
    "numbers": (1, 1.0, True, -0.0, 0.0, 1j, 2**100, -(2**63), -128, float("-inf")),
    "bytes": (b"", b"\0\xff"),
    "Decimal": (
        decimal.Decimal("1.10"),
        decimal.Decimal("-0"),
        decimal.Decimal("NaN"),
        decimal.Decimal("1E+400"),
    ),
    "UUID": (uuid.UUID(int=5), None),
    "dates": (dt.date(1, 1, 1), dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=PARIS), dt.time(3, 4, 5, 6)),
    "offsets": (
        dt.datetime(2026, 1, 1, tzinfo=TWO_HOURS),
        dt.datetime(2026, 1, 1, tzinfo=NAMED),
        dt.timedelta(-1, 2, 3),
    ),
    "lists": ([], [1, [2, (3, None)]], (), (1,)),
    "dicts": ({}, {"b": 1, "a": {1: [], None: 2.5}}),
    "sets": ({"a", "b", "c"}, frozenset({1, (2,)}), set()),
    "pandas": (
        pd.Timestamp("2026", tz="Asia/Tokyo"),
        pd.Timedelta("1ns"),
        pd.Period("2026Q1"),
        pd.Interval(0, 1, "both"),
    ),
    "numpy": (
        np.float64(1),
        np.float32("nan"),
        np.int8(3),
        np.str_("q"),
        np.bool_(1),
        np.datetime64("2026", "D"),
    ),
    "surrogate": ("\ud800", "a", None),
    "mixed up": (1, "1", b"1", 1.0, [1], {"1": 1}),
}

FRAMES: dict[str, pd.DataFrame] = {
    "numbers": pd.DataFrame({name: np.array([0, 1, 2], dtype=name) for name in NUMBERS}),
    "floats": pd.DataFrame({"a": [-0.0, 0.0, np.inf, -np.inf, np.nan, 5e-324]}),
    "strings": pd.DataFrame(
        {str(i): pd.Series(["a", None, "ü€", ""], dtype=kind) for i, kind in enumerate(STRINGS)}
    ),
    "surrogates": pd.DataFrame({"a": pd.Series(["\ud800", None, "b"], dtype=STRINGS[0])}),
    "nullable": pd.DataFrame(
        {
            kind: pd.array([1, None, 0], dtype=kind)
            for kind in ["Int8", "Int64", "UInt16", "Float32", "Float64", "boolean"]
        }
    ),
    "NaN beside NA": pd.DataFrame(
        {"a": pd.arrays.FloatingArray(np.array([np.nan, 1.0]), np.array([False, True]))}
    ),
    "moments": pd.DataFrame(
        {u: np.array(["2026-01-01", "NaT", "1960-01-01"], dtype=f"M8[{u}]") for u in UNITS}
    ),
    "durations": pd.DataFrame({u: np.array([1, "NaT", -5], dtype=f"m8[{u}]") for u in UNITS}),
    "zones": pd.DataFrame(
        {str(zone): MOMENTS.tz_convert(zone) for zone in (dt.UTC, PARIS, TWO_HOURS, NAMED)}
    ),
    "periods": pd.DataFrame(
        {freq: pd.PeriodIndex(["2026-01", None, "2027-05"], freq=freq) for freq in ("M", "W-WED", "2Q", "h")}
    ),
    "intervals": pd.DataFrame(
        {
            "float": pd.arrays.IntervalArray.from_tuples([(0, 1), None, (3, 4.5)], closed="left"),
            "moment": pd.interval_range(pd.Timestamp("2026", tz="Europe/Paris"), periods=3),
            "whole": pd.interval_range(0, 3),
        }
    ),
    "sparse": pd.DataFrame(
        {
            "int": pd.arrays.SparseArray([0, 0, 3]),
            "block": pd.arrays.SparseArray([np.nan, 1.0, np.nan], kind="block"),
            "bool": pd.arrays.SparseArray([True, False, True], fill_value=True),
        }
    ),
    "categories": pd.DataFrame(
        {
            "ordered": pd.Categorical(["x", None, "y"], categories=["z", "y", "x"], ordered=True),
            "numbers": pd.Categorical([1, 2, 1]),
            "intervals": pd.cut([1, 2, 3], 2),
            "dates": pd.Categorical([dt.date(2026, 1, 1), None, dt.date(2026, 1, 1)]),
            "moments": pd.Categorical([pd.Timestamp("2026", tz="UTC")] * 3),
            "none": pd.Categorical([None] * 3),
        }
    ),
    "many categories": pd.DataFrame({"a": pd.Categorical(range(200))}),
    "two indexes deep": pd.DataFrame(
        np.arange(12.0).reshape(4, 3),
        index=pd.MultiIndex.from_product([["b", "a"], [1, None]], names=["x", ("t", 1)]),
        columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=[None, "z"]),
    ),
    "unused levels": pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_product([["a", "b"], [1]])).iloc[
        :1
    ],
    "weekly": on(pd.date_range("2026", periods=5, freq="W-WED", tz="Europe/Paris", name="when")),
    "two-hourly": on(pd.date_range("2026", periods=5, freq="2h")),
    "timedelta index": on(pd.timedelta_range("1h", periods=5, freq="90min")),
    "backwards": on(pd.RangeIndex(10, 6, -2, name="r")),
    "category index": on(pd.CategoricalIndex(["b", "a"], name="c")),
    "interval index": on(pd.interval_range(0, 2)),
    "period index": on(pd.period_range("2026", periods=2, freq="Q")),
    "string index": on(pd.Index(["a", "a", None])),
    "object index": on(pd.Index(["a", 1, None], dtype=object)),
    "duplicates": pd.DataFrame([[1, "a", 2.0]] * 3, columns=["x", "x", "y"], index=[1, 1, "z"]),
    "odd labels": pd.DataFrame(
        [[1, 2, 3, 4]],
        columns=pd.Index(
            ["a", 1, dt.date(2026, 1, 1), ("q", 2)], dtype=object, name="n", tupleize_cols=False
        ),
    ),
    "range of columns": pd.DataFrame(np.zeros((2, 3))),
    "no rows": pd.DataFrame(
        {kind: pd.Series([], dtype=kind) for kind in ("int8", "object", "str", "category", "Int8")}
    ),
    "no columns": pd.DataFrame(index=[3, 1, 2]),
    "nothing": pd.DataFrame(),
}
FRAMES |= {f"objects: {name}": objects(*values) for name, values in OBJECTS.items()}
FRAMES |= {f"arrow {name}": arrow(kind, [value, None], [value]) for name, (kind, value) in ARROW.items()}
FRAMES |= {f"arrow {name}, no rows": arrow(kind) for name, (kind, _) in ARROW.items()}


def round_trip(frame: pd.DataFrame) -> pd.DataFrame:
    """Encode, pack, unpack, decode."""
    encoded = encode(frame)
    index, labels, *columns = encoded.parts
    rows = encoded.rows
    return decode(
        rows, packed(index, rows), packed(labels, frame.shape[1]), [packed(part, rows) for part in columns]
    )


def packed(part: Part, rows: int) -> Part:
    """Pack and unpack a part."""
    return open_key(open_(memoryview(b"".join(seal_key(part, rows)))))


def told(value: object) -> object:
    """Say all that can be seen of a value, so that two are told apart if anything tells them apart."""
    if isinstance(value, pd.DataFrame):
        columns = [told(value.iloc[:, i].array) for i in range(value.shape[1])]
        return told(value.index), told(value.columns), columns
    if isinstance(value, pd.MultiIndex):
        return (
            [told(level) for level in value.levels],
            [list(c) for c in value.codes],
            told(list(value.names)),
        )
    if isinstance(value, pd.Index):
        freq = str(getattr(value, "freq", None))
        return type(value).__name__, told(value.array), told(list(value.names)), freq
    if isinstance(value, pd.Categorical):
        return value.ordered, told(value.categories), list(value.codes)
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return repr(value.dtype), [told(item) for item in value]
    if isinstance(value, np.ndarray | list | tuple):
        return type(value).__name__, str(getattr(value, "dtype", "")), [told(item) for item in value]
    if isinstance(value, dict):
        return [(told(key), told(item)) for key, item in value.items()]
    if isinstance(value, set | frozenset):
        return type(value).__name__, sorted(repr(told(item)) for item in value)
    return type(value).__qualname__, repr(value)
