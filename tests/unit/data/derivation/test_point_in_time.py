"""The point-in-time join never looks ahead: it agrees with a loop that cannot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.data.derivation.point_in_time import point_in_time

DAY = pd.Timestamp("2026-03-01")
TIMES = st.one_of(st.none(), st.integers(0, 6))
KEYS = st.sampled_from([None, "a", "b"])
ROWS = st.lists(st.tuples(TIMES, KEYS), max_size=8)


def frame(
    rows: list[tuple[int | None, str | None]], zone: str | None = None, unit: str = "us"
) -> pd.DataFrame:
    """Times as days after the first of March, some of them missing, and keys; numbered in their order."""
    times = pd.Series(
        [pd.NaT if day is None else DAY + pd.Timedelta(days=day) for day, _ in rows], dtype=f"M8[{unit}]"
    )
    times = times if zone is None else times.dt.tz_localize("UTC").dt.tz_convert(zone)
    keys = pd.Series([key for _, key in rows], dtype="str")
    return pd.DataFrame({"t": times, "k": keys, "n": np.arange(len(rows))})


def looked_up(
    events, features, *, is_inclusive: bool, with_key: bool, within: int | None
) -> list[int | None]:
    """The oracle: for each event look at every feature, and keep the last of the latest that is allowed."""
    found = []
    for moment, key in events:
        best: tuple[int, int] | None = None
        for row, (then, other) in enumerate(features):
            if moment is None or then is None or (with_key and (key is None or key != other)):
                continue
            is_before = then <= moment if is_inclusive else then < moment
            if is_before and (best is None or then >= best[0]):
                best = (then, row)
        is_stale = best is not None and within is not None and moment - best[0] > within
        found.append(None if best is None or is_stale else best[1])
    return found


@settings(max_examples=200, deadline=None)
@given(
    events=ROWS,
    features=ROWS,
    ways=st.tuples(st.booleans(), st.booleans(), st.one_of(st.none(), st.integers(0, 4))),
    zones=st.sampled_from([(None, None), ("Asia/Tokyo", "America/New_York")]),
    units=st.sampled_from([("us", "us"), ("s", "ns")]),
)
def test_it_agrees_with_a_loop(events, features, ways, zones, units):
    """Duplicates, ties, gaps, zones and units included."""
    is_inclusive, with_key, within = ways
    found = point_in_time(
        frame(events, zones[0], units[0]),
        frame(features, zones[1], units[1]),
        time="t",
        by=("k",) if with_key else (),
        inclusive=is_inclusive,
        within=None if within is None else f"{within}d",
    )
    expected = looked_up(events, features, is_inclusive=is_inclusive, with_key=with_key, within=within)
    assert found["n"].tolist() == list(range(len(events)))
    assert [None if pd.isna(row) else int(row) for row in found["n_then"]] == expected
    then, now = found["t_then"], found["t"]
    assert not (then > now).any()
    assert is_inclusive or not (then == now).any()


class TestResult:
    def test_the_event_keeps_its_order_index_and_values(self):
        """Events come back as they were, with the features beside them."""
        events = pd.DataFrame({"at": [3, 1], "y": ["p", "q"]}, index=[7, 5])
        features = pd.DataFrame({"known": [2, 0], "x": [2**60 + 1, 5]})
        found = point_in_time(events, features, time="at", feature_time="known")
        pd.testing.assert_frame_equal(found[["at", "y"]], events)
        assert (found["x"].tolist(), found["known"].tolist()) == ([2**60 + 1, 5], [2, 0])

    def test_whole_numbers_stay_whole_where_nothing_is_joined(self):
        """A gap makes integers and truths nullable, and no float."""
        features = pd.DataFrame(
            {"t": [5], "n": [2**60 + 1], "b": [True], "s": ["x"], "u": np.array([1], "u1")}
        )
        found = point_in_time(pd.DataFrame({"t": [9, 1]}), features, time="t")
        assert [str(found[name].dtype) for name in "nbsu"] == ["Int64", "boolean", "str", "UInt8"]
        assert (found["n"].iloc[0], found["n"].isna().tolist()) == (2**60 + 1, [False, True])

    def test_keys_of_other_dtypes_match_by_value(self):
        """A category and a string, an integer and a float."""
        events = pd.DataFrame({"t": [2.0], "k": pd.Categorical(["a"]), "i": [1]})
        features = pd.DataFrame({"t": [1], "k": ["a"], "i": [1.0], "x": ["found"]})
        assert point_in_time(events, features, time="t", by=("k", "i"))["x"].tolist() == ["found"]


class TestRefusals:
    def test_times_with_and_without_a_zone(self):
        """Which came first cannot be told, so it is not guessed."""
        with pytest.raises(Invalid, match=r"t is datetime64\[us\] and t is datetime64\[us, UTC\]"):
            point_in_time(frame([(1, "a")]), frame([(1, "a")], "UTC"), time="t")

    @pytest.mark.parametrize("times", [["2026-01-01"], [True], [pd.Period("2026")]])
    def test_what_is_no_time(self, times):
        """Texts, truths and periods are no moments."""
        with pytest.raises(Invalid, match="cannot be told"):
            point_in_time(pd.DataFrame({"t": times}), pd.DataFrame({"t": times}), time="t")

    def test_a_missing_column_is_named(self):
        """With the nearest one."""
        with pytest.raises(NotFound, match=r"The features have no column 'kk'. Did you mean 'k'"):
            point_in_time(frame([]).rename(columns={"k": "kk"}), frame([]), time="t", by=("kk",))

    def test_an_age_that_is_none(self):
        """The forms there are stand in the hint."""
        with pytest.raises(Invalid, match=r"'soon' is no age. Write 30d"):
            point_in_time(frame([(1, "a")]), frame([(0, "a")]), time="t", within="soon")

    def test_names_that_would_collide(self):
        """Two columns of one name are never made."""
        events = pd.DataFrame({"t": [1], "x": [1], "x_then": [1]})
        with pytest.raises(Invalid, match="Two columns would be called 'x_then'"):
            point_in_time(events, pd.DataFrame({"t": [0], "x": [1]}), time="t")
