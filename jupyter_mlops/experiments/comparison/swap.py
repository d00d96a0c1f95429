"""Mix the records of two runs: one's cells with the other's data, parameters or seeds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from jupyter_mlops.experiments.comparison.code import changes
from jupyter_mlops.experiments.comparison.evidence import is_seed
from jupyter_mlops.experiments.recorder.run_record import DataRead, RunRecord
from jupyter_mlops.experiments.reproduction.harmless import harmless
from jupyter_mlops.experiments.reproduction.judge import packages
from jupyter_mlops.experiments.reproduction.rebuild import rests_on
from jupyter_mlops.pipelines.file import python_source

Factor = Literal["code", "data", "parameters", "seeds", "environment"]
_SHOWN = 4
_OURS = "jupyter-mlops"
_OF_VALUES: dict[Factor, bool] = {"parameters": False, "seeds": True}


def factors(before: RunRecord, after: RunRecord) -> dict[Factor, str]:
    """Return what can be swapped between two runs, and in what they differ there."""
    found: dict[Factor, str] = {}
    if code := _code(before, after):
        found["code"] = code
    if data := _data(before, after):
        found["data"] = _few(f"{one.ref} → {other.ref}" for one, other in data.values())
    values = _values(before, after)
    for factor, is_wanted in _OF_VALUES.items():
        lines = [
            f"{name}: {one} → {other}" for name, (one, other) in values.items() if is_seed(name) is is_wanted
        ]
        if lines:
            found[factor] = _few(lines)
    if lines := _installed(before, after):
        found["environment"] = _few(lines)
    return found


def beyond(before: RunRecord, after: RunRecord) -> Iterator[str]:
    """Yield what may differ as well, and cannot be swapped."""
    unseeded = {
        name for side in (before, after) for name in side.seeds.drawn if name not in side.seeds.seeded
    }
    if unseeded:
        yield f"Chance: the cells draw from {', '.join(sorted(unseeded))}, which no cell seeded."
    one, other = before.environment, after.environment
    if one.machine != other.machine or one.accelerators != other.accelerators:
        yield "The machine: both ran on this one now."


def mixed(before: RunRecord, after: RunRecord, taken: Collection[Factor]) -> RunRecord:
    """Return the first run's record with what is *taken* from the second.

    Notes
    -----
    A parameter or seed is a plain value that both assign by name. What only one of them assigns goes with its code, and
    so do modules, and datasets that only one of them reads.
    """
    base = after if "code" in taken else before
    wanted: dict[str, str] = {}
    for name, pair in _values(before, after).items():
        factor: Factor = "seeds" if is_seed(name) else "parameters"
        wanted[name] = pair[factor in taken]
    data = {name: pair["data" in taken] for name, pair in _data(before, after).items()}
    cells = {cell.number: cell for cell in rests_on(base)}
    sources = assigned([cell.source for cell in cells.values()], wanted)
    changed = {
        number: cell.model_copy(update={"source": _reading(source, data)})
        for (number, cell), source in zip(cells.items(), sources, strict=True)
    }
    side = after if "environment" in taken else before
    return base.model_copy(
        update={
            "cells": tuple(changed.get(cell.number, cell) for cell in base.cells),
            "snapshots": tuple(data.get(_name(item), item) for item in base.snapshots),
            "parameters": base.parameters | wanted,
            "environment": side.environment,
        }
    )


def assigned(sources: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return cells that assign other plain values to names: in the last assignment of each, which is the one that counts."""
    found = [source.split("\n") for source in sources]
    places = {
        name: (number, value)
        for number, source in enumerate(sources)
        for name, value in python_source.plain_values(source)
    }
    wanted = [(number, value, values[name]) for name, (number, value) in places.items() if name in values]
    for number, value, text in sorted(wanted, key=lambda item: (-item[1].lineno, -item[1].col_offset)):
        lines = found[number]
        first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
        head = lines[first].encode()[: value.col_offset].decode()
        tail = lines[last].encode()[value.end_col_offset :].decode()
        lines[first : last + 1] = [head + text + tail]
    return ["\n".join(lines) for lines in found]


def _values(before: RunRecord, after: RunRecord) -> dict[str, tuple[str, str]]:
    """Return the plain values that both assign by name, where they differ."""
    one, other = before.parameters, after.parameters
    return {name: (one[name], other[name]) for name in one if name in other and one[name] != other[name]}


def _data(before: RunRecord, after: RunRecord) -> dict[str, tuple[DataRead, DataRead]]:
    """Return the datasets of which both read one version, and not the same."""
    one, other = _single(before), _single(after)
    return {
        name: (one[name], other[name])
        for name in one
        if name in other and one[name].ref != other[name].ref and not _is_same(one[name], other[name])
    }


def _is_same(one: DataRead, other: DataRead) -> bool:
    return bool(one.digest) and one.digest == other.digest


def _single(record: RunRecord) -> dict[str, DataRead]:
    """Return the one version that was read of each dataset: of several, which one session may read, the one that is named."""
    source = "\n".join(cell.source for cell in rests_on(record))
    found: dict[str, DataRead] = {}
    for name in {_name(item) for item in record.snapshots}:
        every = [item for item in record.snapshots if _name(item) == name]
        said = [item for item in every if re.search(rf"(?<![\w.@-]){re.escape(item.ref)}(?![\w.-])", source)]
        if len(single := every if len(every) == 1 else said) == 1:
            found[name] = single[0]
    return found


def _name(item: DataRead) -> str:
    return item.ref.partition("@")[0]


def _reading(source: str, data: Mapping[str, DataRead]) -> str:
    """Let a cell that names a version name another one."""
    for name, item in data.items():
        source = re.sub(rf"(?<![\w.@-]){re.escape(name)}@[\w.:-]*\w", item.ref, source)
    return source


def _code(before: RunRecord, after: RunRecord) -> str:
    """Say how much of the code differs besides values and data; nothing where it does not."""
    like = mixed(before, after, {"data", "parameters", "seeds"})
    one, other = ([harmless(cell.source)[0] for cell in rests_on(side)] for side in (like, after))
    found = changes(one, other)
    modules = [
        name
        for name in sorted(before.modules.keys() | after.modules.keys())
        if _digest(before, name) != _digest(after, name)
    ]
    said = [f"module {name}" for name in modules]
    if found.cells:
        said = [f"{len(found.cells)} cell{'s' if len(found.cells) > 1 else ''}", *said]
    elif found.is_moved:
        said = ["the order of the cells", *said]
    return _few(said)


def _digest(record: RunRecord, module: str) -> str:
    found = record.modules.get(module)
    return "" if found is None else found.sha256


def _installed(before: RunRecord, after: RunRecord) -> list[str]:
    one, other = (
        {"python": side.environment.python, **packages(side.environment.packages)} for side in (before, after)
    )
    names = [name for name in {**one, **other} if one.get(name) != other.get(name) and name != _OURS]
    return [f"{name}: {one.get(name, 'none')} → {other.get(name, 'none')}" for name in sorted(names)]


def _few(lines: Iterable[str]) -> str:
    every = list(lines)
    more = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f", and {more} more" if more > 0 else "")
