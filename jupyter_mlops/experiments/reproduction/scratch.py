"""A folder that looks like the project's, with the code as it was, so that nothing of the project is written over."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from jupyter_mlops.core.project import FOLDER, Project
from jupyter_mlops.core.settings import table
from jupyter_mlops.experiments.recorder.run_record import RunRecord
from jupyter_mlops.experiments.recorder.sources import Source

_COPIED = 1 << 20
_HIDDEN = frozenset([FOLDER, ".git"])


@contextmanager
def scratch(project: Project, record: RunRecord, mark: str) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Make the folder for as long as the block lasts; give its notebook's place, and what could not be restored.

    Notes
    -----
    Files up to 1 MB are copies, others and whole folders are links to the project's: those are not safe from a
    cell that writes into them.
    """
    top = project.folder / "reproduced" / mark
    top.mkdir(parents=True)
    try:
        place = _place(record.notebook)
        sources, lost = _changed(project.root, record)
        real = {parent for path in (place, *sources) for parent in PurePosixPath(path).parents}
        _mirror(project.root, top, PurePosixPath(), real)
        for path, text in sources.items():
            _write(top / path, text)
        notebook = top / place
        notebook.parent.mkdir(parents=True, exist_ok=True)
        yield notebook, lost
    finally:
        shutil.rmtree(top, ignore_errors=True)  # links go, what they point at stays


def _place(notebook: str) -> str:
    """Return where the notebook lies from the project's root; at the root where that is not known."""
    path = PurePosixPath(notebook.replace("\\", "/"))
    is_inside = notebook and not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]
    return path.as_posix() if is_inside else path.name or "run.ipynb"


def _changed(root: Path, record: RunRecord) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the recorded text of the files that are others now, and the sentences on those without a text."""
    untracked = record.git.untracked if record.git is not None else ()
    texts, lost = dict[str, str](), list[str]()
    for source in (*record.modules.values(), *untracked):
        if _digest(root / source.path) == source.sha256:
            continue
        if _is_whole(source):
            texts[source.path] = source.text or ""
        else:
            lost.append(f"{source.path} is not as it was, and its text is not recorded.")
    return texts, tuple(lost)


def _is_whole(source: Source) -> bool:
    """Tell whether a text is the file's own: it may have been masked, or lie outside of the project."""
    path = PurePosixPath(source.path)
    is_inside = not path.is_absolute() and ".." not in path.parts
    content = (source.text or "").encode("utf-8", "replace")
    return is_inside and source.text is not None and hashlib.sha256(content).hexdigest() == source.sha256


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _mirror(root: Path, top: Path, folder: PurePosixPath, real: set[PurePosixPath]) -> None:
    """Make the folders of *real* anew, with everything else in them."""
    try:
        items: Sequence[Path] = sorted((root / folder).iterdir())
    except OSError:
        return
    for item in items:
        place = folder / item.name
        if item.name in _HIDDEN or (item.name == "pyproject.toml" and table(item.parent) is not None):
            continue  # the folder would be a project of its own
        if place in real and item.is_dir():
            (top / place).mkdir()
            _mirror(root, top, place, real)
        elif item.is_file() and item.stat().st_size <= _COPIED:
            shutil.copy2(item, top / place)
        else:
            _link(item, top / place)


def _link(item: Path, place: Path) -> None:
    """Link to *item*; copy it where the system allows no links."""
    try:
        place.symlink_to(item.absolute(), target_is_directory=item.is_dir())
    except OSError:
        if item.is_dir():
            shutil.copytree(item, place, symlinks=True)
        else:
            shutil.copy2(item, place)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(text.encode())
