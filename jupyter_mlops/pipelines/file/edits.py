"""What an inferred plan changes in a pipeline file: only what inference knows; the rest is its author's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_mlops.pipelines.file.declare import declaration
from jupyter_mlops.pipelines.file.infer import Plan, PlannedStep

Path = tuple[str, ...]
Table = Mapping[str, object]


@dataclass
class Edits:
    """Values to set, by where they stand, and tables or keys to take away.

    Parameters
    ----------
    notes
        What a reader should know of them.
    """

    sets: dict[Path, object] = field(default_factory=dict)
    drops: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def edits(said: Table, plan: Plan, notebook: str) -> Edits:
    """Return what brings a file up to date.

    Parameters
    ----------
    said
        What the file says now.
    notebook
        The notebook, by its path from the file.
    """
    found = Edits(notes=list(plan.notes))
    declared = _parameters(found, _table(said, "parameters"), plan)
    steps = _table(said, "steps")
    names = {step.name: _known_as(steps, step, notebook) for step in plan.steps}
    for name, table in steps.items():
        if _is_gone(name, table, names.values(), notebook):
            found.drops.append(("steps", name))
            found.notes.append(f"Takes away step {name}: no cell is tagged so any more.")
    for step in plan.steps:
        _step(found, _table(steps, names[step.name]), _Target(step, names, notebook, declared))
    return found


@dataclass(frozen=True)
class _Target:
    step: PlannedStep
    names: Mapping[str, str]
    notebook: str
    declared: frozenset[str]

    @property
    def path(self) -> Path:
        return ("steps", self.names[self.step.name])

    def named(self, steps: Iterable[str]) -> list[str]:
        return [self.names[name] for name in steps]


def _parameters(found: Edits, said: Table, plan: Plan) -> frozenset[str]:
    """Declare the parameters that are new, and return the names of those that the file then has."""
    declared = set(said)
    for parameter in plan.parameters:
        if parameter.name in said:
            continue
        value, why = declaration(parameter)
        if value is None:
            found.notes.append(why)
            continue
        found.sets["parameters", parameter.name] = value
        declared.add(parameter.name)
    return frozenset(declared)


def _step(found: Edits, said: Table, target: _Target) -> None:
    step = target.step
    _set(found, said, target, "notebook", target.notebook)
    _set(found, said, target, "cells", step.cells)
    _set(found, said, target, "needs", _joined(_list(said, "needs"), target.named(step.needs)))
    kept = [
        name for name in _list(said, "outputs") if step.cells is None or name in {*step.writes, *step.outputs}
    ]
    _set(found, said, target, "outputs", _joined(kept, step.outputs))
    _set(found, said, target, "reads", _joined(_list(said, "reads"), step.reads))
    _set(found, said, target, "makes", _joined(_list(said, "makes"), step.makes))
    _set(found, said, target, "passes", {name: target.names[source] for name, source in step.passes.items()})
    _given(found, said, target)


def _given(found: Edits, said: Table, target: _Target) -> None:
    """Give the step the pipeline's parameters that its cells read, where its author has not said otherwise."""
    given = _table(said, "parameters")
    elsewhere = {*given, *_table(said, "matrix"), *_table(said, "map")}
    wanted = [name for name in target.step.parameters if name in target.declared]
    new = {name: _reference(name) for name in wanted if name not in elsewhere}
    if new and "parameters" not in said:
        found.sets[*target.path, "parameters"] = new
    elif new:
        found.sets |= {(*target.path, "parameters", name): value for name, value in new.items()}
    for name, value in given.items():
        if value == _reference(name) and name not in wanted:
            found.drops.append((*target.path, "parameters", name))


def _reference(name: str) -> str:
    return f"${{parameters.{name}}}"


def _set(found: Edits, said: Table, target: _Target, key: str, value: object) -> None:
    if value and said.get(key) != value:
        found.sets[*target.path, key] = value
    elif not value and key in said:
        found.drops.append((*target.path, key))


def _known_as(steps: Table, step: PlannedStep, notebook: str) -> str:
    """Return what the file calls a step: its author may have renamed it."""
    for name, table in steps.items():
        if isinstance(table, Mapping) and (table.get("notebook"), table.get("cells")) == (
            notebook,
            step.cells,
        ):
            return name
    return step.name


def _is_gone(name: str, table: object, names: Iterable[str], notebook: str) -> bool:
    is_of_notebook = isinstance(table, Mapping) and table.get("notebook") == notebook and "cells" in table
    return is_of_notebook and name not in set(names)


def _table(said: Table, key: str) -> Table:
    found = said.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(said: Table, key: str) -> list[object]:
    found = said.get(key)
    return found if isinstance(found, list) else []


def _joined(first: Sequence[object], second: Sequence[object]) -> list[object]:
    return [*first, *(item for item in second if item not in first)]
