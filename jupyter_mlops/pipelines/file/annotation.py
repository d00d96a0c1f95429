"""Resolve a written annotation to a type, by a whitelist of names and never by running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Union

from pydantic import BeforeValidator

_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d*)?\s*")


def _written(value: object) -> object:
    """Refuse numbers, which pydantic would take for seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise ValueError("write it like 2026-11-01 or 2026-11-01T08:00")
    return value


SCALARS: Mapping[str, object] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "bytes": bytes,
    "None": None,
    "Path": Path,
    "Decimal": Decimal,
    "date": Annotated[date, BeforeValidator(_written)],
    "datetime": Annotated[datetime, BeforeValidator(_written)],
    "time": Annotated[time, BeforeValidator(_written)],
    "timedelta": timedelta,
    "object": Any,
    "Any": Any,
}
_CONTAINERS: Mapping[str, object] = {
    "list": list,
    "List": list,
    "Sequence": list,
    "tuple": tuple,
    "Tuple": tuple,
    "dict": dict,
    "Dict": dict,
    "Mapping": dict,
    "set": set,
    "Set": set,
    "frozenset": frozenset,
    "FrozenSet": frozenset,
}


class Unknown(Exception):
    """The annotation names something that is not on the list."""


def resolve(node: ast.expr) -> object:
    """Return the type that *node* names.

    Raises
    ------
    Unknown
        It names something that is not on the list.
    """
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.Name | ast.Attribute):
        return _named(name_of(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[resolve(node.left), resolve(node.right)]  # noqa: UP007 - the operands are values
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name | ast.Attribute):
        return _subscript(name_of(node.value), node.slice)
    raise Unknown(ast.unparse(node))


def name_of(node: ast.expr) -> str:
    """Return the last part of a dotted name: `date` of `datetime.date`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _constant(value: object) -> object:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            return resolve(ast.parse(value, mode="eval").body)
        except SyntaxError:
            raise Unknown(value) from None
    raise Unknown(repr(value))


def _named(name: str) -> object:
    if name in SCALARS:
        return SCALARS[name]
    if name in _CONTAINERS:
        return _CONTAINERS[name]
    raise Unknown(name)


def _subscript(name: str, inside: ast.expr) -> object:
    items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    if name == "Literal":
        return Literal.__getitem__(tuple(_literal(item) for item in items))
    if name == "Optional":
        return Optional[resolve(items[0])]  # noqa: UP045 - the operand is a value
    if name == "Union":
        return Union.__getitem__(tuple(map(resolve, items)))
    if name in {"Annotated", "Final", "ClassVar"}:
        return resolve(items[0])
    container = _CONTAINERS.get(name)
    if container is None:
        raise Unknown(name)
    return _filled(container, items)


def _filled(container: object, items: list[ast.expr]) -> object:
    parts = tuple(Ellipsis if _is_ellipsis(item) else resolve(item) for item in items)
    expected: dict[type, int] = {dict: 2, list: 1, set: 1, frozenset: 1}
    if container is tuple:
        return tuple.__class_getitem__(parts)
    if not isinstance(container, type) or len(parts) != expected[container] or Ellipsis in parts:
        raise Unknown(f"{container!r} of {len(parts)}")
    return container.__class_getitem__(parts if len(parts) > 1 else parts[0])  # type: ignore[attr-defined]


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _literal(node: ast.expr) -> object:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        raise Unknown(ast.unparse(node)) from None
    if not isinstance(value, str | int | bool | bytes | None):
        raise Unknown(repr(value))
    return value
