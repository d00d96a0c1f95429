"""Columns of any dtypes are brought into one form, in which equal cells are equal."""

from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.data.diffs.cells import equal, tokens
from jupyter_mlops.data.diffs.forms import unify

BIG = 2**53 + 1


def array(values: list[object], dtype: str = "object") -> object:
    """A column as a frame holds it."""
    found = pd.Series(values, dtype=dtype).array
    return found.to_numpy() if isinstance(found, pd.arrays.NumpyExtensionArray) else found


def same(left: object, right: object) -> list[bool]:
    """Where the cells are equal, asked in both ways."""
    pair = unify(left, right)
    first, second = tokens(*pair)
    found = equal(*pair)
    np.testing.assert_array_equal(found, first == second)
    return found.tolist()


class TestAcrossDtypes:
    @pytest.mark.parametrize(
        ("left", "right", "expected"),
        [
            (([1, 2], "int64"), ([1.0, 2.5], "float64"), [True, False]),
            (([1, 0], "int8"), ([True, False], "bool"), [True, True]),
            (([1, None], "Int64"), ([1.0, np.nan], "float64"), [True, True]),
            (([BIG, 1], "int64"), ([float(BIG), 1.0], "float64"), [False, True]),
            (([2**64 - 1, 1], "uint64"), ([-1, 1], "int64"), [False, True]),
            (([0.0, 1], "float64"), ([-0.0, 1], "float32"), [True, True]),
            (([1, None], "int64[pyarrow]"), ([1, 2], "int64"), [True, False]),
            ((["a", None], "str"), (["a", None], "object"), [True, True]),
            ((["a", None], "string"), (["a", "b"], "category"), [True, False]),
            (([1, None], "category"), ([1, None], "Int64"), [True, True]),
            (
                (["a", "b"], pd.CategoricalDtype(["a", "b"])),
                (["a", "b"], pd.CategoricalDtype(["b", "a"])),
                [True, True],
            ),
            (([None, None], "category"), ([None, "a"], "str"), [True, False]),
            ((["1", 2], "object"), ([1, 2], "int64"), [False, True]),
            (([decimal.Decimal("1.5"), True], "object"), ([1.5, 2], "float64"), [True, False]),
        ],
    )
    def test_equal_values_are_equal(self, left, right, expected):
        """Numbers by their exact value, texts by their characters, missing as missing."""
        assert same(array(*left), array(*right)) == expected

    def test_moments_in_other_units_and_zones(self):
        """The same moment is the same, whatever the unit or the zone; a naive time is another thing."""
        naive = pd.Series(pd.to_datetime(["2026-01-01", None]))
        assert same(naive.astype("M8[s]").array, naive.astype("M8[ns]").array) == [True, True]
        paris = naive.dt.tz_localize("Europe/Paris")
        assert same(paris.array, paris.dt.tz_convert("UTC").array) == [True, True]
        assert same(naive.array, paris.array) == [False, True]
        far = pd.Series(np.array(["9999-01-01", "2026-01-01"], dtype="M8[s]"))
        assert same(far.array, naive.fillna(naive[0]).astype("M8[ns]").array) == [False, False]

    def test_arrow_moments(self):
        """Arrow's timestamps are moments too."""
        moments = pd.Series([dt.datetime(2026, 1, 1), None], dtype="timestamp[ms][pyarrow]")  # noqa: DTZ001
        assert same(moments.array, pd.Series(pd.to_datetime(["2026-01-01", None])).array) == [True, True]


class TestWithinOneDtype:
    @pytest.mark.parametrize(
        ("values", "dtype"),
        [
            ([0.0, -0.0], "float64"),
            ([0.0, -0.0], "float32"),
            ([None, np.nan], "object"),
            ([pd.NA, pd.NaT], "object"),
            ([1, True], "object"),
            ([[1], (1,)], "object"),
            (["a", "A"], "str"),
            ([0, None], "Int64"),
            ([-(2**63), 2**63 - 1], "int64"),
        ],
    )
    def test_what_a_snapshot_tells_apart_is_apart(self, values, dtype):
        """Either value equals itself, and not the other."""
        assert same(array(values, dtype), array(values, dtype)) == [True, True]
        assert same(array(values[:1], dtype), array(values[1:], dtype)) == [False]

    def test_nan_payloads_are_ignored(self):
        """Every NaN of a float column is the same."""
        odd = np.array([0x7FF8000000000001, 0xFFF8000000000000], dtype="u8").view("f8")
        assert same(odd, np.array([np.nan, np.nan])) == [True, True]

    def test_numbers_that_leave_no_room_for_missing(self):
        """A column that uses its whole range still has tokens of their own for what is missing."""
        ends = [-(2**63), 2**63 - 1, None, 0]
        assert same(array(ends, "Int64"), array([0, 2**63 - 1, None, None], "Int64")) == [
            False,
            True,
            True,
            False,
        ]

    def test_a_lone_surrogate(self):
        """Texts that Arrow cannot hold are compared all the same."""
        assert same(array(["\ud800", "a"]), array(["\ud800", "b"])) == [True, False]

    def test_what_cannot_be_compared_is_named(self):
        """An object of an unknown class is refused with its type."""
        with pytest.raises(Invalid, match="holds object"):
            unify(array([object()]), array([object()]))
