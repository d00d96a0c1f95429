"""Edit the text of a pipeline file: what is not edited stays as it is, comments and all."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Invalid

if TYPE_CHECKING:
    from tomlkit.items import Item

    from jupyter_mlops.pipelines.file.edits import Edits, Path

_SCHEMA = re.compile(r"\A(?:#:schema [^\r\n]*\r?\n)")
_MARK = re.compile(r"^# Inferred from (?P<notebook>[^\r\n]*) · (?P<digest>[0-9a-f]{16})\r?\n", re.MULTILINE)
_WIDEST = 88


def parts(text: str) -> tuple[str, str, str]:
    """Return the line that names the schema, the line of ours, and the rest; an absent one is empty."""
    schema = _SCHEMA.match(text)
    rest = text[schema.end() :] if schema else text
    mark = _MARK.search(rest)
    line = mark[0] if mark else ""
    return (schema[0] if schema else ""), line, rest.replace(line, "", 1) if line else rest


def is_ours(text: str) -> bool:
    """Tell whether nobody has changed the file since we wrote it."""
    _, line, rest = parts(text)
    found = _MARK.match(line)
    return found is not None and found["digest"] == _digest(rest)


def headed(rest: str, schema: str, notebook: str) -> str:
    """Return the whole text: which schema it follows, what it was inferred from, then what it says."""
    newline = "\r\n" if "\r\n" in rest else "\n"
    return f"{schema}# Inferred from {notebook} · {_digest(rest)}{newline}{rest}"


def schema_line(location: str) -> str:
    """Return the line by which editors find the schema."""
    return f"#:schema {location}\n"


def edited(text: str, wanted: Edits) -> str:
    """Return *text* with the edits made.

    Raises
    ------
    Invalid
        It is no TOML, or is written in a way that cannot be edited without loss.
    """
    import tomlkit

    try:
        document = tomlkit.parse(text)
        for path in wanted.drops:
            _drop(document, path)
        for path, value in wanted.sets.items():
            _put(document, path, value)
        made = tomlkit.dumps(document)
        is_right = tomllib.loads(made) == _expected(tomllib.loads(text), wanted)
    except ValueError:  # tomlkit's errors are such too
        is_right = False
    if not is_right:
        raise Invalid(
            "The file is written in a way that cannot be edited safely.",
            hint="Write [steps.NAME] as tables of their own, or make the changes by hand.",
        )
    return made


def _digest(rest: str) -> str:
    return hashlib.sha256(rest.encode()).hexdigest()[:16]


def _put(document: MutableMapping[str, object], path: Path, value: object) -> None:
    import tomlkit

    at = document
    for key in path[:-1]:
        if key not in at:
            at[key] = tomlkit.table(is_super_table=key == "steps")
        at = cast("MutableMapping[str, object]", at[key])
    at[path[-1]] = _item(value)


def _drop(document: MutableMapping[str, object], path: Path) -> None:
    """Take a key away, and the tables that are empty without it."""
    at = document
    for key in path[:-1]:
        at = cast("MutableMapping[str, object]", at[key])
    del at[path[-1]]
    if not at and len(path) > 1:
        _drop(document, path[:-1])


def _item(value: object) -> Item:
    """Return a value as tomlkit writes it: tables on one line, long lists on several."""
    import tomlkit

    if isinstance(value, Mapping):
        pairs = (f"{tomlkit.key(key).as_string()} = {_item(item).as_string()}" for key, item in value.items())
        return tomlkit.value(f"{{ {', '.join(pairs)} }}")
    made = tomlkit.item(value)
    if isinstance(value, list) and len(made.as_string()) > _WIDEST:
        made = tomlkit.array()
        made.extend(value)
        made.multiline(multiline=True)
    return made


def _expected(said: dict[str, object], wanted: Edits) -> dict[str, object]:
    for path in wanted.drops:
        _drop(said, path)
    for path, value in wanted.sets.items():
        at: dict[str, object] = said
        for key in path[:-1]:
            at = cast("dict[str, object]", at.setdefault(key, {}))
        at[path[-1]] = value
    return said
