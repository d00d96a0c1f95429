"""Cells are read as their kind is judged, aligned with the rows."""

from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from jupyter_mlops.checks.cells import Cells
from jupyter_mlops.checks.check import Unknown


def cells(values: object, dtype: object = None) -> Cells:
    return Cells("x", pd.Series(values, dtype=dtype))


NUMBERS = {
    "float": ([1.5, np.nan, 3.0], None),
    "integer": ([1, 2, 3], None),
    "nullable": ([1, None, 3], "Int64"),
    "arrow": ([1, None, 3], pd.ArrowDtype(pa.int16())),
    "decimal": ([1, None, 3], pd.ArrowDtype(pa.decimal128(5, 2))),
    "category": (pd.Categorical([1, None, 3]), None),
    "sparse": (pd.arrays.SparseArray([1.0, np.nan, 3.0]), None),
    "objects": ([1, None, decimal.Decimal(3)], object),
}
TIMES = {
    "naive": ([dt.datetime.fromisoformat("2026-01-01"), None], None),
    "zone": (pd.DatetimeIndex(["2026-01-01T01:00", None]).tz_localize("Europe/Berlin"), None),
    "dates": ([dt.date(2026, 1, 1), None], object),
    "arrow dates": ([dt.date(2026, 1, 1), None], pd.ArrowDtype(pa.date32())),
    "arrow times": ([np.datetime64("2026-01-01"), None], pd.ArrowDtype(pa.timestamp("s"))),
}
TEXTS = {
    "str": (["b", None, "a", "b"], "str"),
    "objects": (["b", None, "a", "b"], object),
    "category": (pd.Categorical(["b", None, "a", "b"], categories=["c", "b", "a"]), None),
    "python": (["b", None, "a", "b"], "string[python]"),
    "arrow": (["b", None, "a", "b"], pd.ArrowDtype(pa.string())),
    "dictionary": (["b", None, "a", "b"], pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
}


class TestOrdered:
    @pytest.mark.parametrize(("values", "dtype"), NUMBERS.values(), ids=NUMBERS)
    def test_numbers(self, values, dtype):
        """Each in its row; where one is missing the value means nothing."""
        found = cells(values, dtype)
        assert found.ordered[~found.missing].tolist()[-1] == 3
        assert len(found.ordered) == len(found.missing) == 3

    @pytest.mark.parametrize(("values", "dtype"), TIMES.values(), ids=TIMES)
    def test_times(self, values, dtype):
        """Nanoseconds in UTC."""
        found = cells(values, dtype)
        assert (found.ordered[0], found.missing.tolist()) == (pd.Timestamp("2026-01-01").value, [False, True])

    def test_durations(self):
        """Nanoseconds too, from objects as well."""
        for values in (
            pd.to_timedelta([2, None], unit="s"),
            pd.Series([dt.timedelta(seconds=2), None], dtype=object),
        ):
            assert cells(values).ordered[0] == 2 * 10**9

    def test_large_integers_are_kept_exactly(self):
        """Also where one is missing."""
        assert cells([2**60 + 1, None], "Int64").ordered[0] == 2**60 + 1

    @pytest.mark.parametrize("values", [["a"], [[1]], [1, "a"], [1j]])
    def test_what_has_no_order_is_unknown(self, values):
        """The sentence says what it holds."""
        with pytest.raises(Unknown, match="no order"):
            _ = cells(values).ordered


class TestMissing:
    @pytest.mark.parametrize("dtype", ["Float64", pd.ArrowDtype(pa.float64())])
    def test_nan_is_missing_everywhere(self, dtype):
        """Otherwise it would pass every range: it is neither below nor above."""
        found = pd.Series([1.0, None, 0.0], dtype=dtype)
        assert Cells("x", found / found).missing.tolist() == [False, True, True]


class TestWords:
    @pytest.mark.parametrize(("values", "dtype"), TEXTS.values(), ids=TEXTS)
    def test_each_text_once_and_a_code_a_row(self, values, dtype):
        """−1 where it is missing."""
        words, codes = cells(values, dtype).words
        assert [None if code < 0 else words[int(code)].as_py() for code in codes] == ["b", None, "a", "b"]

    def test_numbers_are_no_words(self):
        """A pattern of numbers is a mistake, not a pass."""
        with pytest.raises(Unknown, match="holds numbers, not texts"):
            _ = cells([1, 2]).words


class TestSample:
    def test_values_are_shortened(self):
        """A report is no copy of the data."""
        assert [len(value) for value in cells(["y" * 1000]).sample([0])] == [60]

    def test_personal_ones_are_masked(self):
        """Whatever they are."""
        assert Cells("x", pd.Series(["ada"]), is_personal=True).sample([0]) == ("•••",)
