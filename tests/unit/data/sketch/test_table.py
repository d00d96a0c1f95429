"""Profiles of days add up to a month's; what is kept comes back whole."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.data.sketch.table import TableSketch

rows = st.lists(
    st.tuples(
        st.integers(-5, 5) | st.integers(-(10**12), 10**12),
        st.none() | st.floats(-1e6, 1e6) | st.just(float("inf")),
        st.none() | st.sampled_from(["red", "green", "blue"]) | st.text("abc ☃", max_size=4),
        st.booleans(),
        st.datetimes(pd.Timestamp("2000-01-01").to_pydatetime(), pd.Timestamp("2030-01-01").to_pydatetime()),
    ),
    max_size=60,
)


def frame(values: list[tuple[object, ...]]) -> pd.DataFrame:
    made = pd.DataFrame(values, columns=["whole", "real", "word", "flag", "at"])
    kinds = {"whole": "int64", "real": "float64", "word": "str", "flag": "bool", "at": "datetime64[us]"}
    return made.astype(kinds)


def exact(profile: TableSketch) -> list[tuple[object, ...]]:
    """The parts that merging must keep exactly."""
    return [
        (
            column.name,
            column.kind,
            column.rows,
            column.missing,
            column.distinct,
            column.frequent and (column.frequent.spare or dict(column.frequent.counts)),
            column.numbers and (column.numbers.least, column.numbers.most, column.numbers.infinite),
            column.texts and (column.texts.shortest, column.texts.longest, column.texts.lengths.count),
        )
        for column in profile.columns
    ]


class TestMerge:
    @settings(max_examples=60)
    @given(rows, rows)
    def test_two_days_are_the_profile_of_both(self, left, right):
        """Exact parts exactly, quantiles within their bound."""
        merged = TableSketch.of(frame(left)).merge(TableSketch.of(frame(right)))
        whole = TableSketch.of(frame(left + right))
        few = len(left) + len(right) <= 32
        assert exact(merged) == exact(whole) if few else merged.rows == whole.rows
        shares = np.linspace(0, 1, 21)
        for one, both in zip(merged.columns, whole.columns, strict=True):
            assert one.distinct == both.distinct
            if one.numbers and both.numbers:
                np.testing.assert_array_equal(
                    one.numbers.quantiles.at(shares), both.numbers.quantiles.at(shares)
                )

    @settings(max_examples=30)
    @given(rows, rows, rows)
    def test_order_and_grouping_do_not_matter(self, one, two, three):
        """Days may arrive late."""
        a, b, c = (TableSketch.of(frame(part)) for part in (one, two, three))
        assert exact(a.merge(b).merge(c)) == exact(a.merge(b.merge(c)))
        assert exact(a.merge(b)) == exact(b.merge(a))

    def test_a_month_of_thirty_days(self):
        """Thirty thousand rows: counts exact, mean by rounding, quantiles and distinct within their errors."""
        random = np.random.default_rng(0)
        month = pd.DataFrame({"x": random.lognormal(0, 1, 30_000), "id": random.integers(0, 9_000, 30_000)})
        days = [TableSketch.of(month[start : start + 1000]) for start in range(0, 30_000, 1000)]
        merged = days[0]
        for day in days[1:]:
            merged = merged.merge(day)
        x, ids = merged.columns
        assert x.numbers is not None
        assert ids.distinct is not None
        assert x.numbers.moments.mean == pytest.approx(month.x.mean())
        below = x.numbers.quantiles.below(month.x.quantile([0.05, 0.5, 0.95]).to_numpy())
        assert below == pytest.approx([0.05, 0.5, 0.95], abs=0.015)
        assert ids.distinct.estimate == pytest.approx(month.id.nunique(), rel=0.064)

    def test_columns_come_and_go(self):
        """A column knows the rows of the tables that had it; columns of one name are told apart by order."""
        old = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "gone"])
        new = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "new"])
        merged = TableSketch.of(old).merge(TableSketch.of(new))
        assert merged.rows == 2
        assert [(column.name, column.rows) for column in merged.columns] == [
            ("a", 2),
            ("a", 2),
            ("gone", 1),
            ("new", 1),
        ]


class TestOf:
    def test_known_columns_are_not_read_again(self):
        """A version that changes one column profiles one."""
        table = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
        known = TableSketch.of(table).columns[0]
        found = TableSketch.of(table.assign(a=["not", "read"]), known={0: known})
        assert found.columns[0] == known

    def test_personal_columns_are_withheld(self):
        """No value of them is in the bytes that are kept; a known sketch with values is stripped too."""
        table = pd.DataFrame({"mail": ["ada@shop.example"], "n": [1]})
        known = TableSketch.of(table).columns[0]
        for found in (
            TableSketch.of(table, withhold={"mail"}),
            TableSketch.of(table, withhold={"mail"}, known={0: known}),
        ):
            assert b"ada" not in zlib.decompress(found.pack())
        assert not found.columns[1].is_withheld

    def test_a_column_withheld_once_is_read_again_when_it_may_be_shown(self):
        """What was forgotten is not in the old sketch."""
        table = pd.DataFrame({"mail": ["x"]})
        known = TableSketch.of(table, withhold={"mail"}).columns[0]
        assert TableSketch.of(table, known={0: known}).columns[0].frequent is not None

    @pytest.mark.parametrize(
        "table",
        [
            pd.DataFrame(),
            pd.DataFrame(index=range(3)),
            pd.DataFrame({"a": []}),
            pd.DataFrame({"__index__": [1], 0: [2], None: [3], ("a", "b"): [4]}),
            pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "b")])),
            pd.DataFrame({"x": [np.nan] * 3, "y": [np.inf, -np.inf, 1.0], "z": [1e308, -1e308, 1e200]}),
            pd.DataFrame({"x" * 10_000: ["y" * 100_000]}),
        ],
        ids=["empty", "no columns", "no rows", "odd names", "two levels", "odd numbers", "long"],
    )
    def test_odd_tables_are_profiled_too(self, table):
        """And small: a name or a value of any length takes little room."""
        found = TableSketch.of(table)
        assert found.rows == len(table)
        assert len(found.columns) == table.shape[1]
        assert len(found.pack()) < 10_000

    def test_a_thousand_columns_are_profiled(self):
        """Each costs little where the rows are few."""
        found = TableSketch.of(pd.DataFrame(np.zeros((3, 1000))))
        assert len(found.columns) == 1000
        assert len(found.pack()) < 80_000


class TestPack:
    @settings(max_examples=40)
    @given(rows)
    def test_it_comes_back_whole(self, values):
        """Every sketch, byte by byte."""
        profile = TableSketch.of(frame(values))
        assert TableSketch.unpack(profile.pack()) == profile

    @pytest.mark.parametrize("content", [b"", b"{}", zlib.compress(b"[]"), zlib.compress(b'{"format": 1}')])
    def test_damage_is_said(self, content):
        """Never a half-read profile."""
        with pytest.raises(Unavailable, match="damaged"):
            TableSketch.unpack(content)

    def test_a_newer_format_is_refused(self):
        """It says which, and what to do."""
        with pytest.raises(Unavailable, match="format 9") as refused:
            TableSketch.unpack(zlib.compress(b'{"format": 9, "rows": 1}'))
        assert "pip install" in refused.value.hint
