"""The notebook that a step runs: some cells of one, with what they take over and what they give."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.durable.passing import epilogue, prologue
from jupyter_mlops.pipelines.file.parameters import TAG
from jupyter_mlops.pipelines.file.tagged import cells_of, read_tags, with_headings

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from pydantic import JsonValue

    from jupyter_mlops.pipelines.file.definition import Definition
    from jupyter_mlops.pipelines.file.document import Notebook
    from jupyter_mlops.pipelines.file.spec import StepSpec


def notebook_of(
    notebook: Notebook, definition: Definition, step: StepSpec, passed: Mapping[str, JsonValue] | None = None
) -> Notebook:
    """Return the notebook that a step runs: its cells, with what they take over before and what they give after.

    Parameters
    ----------
    passed
        The variables in `step.passes`, as `passed_to` returns them.

    Raises
    ------
    NotFound
        No cell is tagged with the step's name.
    Invalid
        A variable cannot be taken over.
    """
    node = copy.deepcopy(notebook.node)
    if step.cells is not None:
        node.cells = [*_own_cells(node, step.cells, passed or {})]
    if step.outputs:
        node.cells.append(
            _made(epilogue(f"{definition.name}.{step.name}", step.outputs), "given-to-later-steps")
        )
    return dataclasses.replace(notebook, node=node)


def _own_cells(node: NotebookNode, name: str, passed: Mapping[str, JsonValue]) -> Iterator[NotebookNode]:
    tags = read_tags(node.cells)
    own = cells_of(node.cells, name)[len(tags.shared) :]
    source = "\n".join(str(node.cells[index].source) for index in tags.parameters)
    for index in with_headings(node.cells, tags.shared):
        if index == next(iter(tags.parameters), None):  # papermill knows one such cell, by its own tag
            node.cells[index].source = source
            node.cells[index].metadata["tags"] = [TAG]
        if index not in tags.parameters[1:]:
            yield node.cells[index]
    if passed:
        yield _made(prologue(passed), "taken-from-earlier-steps")
    yield from (node.cells[index] for index in with_headings(node.cells, own))


def _made(source: str, role: str) -> NotebookNode:
    import nbformat

    cell: NotebookNode = nbformat.v4.new_code_cell(
        source, id=f"jupyter-mlops-{role}", metadata={"tags": [role]}
    )
    return cell


def passed_to(step: StepSpec, scope: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the variables that a step takes over, as the steps gave them.

    Parameters
    ----------
    scope
        As placeholders are filled from it.

    Raises
    ------
    Invalid
        A step has not given one.
    """
    steps = cast("dict[str, dict[str, dict[str, JsonValue]]]", scope["steps"])
    found: dict[str, JsonValue] = {}
    for name, source in step.passes.items():
        outputs = steps.get(source, {}).get("outputs", {})
        if name not in outputs:
            raise Invalid(f"{source} has not given {name!r}.", hint=f"Have one of its cells make {name}.")
        found[name] = outputs[name]
    return found
