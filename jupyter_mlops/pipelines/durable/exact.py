"""Plain Python values as JSON, and back, exactly: a tuple is a tuple again, a date a date; a time keeps its offset."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid

if TYPE_CHECKING:
    from pydantic import JsonValue

_DEEPEST = 50
_WRITTEN: Mapping[type, tuple[str, Callable[..., str], Callable[[str], object]]] = {
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    Decimal: ("decimal", str, Decimal),
    bytes: ("bytes", bytes.hex, bytes.fromhex),
    float: ("float", float.__repr__, float),
}
_SEVERAL: Mapping[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset"}


def encode(value: object, depth: int = 0) -> JsonValue:
    """Return *value* as JSON; what JSON has itself stays as it is, except that a dict is marked.

    Raises
    ------
    Invalid
        A part of it is of another type, or nested too deeply.
    """
    if depth > _DEEPEST:
        raise Invalid(
            f"It is nested more than {_DEEPEST} deep.", hint="Keep it in a file, and pass its path."
        )
    kind = type(value)
    if value is None or kind in {bool, int, str} or (isinstance(value, float) and math.isfinite(value)):
        return value  # type: ignore[return-value]  # narrowed above
    if kind in _WRITTEN:
        mark, write, _ = _WRITTEN[kind]
        return {mark: write(value)}
    if isinstance(value, timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Path):
        return {"path": str(value)}
    return _container(value, depth)


def decode(value: JsonValue) -> object:
    """Return the value that `encode` made JSON."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((mark, content),) = value.items()
    readers = {name: read for name, _, read in _WRITTEN.values()}
    if mark in readers:
        return readers[mark](str(content))
    if mark == "path":
        return Path(str(content))
    items = [decode(item) for item in content] if isinstance(content, list) else []
    match mark:
        case "dict":
            return dict(items)  # type: ignore[arg-type]  # pairs, as `encode` wrote them
        case "timedelta":
            return timedelta(*items)  # type: ignore[arg-type]  # three numbers, likewise
    return next(kind for kind, name in _SEVERAL.items() if name == mark)(items)


def is_json(value: object) -> bool:
    """Tell whether JSON brings *value* back as it is."""
    kind = type(value)
    if kind is list:
        return all(map(is_json, value))  # type: ignore[call-overload]  # a list
    if kind is dict:
        return all(type(key) is str and is_json(item) for key, item in value.items())  # type: ignore[attr-defined]
    return value is None or kind in {bool, int, str} or (kind is float and math.isfinite(value))  # type: ignore[arg-type]


def _container(value: object, depth: int) -> JsonValue:
    kind = type(value)
    if isinstance(value, list) and kind is list:
        return [encode(item, depth + 1) for item in value]
    if isinstance(value, dict) and kind is dict:
        return {
            "dict": [
                {"tuple": [encode(key, depth + 1), encode(item, depth + 1)]} for key, item in value.items()
            ]
        }
    if isinstance(value, tuple | set | frozenset) and kind in _SEVERAL:
        items = [encode(item, depth + 1) for item in value]
        return {_SEVERAL[kind]: items if kind is tuple else sorted(items, key=json.dumps)}
    if kind.__module__ == "numpy" and getattr(value, "shape", None) == () and hasattr(value, "item"):
        return encode(value.item(), depth + 1)
    raise Invalid(
        f"A {kind.__module__}.{kind.__qualname__} cannot pass to another step.",
        hint="Register a model with `%mlops register` and give its version, or let one step do both.",
    )
