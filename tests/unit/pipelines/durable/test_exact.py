from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.durable.exact import decode, encode, is_json
from jupyter_mlops.pipelines.file.literal import literal

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=st.sampled_from([None, UTC])).map(lambda at: at.replace(fold=0))
    | st.times().map(lambda at: at.replace(fold=0))
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.just(Path("data/a b.csv"))
)
KEYS = st.text() | st.integers() | st.dates() | st.tuples(st.integers(), st.text())


def several(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.sets(KEYS, max_size=4)
        | st.frozensets(KEYS, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
    )


class TestExact:
    @settings(max_examples=60, deadline=None)
    @given(st.recursive(SCALARS, several, max_leaves=10))
    def test_every_plain_value_comes_back(self, value: object) -> None:
        """Through JSON's text, with its type, however nested."""
        found = decode(json.loads(json.dumps(encode(value), allow_nan=False)))
        assert found == value
        assert literal(found) == literal(value)

    def test_a_number_that_is_none(self) -> None:
        """NaN comes back too, which equals nothing."""
        assert str(decode(encode([float("nan"), float("-inf")]))) == "[nan, -inf]"

    @pytest.mark.parametrize("value", [1, "a", [1, {"a": None}], 0.5, {}, True])
    def test_json_itself(self, value: object) -> None:
        """What JSON has is left alone."""
        assert is_json(value)

    @pytest.mark.parametrize(
        "value", [(1, 2), {1: 2}, {"a": (1,)}, float("inf"), date(2026, 1, 1), {1}, b"", Decimal(1), time(8)]
    )
    def test_what_json_would_change(self, value: object) -> None:
        """Tuples, other keys, dates and the rest."""
        assert not is_json(value)

    @pytest.mark.parametrize("value", [object(), print, open, [lambda: 1], {"a": type}])
    def test_the_rest_cannot_pass(self, value: object) -> None:
        """Functions, classes and objects are refused by name."""
        with pytest.raises(Invalid, match="cannot pass to another step"):
            encode(value)

    def test_a_loop_is_refused(self) -> None:
        """A list that holds itself has no end."""
        loop: list[object] = []
        loop.append(loop)
        with pytest.raises(Invalid, match="50 deep"):
            encode(loop)

    def test_subclasses_are_not_taken_for_their_bases(self) -> None:
        """What would lose its class is refused."""

        class Mine(dict[str, int]):
            pass

        with pytest.raises(Invalid, match="Mine"):
            encode(Mine())
        assert decode(encode((datetime(2026, 1, 1, tzinfo=UTC), timedelta(1)))) == (
            datetime(2026, 1, 1, tzinfo=UTC),
            timedelta(1),
        )
