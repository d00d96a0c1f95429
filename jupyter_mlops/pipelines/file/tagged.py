"""The cells of one notebook that a step runs, by their tags: Kale's, read as Kale reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.pipelines.file.parameters import TAG, NotebookParameter, read_parameters

Cell = Mapping[str, object]

PARAMETERS = frozenset({TAG, "pipeline-parameters"})
METRICS = "pipeline-metrics"
_SHARED = {"parameters", "imports", "functions"}
_STEP = re.compile(r"(?:step|block):(?P<name>.*)")
_KALE = re.compile(r"(?:annotation|label|limit|image|cache|base_image|enable_caching):.*")


@dataclass
class Group:
    """The cells of one step, by position, and the steps that its tags say it follows."""

    cells: list[int] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)


@dataclass
class Tags:
    """What the tags of a notebook say.

    Parameters
    ----------
    shared
        Cells that every step begins with, in the notebook's order: its parameters, imports and functions.
    parameters
        Those of them that hold parameters.
    metrics
        Cells that name what is measured; no step runs them.
    loose
        Cells before the first tag: no step runs them.
    ignored
        Tags for Kubernetes, which mean nothing here.
    """

    steps: dict[str, Group] = field(default_factory=dict)
    shared: list[int] = field(default_factory=list)
    parameters: list[int] = field(default_factory=list)
    metrics: list[int] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_cells(path: Path) -> tuple[Cell, ...]:
    """Return the cells of a notebook file as they are, without the care that running it takes.

    Raises
    ------
    Invalid
        It is no notebook.
    """
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return tuple({**cell, "source": _text(cell.get("source", ""))} for cell in cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid(f"{path.name} is no notebook.", hint="Save it again with JupyterLab.") from None


def tags_of(cell: Cell) -> tuple[str, ...]:
    """Return the tags of a cell."""
    metadata = cell.get("metadata")
    found = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return tuple(tag for tag in found if isinstance(tag, str)) if isinstance(found, list) else ()


def read_tags(cells: Sequence[Cell]) -> Tags:
    """Sort the code cells by their tags; one without a tag goes with the one before it, papermill's apart.

    Raises
    ------
    Invalid
        A cell has tags of two steps.
    """
    found = Tags()
    at: str | None = None
    for index, cell in enumerate(cells):
        if cell.get("cell_type") != "code":
            continue
        tags = tags_of(cell)
        found.ignored += [tag for tag in tags if _KALE.fullmatch(tag) and tag not in found.ignored]
        role = _role(tags, index)
        if role == "skip":
            continue
        _sort(found, index, role or at)
        at = at if role is None or tags_of(cell).count(TAG) else role
        if role is not None and role.startswith("step:"):
            needs = found.steps[role.removeprefix("step:")].needs
            needs += [name for name in _previous(tags) if name not in needs]
    return found


def cells_of(cells: Sequence[Cell], name: str) -> list[int]:
    """Return the positions of the cells that the step *name* runs: the shared ones, then its own.

    Raises
    ------
    NotFound
        No cell is tagged so.
    """
    tags = read_tags(cells)
    if name not in tags.steps:
        hint = did_you_mean(name, tags.steps) or f"Tag its cells 'step:{name}'."
        raise NotFound(f"No cell is tagged 'step:{name}'.", hint=hint)
    return [*tags.shared, *tags.steps[name].cells]


def parameters_of(cells: Sequence[Cell]) -> tuple[NotebookParameter, ...]:
    """Read the parameters of a notebook: of papermill's cell, or of all of Kale's.

    Raises
    ------
    Invalid
        A cell of them is no Python.
    """
    tags = read_tags(cells)
    own = [index for index in tags.parameters if tags.steps or PARAMETERS.intersection(tags_of(cells[index]))]
    source = "\n".join(str(cells[index].get("source", "")) for index in own)
    return read_parameters([{"cell_type": "code", "metadata": {"tags": [TAG]}, "source": source}])


def with_headings(cells: Sequence[Cell], positions: Iterable[int]) -> Iterator[int]:
    """Yield the positions, each after those of the text right above it."""
    for index in positions:
        above = index
        while above and cells[above - 1].get("cell_type") == "markdown":
            above -= 1
        yield from range(above, index + 1)


def _sort(found: Tags, index: int, role: str | None) -> None:
    if role is None:
        found.loose.append(index)
    elif role == METRICS:
        found.metrics.append(index)
    elif role in _SHARED:
        found.shared.append(index)
        if role == "parameters":
            found.parameters.append(index)
    else:
        found.steps.setdefault(role.removeprefix("step:"), Group()).cells.append(index)


def _role(tags: Sequence[str], index: int) -> str | None:
    """Return what the tags make of a cell: skip, one of the shared kinds, metrics or `step:NAME`."""
    if "skip" in tags:
        return "skip"
    named = [match["name"] for tag in tags if (match := _STEP.fullmatch(tag)) and match["name"]]
    roles = [f"step:{name}" for name in dict.fromkeys(named)]
    roles += [tag for tag in tags if tag in {"imports", "functions", METRICS}]
    roles += ["parameters"] * any(tag in PARAMETERS for tag in tags)
    if len(roles) > 1:
        raise Invalid(f"Cell {index + 1} is tagged {' and '.join(roles)}.", hint="Leave one of the tags.")
    return roles[0] if roles else None


def _previous(tags: Sequence[str]) -> list[str]:
    return [tag.removeprefix("prev:") for tag in tags if tag.startswith("prev:") and tag != "prev:"]


def _text(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
