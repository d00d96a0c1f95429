"""Declare a notebook's parameter as one of a pipeline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from jupyter_mlops.pipelines.file.parameters import NotebookParameter


def declaration(parameter: NotebookParameter) -> tuple[object, str]:
    """Return what `[parameters]` says of it, or None and why it cannot say it.

    A value alone is a default whose type is its own; a table says more.
    """
    if parameter.is_secret:
        return None, f"{parameter.name} looks secret: refer to it in the secrets of a step, by env:NAME."
    if parameter.is_computed:
        return None, f"{parameter.name} is computed by the notebook ({parameter.source}), and stays its own."
    default = _toml(parameter.default)
    if default is None and parameter.default is not None:
        return None, f"{parameter.name} has a default that TOML cannot write, and stays the notebook's own."
    table: dict[str, object] = {"type": _type(parameter)} if _needs_type(parameter, default) else {}
    if default is not None:
        table["default"] = default
    if parameter.help:
        table["description"] = parameter.help
    is_short = list(table) == ["default"] and not isinstance(default, dict)
    return (default if is_short else table), ""


def _type(parameter: NotebookParameter) -> str:
    is_known = parameter.annotation is not Any or parameter.type in {"Any", "object"}
    return parameter.type if is_known else "any"


def _needs_type(parameter: NotebookParameter, default: object) -> bool:
    if default is None:
        return True
    return _type(parameter) not in {type(default).__name__, "any"}


def _toml(value: object) -> object:
    """Return *value* as TOML has it; None when it has no such value."""
    if isinstance(value, bool | int | str | date | time):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        items = [_toml(item) for item in value]
        return None if any(item is None for item in items) else items
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        table = {key: _toml(item) for key, item in value.items()}
        return None if any(item is None for item in table.values()) else table
    return None
