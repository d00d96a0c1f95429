"""A search space as it is typed."""

from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.experiments.tuning.space import read_space


class Trial:
    """Answer what it is asked."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool) -> object:
        return name, low, high, log

    def suggest_int(self, name: str, low: int, high: int) -> object:
        return name, low, high

    def suggest_categorical(self, name: str, choices: tuple[str, ...]) -> object:
        return name, choices


class TestSpace:
    def test_each_kind_asks_the_study(self) -> None:
        """Ranges of numbers, on a scale or not; choices of words."""
        space = read_space(("lr=log(1e-4,1e-1)", "depth = int(2, 9)", "rate=float(0,1)", "kind=choice(a, b)"))
        asked = [one.suggest(Trial()) for one in space.values()]  # type: ignore[arg-type]
        assert asked == [
            ("lr", 1e-4, 1e-1, True),
            ("depth", 2, 9),
            ("rate", 0.0, 1.0, False),
            ("kind", ("a", "b")),
        ]
        assert [one.first for one in space.values()] == [1e-4, 2, 0.0, "a"]

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("lr", "no dimension"),
            ("lr=normal(0,1)", "no dimension"),
            ("lr=log(0,1)", "empty range"),
            ("n=int(5,2)", "empty range"),
            ("n=int(1.5,2)", "no range of two numbers"),
            ("n=float(1)", "no range of two numbers"),
        ],
    )
    def test_what_makes_no_sense_is_named(self, line: str, why: str) -> None:
        """With how to write it."""
        with pytest.raises(Invalid, match=why):
            read_space((line,))

    def test_twice_is_once_too_often(self) -> None:
        """Nobody knows which one counts."""
        with pytest.raises(Invalid, match="gives a twice"):
            read_space(("a=int(1,2)", "a=int(1,3)"))
