"""Infer a pipeline from a notebook: its steps, and what each takes, gives, reads and makes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.pipelines.file.data_flow import Data, data_of, merged
from jupyter_mlops.pipelines.file.flow import Flow, flow_of
from jupyter_mlops.pipelines.file.parameters import NotebookParameter
from jupyter_mlops.pipelines.file.python_source import parse
from jupyter_mlops.pipelines.file.tagged import Cell, Tags, parameters_of, read_tags


@dataclass
class PlannedStep:
    """One step, as the notebook's cells say it.

    Parameters
    ----------
    cells
        The name in its tags; None for the whole notebook.
    parameters
        Those of the notebook's parameters that it reads.
    writes
        Every variable that it binds or changes.
    """

    name: str
    cells: str | None = None
    needs: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    passes: dict[str, str] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    makes: list[str] = field(default_factory=list)
    writes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """What was inferred.

    Parameters
    ----------
    notes
        What a reader should know: cells that no step runs, tags that mean nothing here.
    """

    parameters: tuple[NotebookParameter, ...]
    steps: tuple[PlannedStep, ...]
    notes: tuple[str, ...] = ()


def infer(cells: Sequence[Cell], name: str, folder: str = "") -> Plan:
    """Infer the steps from the tags; a notebook without such tags is one step.

    Parameters
    ----------
    name
        What the one step of a notebook without tags is called.
    folder
        The notebook's, from where files are told.

    Raises
    ------
    Invalid
        A cell is no Python, or steps cannot be told apart: the sentence says where.
    """
    tags = read_tags(cells)
    parameters = parameters_of(cells)
    reading = _Reading(cells, [item.name for item in parameters], folder)
    if not tags.steps:
        own = [index for index, cell in enumerate(cells) if cell.get("cell_type") == "code"]
        step = PlannedStep(_step_name(name), parameters=[item.name for item in parameters])
        _set_data(step, reading.data(own))
        return Plan(parameters, (step,))
    return Plan(parameters, _tagged(tags, reading), _notes(tags))


@dataclass(frozen=True)
class _Reading:
    cells: Sequence[Cell]
    parameters: Sequence[str]
    folder: str

    def tree(self, positions: Iterable[int]) -> ast.Module:
        """Return the syntax tree of several cells, as one."""
        return ast.Module([part for index in positions for part in self._cell(index).body], [])

    def data(self, positions: Iterable[int]) -> Data:
        """Return the data that several cells read and make."""
        return merged(
            data_of(str(self.cells[index]["source"]), self._cell(index), self.parameters, self.folder)
            for index in positions
        )

    def _cell(self, index: int) -> ast.Module:
        try:
            return parse(str(self.cells[index]["source"]))
        except (SyntaxError, ValueError, RecursionError) as error:
            line = f" at its line {error.lineno}" if isinstance(error, SyntaxError) else ""
            what = error.msg if isinstance(error, SyntaxError) else str(error)
            raise Invalid(
                f"Cell {index + 1} is no Python{line}: {what}.", hint="Mend it, or tag it 'skip'."
            ) from None


def _tagged(tags: Tags, reading: _Reading) -> tuple[PlannedStep, ...]:
    shared = flow_of(reading.tree(tags.shared))
    flows = {
        name: flow_of(reading.tree(group.cells), shared.definitions) for name, group in tags.steps.items()
    }
    steps: dict[str, PlannedStep] = {}
    for name, group in tags.steps.items():
        _check_previous(name, group.needs, tags.steps)
        step = PlannedStep(name, cells=name, needs=list(group.needs), writes=flows[name].writes)
        step.parameters = [item for item in reading.parameters if item in flows[name].reads]
        _set_data(step, reading.data(group.cells))
        steps[name] = step
    wiring = _Wiring(steps, flows, shared.writes)
    for name in steps:
        wiring.connect(name)
    _measure(steps, flow_of(reading.tree(tags.metrics)).reads)
    for step in steps.values():
        step.needs = [name for name in steps if name in step.needs]
    return tuple(steps.values())


@dataclass(frozen=True)
class _Wiring:
    """Find, for each name that a step reads, the step that it comes from."""

    steps: Mapping[str, PlannedStep]
    flows: Mapping[str, Flow]
    shared: frozenset[str]

    def connect(self, name: str) -> None:
        """Have a step take what it reads from steps that stand before it in the notebook."""
        step = self.steps[name]
        for variable in sorted(self._wanted(name)):
            source = self._source(name, variable)
            if source is None:
                continue
            self._check_kind(name, source, variable)
            step.passes[variable] = source
            if source not in step.needs:
                step.needs.append(source)
            if variable not in self.steps[source].outputs:
                self.steps[source].outputs.append(variable)

    def _wanted(self, name: str) -> frozenset[str]:
        """Return what a step reads, or perhaps leaves as it was for a step that reads it later."""
        order = list(self.steps)
        later = [self.flows[other].reads for other in order[order.index(name) + 1 :]]
        kept = self.flows[name].unsure & frozenset().union(*later)
        return (self.flows[name].reads | kept) - self.shared

    def _source(self, name: str, variable: str) -> str | None:
        order = list(self.steps)
        earlier = [other for other in order[: order.index(name)] if variable in self.flows[other].writes]
        above = self._ancestors(name)
        found = [other for other in earlier if other in above] or earlier
        if not found:
            return None
        last = found[-1]
        rivals = [other for other in found[:-1] if other in above and other not in self._ancestors(last)]
        if rivals and last in above:
            raise Invalid(
                f"{name} reads {variable!r}, which {rivals[-1]} and {last} both make, neither after the other.",
                hint=f"Give them two names, or tag a cell of {last} 'prev:{rivals[-1]}'.",
            )
        return last

    def _ancestors(self, name: str) -> set[str]:
        found: set[str] = set()
        waiting = list(self.steps[name].needs)
        while waiting:
            other = waiting.pop()
            if other not in found:
                found.add(other)
                waiting += self.steps[other].needs
        return found

    def _check_kind(self, name: str, source: str, variable: str) -> None:
        """Refuse what is no value: imports and functions go into cells that every step begins with."""
        flow = self.flows[source]
        for tag, names, what in (
            ("imports", flow.modules, "imports"),
            ("functions", flow.definitions.keys(), "defines"),
        ):
            if variable in names:
                raise Invalid(
                    f"{name} uses {variable!r}, which {source} {what}; only values pass between steps.",
                    hint=f"Tag the cell that {what} it '{tag}'.",
                )


def _set_data(step: PlannedStep, data: Data) -> None:
    step.reads, step.makes = data.reads, data.makes
    step.outputs = [name for name in data.outputs if name.isidentifier()]


def _measure(steps: Mapping[str, PlannedStep], names: Iterable[str]) -> None:
    """Make what is measured an output of the last step that makes it."""
    for name in sorted(names):
        source = next((step for step in reversed(steps.values()) if name in step.writes), None)  # type: ignore[call-overload]
        if source is not None and name not in source.outputs:
            source.outputs.append(name)


def _check_previous(name: str, needs: Sequence[str], known: Iterable[str]) -> None:
    names = list(known)
    for other in needs:
        if other not in names:
            hint = did_you_mean(other, names) or f"Steps are {', '.join(names)}."
            raise Invalid(
                f"{name} is tagged 'prev:{other}', and no cell is tagged 'step:{other}'.", hint=hint
            )


def _notes(tags: Tags) -> tuple[str, ...]:
    notes = []
    if tags.loose:
        cells = ", ".join(str(index + 1) for index in tags.loose)
        notes.append(f"No step runs cell {cells}: it stands before the first tag.")
    if tags.ignored:
        notes.append(f"Tags for Kubernetes mean nothing here: {', '.join(tags.ignored)}.")
    return tuple(notes)


def _step_name(stem: str) -> str:
    """Return a notebook's name as one that a step can have."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:64]
    return name if name[:1].isalpha() else f"run-{name}".rstrip("-")[:64]
