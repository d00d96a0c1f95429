"""Whatever frame hypothesis can think of comes back, and has its own digest."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mlops.data.encoding.frame import encode
from tests.unit.data.frames import STRINGS, arrow, objects, round_trip, told

CELLS = st.recursive(
    st.none()
    | st.just(pd.NA)
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.decimals()
    | st.uuids()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(dt.UTC))
    | st.timedeltas(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=5,
)
COUNTS = st.integers(-(2**62), 2**62)
MAYBE_TEXT = st.none() | st.text(st.characters(codec="utf-8"))


@st.composite
def columns(draw: st.DrawFn, rows: int) -> object:
    """Draw a column of any dtype."""

    def many(values: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    makers = {
        "int": lambda: np.array(
            many(st.integers(-100, 100)), dtype=draw(st.sampled_from(["i1", "i2", "i8"]))
        ),
        "float": lambda: np.array(
            many(st.floats(width=32)), dtype=draw(st.sampled_from(["f4", "f8", "c16"]))
        ),
        "bool": lambda: np.array(many(st.booleans()), dtype=bool),
        "Int": lambda: pd.array(many(st.none() | st.integers(-100, 100)), dtype="Int16"),
        "Float": lambda: pd.array(many(st.none() | st.floats()), dtype="Float64"),
        "boolean": lambda: pd.array(many(st.none() | st.booleans()), dtype="boolean"),
        "str": lambda: pd.array(many(MAYBE_TEXT), dtype=draw(st.sampled_from(STRINGS))),
        "moment": lambda: np.array(many(COUNTS), dtype="i8").view(
            f"M8[{draw(st.sampled_from(['us', 'ns']))}]"
        ),
        "duration": lambda: np.array(many(COUNTS), dtype="i8").view("m8[ns]"),
        "category": lambda: pd.Categorical(many(MAYBE_TEXT), ordered=draw(st.booleans())),
        "arrow": lambda: (
            arrow(pa.list_(pa.int8()), many(st.none() | st.lists(st.none() | st.integers(0, 9))))["a"].array
        ),
        "arrow struct": lambda: (
            arrow(
                pa.struct([("a", pa.int8()), ("b", pa.list_(pa.string()))]),
                many(st.none() | st.fixed_dictionaries({"a": st.integers(0, 9), "b": st.lists(MAYBE_TEXT)})),
            )["a"].array
        ),
        "arrow float": lambda: arrow(pa.float32(), many(st.none() | st.floats(width=32)))["a"].array,
        "period": lambda: (
            pd.PeriodIndex.from_ordinals(
                many(st.integers(-(10**6), 10**6)), freq=draw(st.sampled_from(["D", "M", "2Q", "W-WED"]))
            ).array
        ),
        "interval": lambda: pd.arrays.IntervalArray.from_arrays(
            left := np.array(many(st.integers(-9, 9)), dtype="f8"),
            left + 1.5,
            closed=draw(st.sampled_from(["left", "right", "both", "neither"])),
        ),
        "zoned": lambda: (
            pd.DatetimeIndex(np.array(many(st.integers(0, 2**40)), dtype="M8[ms]"), tz="UTC")
            .tz_convert(draw(st.sampled_from(["UTC", "Europe/Paris", "Asia/Kolkata"])))
            .array
        ),
        "any bits": lambda: np.array(many(st.integers(0, 2**32 - 1)), dtype="u4").view("f4"),
        "gaps": lambda: pd.arrays.SparseArray(
            np.array(many(st.sampled_from([np.nan, -0.0, 1.5])), dtype="f8"),
            kind=draw(st.sampled_from(["integer", "block"])),
        ),
        "sparse": lambda: pd.arrays.SparseArray(np.array(many(st.integers(0, 1)), dtype="i4")),
        "object": lambda: objects(*many(CELLS))["a"].array,
    }
    return makers[draw(st.sampled_from(sorted(makers)))]()


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a frame with any columns, labels and index."""
    rows, width = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    index = draw(
        st.sampled_from(
            [
                pd.RangeIndex(rows),
                pd.Index(list("aabb"[:rows]), name="i", dtype="str"),
                pd.date_range("2026", periods=rows, freq="D"),
                pd.MultiIndex.from_arrays([[1, 1, 2, 2][:rows], list("abab"[:rows])], names=["x", None]),
            ]
        )
    )
    series = {i: pd.Series(draw(columns(rows)), index=index) for i in range(width)}
    frame = pd.DataFrame(series, index=index)
    label = st.text() | st.integers() | st.none()
    if width and draw(st.booleans()):
        tuples = draw(
            st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 1)), min_size=width, max_size=width)
        )
        frame.columns = pd.MultiIndex.from_tuples(tuples, names=["l", None])
    else:
        frame.columns = pd.Index(draw(st.lists(label, min_size=width, max_size=width)), dtype=object)
    return frame


RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestAnyFrame:
    @given(frames())
    @RELAXED
    def test_comes_back_exactly(self, frame):
        """Whatever the columns, nothing is lost, and the identity is the same afterwards."""
        back = round_trip(frame)
        assert told(back) == told(frame)
        assert encode(back).digest == encode(frame).digest

    @given(st.data())
    @RELAXED
    def test_digests_are_equal_if_and_only_if_frames_are(self, data):
        """Two frames have one digest exactly when nothing tells them apart."""
        small = st.sampled_from([0, 0.0, -0.0, False, None, float("nan"), pd.NA, "0", "", b"", (), []])
        left, right = (objects(*data.draw(st.lists(small, max_size=2))) for _ in range(2))
        assert (encode(left).digest == encode(right).digest) == (told(left) == told(right))
