"""Rebuild the notebook that a run rests on, from the run's record alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from jupyter_mlops.core.errors import Invalid, NotFound, Refused
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.core.types import split_reference
from jupyter_mlops.experiments.provenance import STUDY
from jupyter_mlops.experiments.recorder import run_record
from jupyter_mlops.experiments.recorder.run_record import CellRecord, RunRecord
from jupyter_mlops.experiments.reproduction.harmless import harmless, readers

if TYPE_CHECKING:
    from nbformat import NotebookNode

TAG = "reproduction"
_RECORD = re.compile(r"\A\s*%%(?:mlops[ \t]+)?record\b(?P<rest>[^\n]*)\n?")
_CELL_MAGIC = re.compile(r"\A\s*%%mlops[ \t]+(?P<verb>[\w-]+)")
_MASK = "***"
_SEARCHED = "Write the parameters that it found into a cell, and record that."


@dataclass(frozen=True)
class RebuiltCell:
    """A cell to run.

    Parameters
    ----------
    number
        Of the execution that it repeats.
    """

    number: int
    label: str
    source: str

    @property
    def id(self) -> str:
        """What the notebook calls it."""
        return f"cell-{self.number}"


@dataclass(frozen=True)
class Rebuilt:
    """What a run rests on, ready to run; its last cell records a run again.

    Parameters
    ----------
    left_out
        Lines that would write into the project, each with its cell.
    """

    cells: tuple[RebuiltCell, ...]
    left_out: tuple[str, ...] = ()

    def node(self) -> NotebookNode:
        """Return it as a notebook, which loads the extension first."""
        from nbformat.v4 import new_code_cell, new_notebook

        cells = [("%load_ext jupyter_mlops", "extension"), *((cell.source, cell.id) for cell in self.cells)]
        node: NotebookNode = new_notebook(cells=[new_code_cell(source, id=name) for source, name in cells])
        return node


def read_record(project: Project, run: Run) -> RunRecord:
    """Return the record of a run.

    Raises
    ------
    NotFound
        It has none.
    Invalid
        Another version of this package wrote it.
    """
    content = project.tracker.artifact(run, run_record.PATH)
    if content is None and STUDY in run.tags:
        raise NotFound(f"{run.ref} is a search, which is not made again.", hint=_SEARCHED)
    if content is None:
        raise NotFound(
            f"{run.ref} has no record of its cells, so it cannot be made again.",
            hint="Record it anew: `%load_ext jupyter_mlops` first, then `%%mlops record NAME` above the cell.",
        )
    try:
        return RunRecord.model_validate_json(content)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise Invalid(
            f"The record of {run.ref} cannot be read: {where or 'it'} is not as expected.",
            hint="Use the version of jupyter_mlops that recorded it.",
        ) from None


def rebuild(record: RunRecord, mark: str, *, is_whole: bool = False) -> Rebuilt:
    """Return the cells that the run rests on, made harmless, and pinned to the snapshots that they read.

    Parameters
    ----------
    mark
        Value of the tag by which the new run is found.
    is_whole
        Take every cell that ran well up to the recorded one, as what it rests on may not be known.

    Raises
    ------
    Refused
        A source was masked, or a cell searched for parameters.
    NotFound
        There are no cells.
    """
    kept = _before(record) if is_whole else rests_on(record)
    if not kept:
        raise NotFound(f"The record of @{record.run[:8]} has no cells.", hint="Record it anew.")
    for cell in kept:
        _check(cell, record)
    cells, left_out = list[RebuiltCell](), list[str]()
    for cell in kept:
        source, lines = _source(cell, record, mark if cell is kept[-1] else "")
        cells.append(
            RebuiltCell(cell.number, label(cell), pinned(source, (item.ref for item in record.snapshots)))
        )
        left_out += [f"{label(cell)}: {line}" for line in lines]
    return Rebuilt(tuple(cells), tuple(left_out))


def rests_on(record: RunRecord) -> list[CellRecord]:
    """Return the cells of the slice in order; all of them where nobody knows the slice."""
    wanted = {*record.slice}
    return [cell for cell in record.cells if cell.number in wanted] or list(record.cells)


def _before(record: RunRecord) -> list[CellRecord]:
    last = max(record.slice, default=len(record.cells))
    return [cell for cell in record.cells if cell.number == last or (cell.number < last and not cell.error)]


def label(cell: CellRecord) -> str:
    """Say which cell it is, as a reader knows it."""
    return f"cell {cell.label}" if cell.label else "the recorded cell"


def pinned(source: str, refs: Iterable[str]) -> str:
    """Let a cell load the version that it read then, where it asks for the newest one."""
    versions: dict[str, set[str]] = {}
    for ref in refs:
        versions.setdefault(split_reference(ref)[0], set()).add(ref)
    for name, found in versions.items():
        if len(found) == 1:
            asked = re.compile(
                rf"(?P<load>%mlops[ \t]+load[ \t]+|\bload\([ \t]*['\"]){re.escape(name)}(?:@latest)?(?=['\"\s]|$)",
                re.MULTILINE,
            )
            source = asked.sub(rf"\g<load>{min(found)}", source)
    return source


def _check(cell: CellRecord, record: RunRecord) -> None:
    if record.masked and _MASK in cell.source:
        raise Refused(
            f"{label(cell).capitalize()} holds a value that was masked, so it cannot run as recorded.",
            hint="Take the value from a secret reference, and record the run again.",
        )
    magic = _CELL_MAGIC.match(cell.source)
    if magic and magic["verb"] == "tune":
        raise Refused(
            f"{label(cell).capitalize()} searches for parameters, which is a run of its own.",
            hint=_SEARCHED,
        )


def _source(cell: CellRecord, record: RunRecord, mark: str) -> tuple[str, tuple[str, ...]]:
    """Return what is to run instead of a cell; only the last one records."""
    header = _RECORD.match(cell.source)
    magic = _CELL_MAGIC.match(cell.source)
    if header is None and magic is not None and magic["verb"] not in readers():
        return "pass", (cell.source.strip().partition("\n")[0],)
    body = cell.source[header.end() :] if header else cell.source
    clean, left_out = harmless(body)
    if not mark:
        return clean, left_out
    said = header["rest"].strip() if header else ""
    return f"%%mlops record {said or _quoted(record.name)} --tags {TAG}={mark}\n{clean}", left_out


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "").replace('"', "") + '"'
