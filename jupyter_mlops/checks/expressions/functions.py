"""The functions of expressions; `expression.FUNCTIONS` says what each one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, cast

from jupyter_mlops.checks.check import Unknown
from jupyter_mlops.checks.expressions import operands
from jupyter_mlops.checks.expressions.operands import Kind, Operand

if TYPE_CHECKING:
    from jupyter_mlops.checks.case import Case

_HOUR = 3_600 * 10**9
_SECOND = 10**9


def call(name: str, given: Sequence[Operand], case: Case) -> Operand:
    """Call a function of expressions.

    Raises
    ------
    Unknown
        It takes other kinds of values, or another number of them.
    """
    if name == "now":
        _expect(name, given, 0)
        return operands.of_nanoseconds(case.project.clock.now().timestamp() * _SECOND, "time")
    if any(value.kind == "nothing" for value in given):
        return given[0].like(given[0].data * 0, "nothing")
    if name in {"min", "max"}:
        return _extreme(name, given)
    if name in {"starts", "ends", "contains"}:
        return _found(name, given)
    if name == "round" and given:
        return _rounded(given)
    _expect(name, given, 1)
    kind, change = _ONE[name]
    if given[0].kind != kind:
        raise Unknown(f"{name} takes a {kind}, not a {given[0].kind}")
    return change(given[0])


def parsed(text: Operand, kind: str) -> Operand:
    """Read one text as a moment or a duration.

    Raises
    ------
    Unknown
        It is none.
    """
    import pandas as pd

    said = text.texts()[0].as_py()
    try:
        found = pd.Timestamp(said) if kind == "time" else pd.Timedelta(said)
        return operands.of_nanoseconds(int(found.as_unit("ns").value), cast("Kind", kind))
    except ValueError:
        raise Unknown(f"{said!r} is no {kind}") from None


def _expect(name: str, given: Sequence[Operand], count: int) -> None:
    if len(given) != count:
        raise Unknown(f"{name} takes {count} values, not {len(given)}")


def _extreme(name: str, given: Sequence[Operand]) -> Operand:
    import numpy as np

    kinds = {value.kind for value in given}
    if len(given) < 2 or len(kinds) > 1 or kinds <= {"text", "truth"}:
        raise Unknown(f"{name} takes two or more numbers, times or durations")
    pick = np.minimum if name == "min" else np.maximum
    missing = reduce(np.logical_or, [value.missing for value in given])
    return Operand(given[0].kind, reduce(pick, [value.data for value in given]), missing)


def _found(name: str, given: Sequence[Operand]) -> Operand:
    import pyarrow.compute as pc

    _expect(name, given, 2)
    text, part = given
    if text.kind != "text" or part.kind != "text" or not part.is_single:
        raise Unknown(f"{name} takes a text and a part in quotes: {name}(code, 'AB')")
    said = part.texts()[0].as_py()
    judges = {"starts": pc.starts_with, "ends": pc.ends_with, "contains": pc.match_substring}
    return text.like(text.by_word(lambda texts: judges[name](texts, said)), "truth")


def _rounded(given: Sequence[Operand]) -> Operand:
    import numpy as np

    number, *digits = given
    if (
        len(digits) > 1
        or {value.kind for value in given} != {"number"}
        or not all(d.is_single for d in digits)
    ):
        raise Unknown("round takes a number, and how many digits: round(price, 2)")
    return number.like(np.round(number.numbers, int(digits[0].data) if digits else 0), "number")


def _year(value: Operand) -> Operand:
    import numpy as np

    years = value.data.astype(np.int64).astype("datetime64[ns]").astype("datetime64[Y]").astype(np.int64)
    return value.like(years + 1970, "number")


def _number(name: str) -> Callable[[Operand], Operand]:
    def change(value: Operand) -> Operand:
        import numpy as np

        return value.like(getattr(np, name)(value.numbers), "number")

    return change


def _span(unit: int) -> Callable[[Operand], Operand]:
    return lambda value: value.like(value.numbers * unit, "duration")


def _text(name: str) -> Callable[[Operand], Operand]:
    def change(value: Operand) -> Operand:
        import pyarrow.compute as pc

        return value.worded(getattr(pc, name))

    return change


def _length(value: Operand) -> Operand:
    import pyarrow.compute as pc

    return value.like(value.by_word(pc.utf8_length), "number")


_ONE: dict[str, tuple[Kind, Callable[[Operand], Operand]]] = {
    "abs": ("number", _number("abs")),
    "ceil": ("number", _number("ceil")),
    "floor": ("number", _number("floor")),
    "days": ("number", _span(24 * _HOUR)),
    "hours": ("number", _span(_HOUR)),
    "len": ("text", _length),
    "lower": ("text", _text("utf8_lower")),
    "upper": ("text", _text("utf8_upper")),
    "strip": ("text", _text("utf8_trim_whitespace")),
    "year": ("time", _year),
}
