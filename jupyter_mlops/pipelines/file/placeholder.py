"""Placeholders: `${parameters.trees}`, `${steps.train.outputs.model}`, filled when a step starts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid

if TYPE_CHECKING:
    from pydantic import JsonValue

_FOUND = re.compile(r"\$(?P<escaped>\$)?\{(?P<path>[^{}]*)\}")
_WHOLE = re.compile(r"\$\{(?P<path>[^{}]*)\}")
_PATH = re.compile(
    r"parameters\.[^\W\d]\w*"
    r"|steps\.[A-Za-z][\w-]*\.outputs\.[^\W\d]\w*(?:\.[\w-]+)*"
    r"|(?:execution|trigger)\.[a-z_]+"
)
EXECUTION = ("id", "slot", "started")
TRIGGER = ("reference", "slot")
PLAIN, TYPE = "$", "is"
FORMS = "${parameters.NAME}, ${steps.STEP.outputs.NAME}, ${execution.id}"


def paths_in(value: object) -> Iterator[str]:
    """Yield what stands between the braces of every placeholder in *value*, however deep."""
    if isinstance(value, str):
        yield from (found["path"].strip() for found in _FOUND.finditer(value) if not found["escaped"])
    elif isinstance(value, Mapping):
        yield from paths_in(list(value.values()))
    elif isinstance(value, Iterable):
        for item in value:
            yield from paths_in(item)


def steps_in(value: object) -> list[str]:
    """Return the steps whose outputs *value* uses."""
    return [path.split(".")[1] for path in paths_in(value) if _is_output(path)]


def whole(value: object) -> str | None:
    """Return what stands between the braces when *value* is one placeholder and nothing else."""
    found = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    return found["path"].strip() if found else None


def is_path(path: str) -> bool:
    """Tell whether a placeholder may say *path*."""
    if _PATH.fullmatch(path) is None:
        return False
    scope, _, name = path.partition(".")
    known = {"execution": EXECUTION, "trigger": TRIGGER}.get(scope)
    return known is None or name in known


def fill(value: JsonValue, scope: Mapping[str, JsonValue]) -> JsonValue:
    """Return *value* with its placeholders replaced.

    A value that is one placeholder becomes what it stands for, of the same type; within a longer text it becomes
    text. `$${` writes `${`.

    Parameters
    ----------
    scope
        `parameters`, `steps` (each with `outputs`), `execution` and `trigger`, as nested mappings.

    Raises
    ------
    Invalid
        A placeholder names what is not there.
    """
    if isinstance(value, str):
        path = whole(value)
        return _found(path, scope) if path is not None else _text(value, scope)
    if isinstance(value, list):
        return [fill(item, scope) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, scope) for key, item in value.items()}
    return value


def _is_output(path: str) -> bool:
    parts = path.split(".")
    return len(parts) >= 4 and parts[0] == "steps" and parts[2] == "outputs"


def _text(value: str, scope: Mapping[str, JsonValue]) -> str:
    def replaced(found: re.Match[str]) -> str:
        if found["escaped"]:
            return found[0][1:]
        item = _found(found["path"].strip(), scope)
        return item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)

    return _FOUND.sub(replaced, value)


def _found(path: str, scope: Mapping[str, JsonValue]) -> JsonValue:
    at: object = scope
    for part in path.split("."):
        at = plain(at) if isinstance(at, dict) else at
        if isinstance(at, Mapping) and part in at:
            at = at[part]
        elif isinstance(at, list) and part.isdecimal() and int(part) < len(at):
            at = at[int(part)]
        else:
            raise Invalid(f"${{{path}}} has no value.", hint=f"Write {FORMS}.")
    return plain(at)  # type: ignore[arg-type]  # the scope holds JSON


def plain(value: JsonValue) -> JsonValue:
    """Return an output as a placeholder shows it: of a table the snapshot's reference, of a date its text."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value[PLAIN] if isinstance(value, dict) and {PLAIN, TYPE} <= value.keys() else value
