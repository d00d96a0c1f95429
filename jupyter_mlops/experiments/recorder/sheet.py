"""The notebook as it stands on disk: which cells there are now, in which order, with which sources."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.core.project import Project
from jupyter_mlops.experiments.recorder.history import History, derived_id

_LARGEST = 64 << 20


@dataclass(frozen=True)
class Written:
    """A code cell of the notebook's file.

    Parameters
    ----------
    cell
        Its id, as the history knows it.
    """

    cell: str
    source: str


def current(project: Project, history: History) -> tuple[Written, ...] | None:
    """Return the code cells of the notebook that this session serves; None where its file is not known."""
    path = _path(project)
    if path is None:
        return None
    try:
        about = path.stat()
        if about.st_size > _LARGEST:
            return None
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        found = [_written(cell) for cell in cells if cell.get("cell_type") == "code"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # unsaved, renamed, or being written: nothing is known of it
    if not {item.cell for item in found} & {item.cell for item in history.executions}:
        # Neither the file nor the front end keeps ids, or each has its own: the same source is the same cell.
        known = {item.source.strip(): item.cell for item in history.executions}
        ids = [known.get(item.source.strip(), derived_id(item.source)) for item in found]
        found = [Written(cell, item.source) for cell, item in zip(ids, found, strict=True)]
    whole = _with_unsaved(found, history, about.st_mtime)
    return tuple(item for item in whole if item.source.strip())


def located(root: Path, told: str | None, recorder: object) -> str | None:
    """Return where the session's notebook is now: when it is renamed, nobody tells the kernel.

    Parameters
    ----------
    told
        Where it was, as the kernel was told at its start.
    """
    if told is None or (root / told).exists() or not isinstance(recorder, History):
        return told
    ran = {item.cell for item in recorder.executions if item.has_id}
    shared = {path: len(ran & _ids(path)) for path in (root / told).parent.glob("*.ipynb")}
    best = max(
        (path for path in shared if shared[path]), key=lambda path: (shared[path], str(path)), default=None
    )
    if best is None:
        return told
    return best.relative_to(root).as_posix() if best.is_relative_to(root) else str(best)


def _ids(path: Path) -> set[str]:
    try:
        return {str(cell["id"]) for cell in json.loads(path.read_text(encoding="utf-8-sig"))["cells"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _with_unsaved(found: list[Written], history: History, saved_at: float) -> list[Written]:
    """Take cells that ran after the file was saved as they ran, new ones below the cell that ran before them."""
    newer = {item.cell: item.source for item in history.executions if item.begun_at > saved_at}
    whole = [Written(item.cell, newer.get(item.cell, item.source)) for item in found]
    order = list(dict.fromkeys(item.cell for item in history.executions))
    present = [item.cell for item in whole]
    for before, cell in zip([None, *order], order, strict=False):
        if cell in newer and cell not in present:
            place = present.index(before) + 1 if before in present else len(present)
            whole.insert(place, Written(cell, newer[cell]))
            present.insert(place, cell)
    return whole


def _path(project: Project) -> Path | None:
    told = project.session.notebook
    if not told:
        return None
    path = project.root / told
    return path if path.is_file() and path.suffix == ".ipynb" else None


def _written(cell: dict[str, object]) -> Written:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return Written(str(cell.get("id") or derived_id(text)), text)
