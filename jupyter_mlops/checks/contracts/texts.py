"""Contracts as text: made anew, or changed where rules were added or widened, with every comment where it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import tomlkit
from tomlkit.container import Container
from tomlkit.items import InlineTable, Table

from jupyter_mlops.checks.contracts.contract import FORMAT, Place

Keys = Mapping[str, object]

_HEAD = """\
What the tables of {dataset} keep. Proposed from {good}: edit it, and review it like code.
%mlops validate {dataset}    asks it; enforce = true refuses versions that break it."""


def made(dataset: str, good: Sequence[str], table: Keys, columns: Mapping[str, Keys]) -> str:
    """Write a contract.

    Parameters
    ----------
    table, columns
        The rules by their keys.
    """
    document = tomlkit.document()
    for line in _HEAD.format(dataset=dataset, good=", ".join(good)).splitlines():
        document.add(tomlkit.comment(line))
    document.add("format", tomlkit.item(FORMAT))
    document.add("dataset", tomlkit.item(dataset))
    document.add("good", tomlkit.item(list(good)))
    document.add("enforce", tomlkit.boolean("false"))
    document.add("table", _table(table))
    section = tomlkit.table(is_super_table=True)
    for name, keys in columns.items():
        section.append(tomlkit.key(name), _table(keys))
    document.add("columns", section)
    return tomlkit.dumps(document)


def changed(
    text: str, good: Sequence[str], columns: Mapping[str, Keys], wider: Mapping[Place, object]
) -> str:
    """Change a contract: its good versions, columns that are new, and rules that were too narrow."""
    document = tomlkit.parse(text)
    document["good"] = list(good)
    if "columns" not in document:
        document.add("columns", tomlkit.table(is_super_table=True))
    section = cast("Table", document["columns"])
    for name, keys in columns.items():
        section.append(tomlkit.key(name), _table(keys))
    for place, value in wider.items():
        holder: Container | Table = document
        for part in place[:-1]:
            holder = cast("Table", holder[part])
        holder[place[-1]] = _value(value)
    return tomlkit.dumps(document)


def _table(keys: Keys) -> Table:
    made_ = tomlkit.table()
    for key, value in keys.items():
        made_.add(key, _value(value))
    return made_


def _value(value: object) -> object:
    """Return a value as it is written: tables of options on one line."""
    if not isinstance(value, Mapping):
        return tomlkit.item(value)
    found: InlineTable = tomlkit.inline_table()
    found.update({key: _value(item) for key, item in value.items()})
    return found
