from __future__ import annotations

import ast
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file.literal import cell_source, literal

HOSTILE = [
    '"; import os #',
    "'''",
    "\\",
    "a\nb\r\x00",
    "\ud800",
    "\udcff",
    "\u2028",
    "{x}",
    "$x",
    "%ls",
    "é\U0001f600",
]
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.sampled_from(HOSTILE) | st.decimals(allow_nan=False) | st.dates() | st.datetimes() | st.times() | st.timedeltas()
)  # fmt: skip
KEYS = st.integers() | st.text() | st.dates()
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.sets(KEYS, max_size=3)
        | st.frozensets(KEYS, max_size=3)
    ),
    max_leaves=6,
)


def run(source: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(source, names)
    return names


class TestLiteral:
    @settings(max_examples=300, deadline=None)
    @given(VALUES)
    def test_round_trip(self, value: object) -> None:
        """What is written evaluates to an equal value of the same type."""
        found = run(cell_source({"x": value}))["x"]
        assert found == value
        assert type(found) is type(value)

    @pytest.mark.parametrize(
        "value",
        [
            Path("a b/c'd"),
            datetime(2026, 1, 1, tzinfo=UTC),
            date.max,
            time(1, 2, 3, 4),
            timedelta(-1, 5),
            Decimal("-0.0"),
        ],
    )
    def test_dates_and_paths(self, value: object) -> None:
        """Those come back as themselves without an import line."""
        assert run(f"x = {literal(value)}")["x"] == value

    def test_the_numbers_that_are_none(self) -> None:
        """Infinities and not-a-number."""
        assert run(f"x = {literal([math.inf, -math.inf])}")["x"] == [math.inf, -math.inf]
        assert math.isnan(run(f"x = {literal(math.nan)}")["x"])  # type: ignore[arg-type]

    @given(st.text() | st.sampled_from(HOSTILE))
    def test_text_stays_one_constant(self, text: str) -> None:
        """However hostile, it is one string in one assignment."""
        (statement,) = ast.parse(cell_source({"x": text})).body
        assert isinstance(statement, ast.Assign)
        assert isinstance(statement.value, ast.Constant)

    def test_a_subclass_cannot_write_code(self) -> None:
        """Its own `repr` is not asked."""

        class Evil(str):
            __slots__ = ()

            def __repr__(self) -> str:
                return "__import__('os').abort()"

        class EvilNumber(float):
            def __repr__(self) -> str:
                return "__import__('os').abort()"

        assert literal(Evil("x")) == "'x'"
        assert literal(EvilNumber(2)) == "2.0"

    @pytest.mark.parametrize("value", [object(), print, 1j, [object()], ..., type])
    def test_other_types_are_refused(self, value: object) -> None:
        """What has no literal is not guessed."""
        with pytest.raises(Invalid):
            literal(value)

    def test_a_list_in_itself(self) -> None:
        """Endless nesting is refused."""
        endless: list[object] = []
        endless.append(endless)
        with pytest.raises(Invalid, match="deep"):
            literal(endless)


class TestNames:
    @pytest.mark.parametrize("name", ["a=1\nb", "a;b", "class", "None", "1a", "a.b", "a b", "", "a\u2028"])
    def test_only_identifiers(self, name: str) -> None:
        """A name that could be code is refused."""
        with pytest.raises(Invalid):
            cell_source({name: 1})
