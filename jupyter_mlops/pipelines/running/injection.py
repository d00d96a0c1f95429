"""Put the values of a run into a copy of its notebook."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from jupyter_mlops.pipelines.file.literal import cell_source
from jupyter_mlops.pipelines.file.parameters import TAG
from jupyter_mlops.pipelines.running.secret import injected

if TYPE_CHECKING:
    from nbformat import NotebookNode

INJECTED = "injected-parameters"


def with_parameters(
    node: NotebookNode, values: Mapping[str, object], secrets: Mapping[str, str] | None = None
) -> NotebookNode:
    """Return a copy with a cell of these values after the parameters cell, instead of one injected earlier.

    Parameters
    ----------
    secrets
        Where the value of each name is found: the cell says only that.
    """
    from nbformat import NotebookNode

    copy = deepcopy(node)
    if not values and not secrets:
        return copy
    cells = [cell for cell in copy.cells if INJECTED not in cell.metadata.get("tags", [])]
    place = next((index + 1 for index, cell in enumerate(cells) if TAG in cell.metadata.get("tags", [])), 0)
    cell = NotebookNode(
        cell_type="code",
        id=INJECTED,
        metadata=NotebookNode(tags=[INJECTED]),
        source="\n".join([cell_source(values), *injected(secrets or {})]),
        execution_count=None,
        outputs=[],
    )
    copy.cells = [*cells[:place], cell, *cells[place:]]
    return copy
