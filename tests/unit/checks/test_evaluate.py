"""Expressions are computed for all rows at once, with missing values as in SQL."""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.checks import evaluate
from jupyter_mlops.checks.case import Case
from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.expressions import expression
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from tests.fakes import FakeClock

FRAME = pd.DataFrame(
    {
        "n": [1, 2, 3, 4],
        "x": [0.1, 0.5, np.nan, -1.0],
        "y": [0.2, 0.25, 1.0, np.nan],
        "word": ["red", "Blue ", None, ""],
        "other": ["red", "blue", None, "x"],
        "flag": [True, False, True, False],
        "at": pd.to_datetime(["2026-01-01", "2026-01-02", None, "2026-01-04"]),
        "until": pd.to_datetime(["2026-01-02", "2026-01-01", "2026-01-03", "2026-01-09"]),
        "took": pd.to_timedelta([1, 2, 3, 4], unit="h"),
        "void": [None] * 4,
        "lists": [[1]] * 4,
        "first name": ["a", "b", "c", "d"],
    }
)
PROJECT = Project.__new__(Project)
PROJECT.clock = FakeClock()
PROJECT.actor = Actor("ada", "os")


def broken(text: str, frame: pd.DataFrame = FRAME) -> list[int]:
    """The rows that break an expression."""
    found = evaluate.violations(expression.parse(text), Case("t", frame, PROJECT))
    return np.flatnonzero(found).tolist()


TRUTHS = {
    "n > 1": [0],
    "1 < n <= 3": [0, 3],
    "x < y": [1],
    "x < y or x is None": [1],
    "x is not None": [2],
    "x is None or x > 0": [3],
    "not (n == 2)": [1],
    "n != 2 and n != 3": [1, 2],
    "flag": [1, 3],
    "flag or n == 2": [3],
    "flag == (n in (1, 3))": [],
    "n in [1, 2]": [2, 3],
    "n not in (1, 2)": [0, 1],
    "word in ('red', '')": [1],
    "word == 'red'": [1, 3],
    "word == other": [1, 3],
    "word < other": [0],
    "'red' == word": [1, 3],
    "lower(strip(word)) == other": [3],
    "upper(word) == 'RED'": [1, 3],
    "len(word) > 0": [3],
    "starts(other, 'b') or ends(other, 'd') or contains(other, 'x')": [],
    "at < until": [1],
    "until - at <= days(1)": [3],
    "at + hours(24) <= until": [1],
    "at >= '2026-01-02'": [0],
    "took <= '2 hours'": [2, 3],
    "took * 2 > hours(3)": [0],
    "took / hours(1) == n": [],
    "at < now()": [],
    "year(at) == 2026": [],
    "abs(x) <= 0.5": [3],
    "round(x * 10) == 1": [1, 3],
    "floor(x) == 0 or ceil(x) == -1": [],
    "min(x, y) == x": [1],
    "max(n, 2) <= 3": [3],
    "n % 2 == 1": [1, 3],
    "n // 2 * 2 == n": [0, 2],
    "-n < 0": [],
    "+n > 0": [],
    "x + y == 0.3": [1],
    "x + y >= 0.3": [],
    "n / (n - 1) > 0": [],
    "(n - 1) / (n - 1) == 1": [0],
    "void == 1": [],
    "void is None": [],
    "void + 1 > 0 or n == 2": [],
    "True": [],
    "None": [],
    "column('first name') == 'a'": [1, 2, 3],
}


class TestViolations:
    @pytest.mark.parametrize(("text", "rows"), TRUTHS.items(), ids=TRUTHS)
    def test_rows_in_which_it_is_false(self, text, rows):
        """Where a missing value leaves it open it is not false."""
        assert broken(text) == rows

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("n", "is a number, not true or false"),
            ("n and flag", "is a number, not true or false"),
            ("word > 1", "a text cannot be compared with a number"),
            ("at > 3", "a time cannot be compared with a number"),
            ("at > 'soon'", "'soon' is no time"),
            ("at + at > at", "have no add"),
            ("word + word == 'x'", "have no add"),
            ("-word == 'x'", "has no sign"),
            ("n is 1", "`is` goes with None only"),
            ("n in word", "takes a list of values"),
            ("n in ('a', 'b')", "is not among"),
            ("len(n) > 1", "len takes a text, not a number"),
            ("starts(word, other)", "a part in quotes"),
            ("min(n) > 1", "two or more"),
            ("round(n, x) > 1", "how many digits"),
            ("now(1) > at", "now takes 0 values"),
            ("abs(n, n) > 1", "abs takes 1 values"),
            ("lists == 1", "which expressions cannot judge"),
            ("nope > 1", "there is no column 'nope'"),
            ("(1, 2) == n", "stands where a value should"),
        ],
    )
    def test_what_makes_no_sense_is_unknown(self, text, said):
        """It never passes, and the sentence says why."""
        with pytest.raises(Unknown) as unknown:
            broken(text)
        assert said in str(unknown.value)

    def test_it_is_computed_by_the_column(self):
        """A million rows take a moment."""
        frame = pd.DataFrame({"a": np.arange(10**6), "word": ["red", "green"] * 500_000})
        assert broken("a >= 0 and word in ('red', 'green') and len(word) < 6", frame) == []

    def test_no_rows_break_nothing(self):
        """An empty table."""
        assert broken("n > 1 and word == 'x'", FRAME.head(0).astype({"word": "str"})) == []


_OPERATORS = {"<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt}
numbers = st.lists(st.tuples(st.integers(-3, 3), st.none() | st.integers(-3, 3)), min_size=1, max_size=20)


class TestAgainstPython:
    @given(numbers, st.sampled_from(sorted(_OPERATORS)), st.sampled_from(sorted(_OPERATORS)), st.booleans())
    def test_logic_is_that_of_three_values(self, rows, first, second, is_and):
        """True, false and unknown, as SQL has them."""
        frame = pd.DataFrame(rows, columns=["a", "b"]).astype({"a": "int64", "b": "float64"})
        text = f"a {first} 0 {'and' if is_and else 'or'} b {second} 1"
        expected = []
        for place, (a, b) in enumerate(rows):
            left, right = _OPERATORS[first](a, 0), None if b is None else _OPERATORS[second](b, 1)
            is_false = (left is False or right is False) if is_and else (left is False and right is False)
            expected += [place] if is_false else []
        assert broken(text, frame) == expected
