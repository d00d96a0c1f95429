"""Write values as Python literals, so that nothing given as a parameter can run as code."""

from __future__ import annotations

import keyword
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePath

from jupyter_mlops.core.errors import Invalid

_DEEPEST = 50


def cell_source(values: Mapping[str, object]) -> str:
    """Write the cell that gives each name its value.

    Raises
    ------
    Invalid
        A name is no identifier, or a value is of a type that has no literal.
    """
    lines = [f"{checked_name(name)} = {literal(value)}" for name, value in values.items()]
    return "\n".join(["# Parameters", *lines])


def checked_name(name: str) -> str:
    """Return *name* if it can stand on the left of an assignment, and nothing else can hide in it."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise Invalid(
            f"{name!r} is no name for a parameter.", hint="Use letters, digits and '_', like learning_rate."
        )
    return name


def literal(value: object, depth: int = 0) -> str:
    """Write *value* as an expression of literals that evaluates to an equal value of the same type.

    Calls name their module by `__import__`: an import line could hide a variable of the notebook's.

    Raises
    ------
    Invalid
        Its type has no literal, or it is nested too deeply.
    """
    if depth > _DEEPEST:
        raise Invalid(
            f"A value is nested more than {_DEEPEST} deep.", hint="Keep it in a file, and give its path."
        )
    match value:
        case dict():
            pairs = (f"{literal(key, depth + 1)}: {literal(item, depth + 1)}" for key, item in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple() | set() | frozenset():
            return _container(value, [literal(item, depth + 1) for item in value])
    return _plain(value) or _dated(value) or _of_numpy(value)


def _container(
    value: list[object] | tuple[object, ...] | set[object] | frozenset[object], items: list[str]
) -> str:
    match value:
        case list():
            return f"[{', '.join(items)}]"
        case tuple():
            return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
        case set():
            return f"{{{', '.join(sorted(items))}}}" if items else "set()"
    return f"frozenset({_container(set(value), items)})"


def _plain(value: object) -> str:
    """Write by the built-in type's own `repr`: a subclass's could be code."""
    match value:
        case None | bool():
            return repr(value)
        case int():
            return int.__repr__(value)
        case float():
            number = float.__repr__(value)
            return number if math.isfinite(value) else f'float("{number}")'
        case str():
            return str.__repr__(value)
        case bytes():
            return bytes.__repr__(value)
        case Decimal():
            return f'__import__("decimal").Decimal({str.__repr__(Decimal.__str__(value))})'
        case PurePath():
            return f'__import__("pathlib").Path({str.__repr__(str(value))})'
    return ""


def _dated(value: object) -> str:
    match value:
        case timedelta():
            return f'__import__("datetime").timedelta({value.days}, {value.seconds}, {value.microseconds})'
        case datetime():
            kind = "datetime"
        case date():
            kind = "date"
        case time():
            kind = "time"
        case _:
            return ""
    text = value.isoformat()
    if text == "NaT":
        raise Invalid("NaT cannot be written as a parameter.", hint="Give a date, or None.")
    return f'__import__("datetime").{kind}.fromisoformat({str.__repr__(text)})'


def _of_numpy(value: object) -> str:
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == () and hasattr(value, "item"):
        scalar = value.item()
        if type(scalar).__module__ != "numpy":
            return literal(scalar)
    raise Invalid(
        f"A {type(value).__module__}.{type(value).__qualname__} cannot be written as a parameter.",
        hint="Give a number, text, date, path, or a list or dict of those.",
    )
