"""A folder in which something is made beside its place, and swept by the next maker when its own was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jupyter_mlops.core.folder_lock import is_held, locked

_PREFIX = ".mlops-export-"
_REPLACED = "replaced"
# Between the birth of a folder and its lock, and where there are no such locks, its age tells that it is in use.
_GRACE_S = 60 if os.name == "posix" else 24 * 3600


@contextmanager
def workbench(place: Path) -> Iterator[Path]:
    """Yield a folder of one's own within *place*, gone at the end of the block; others' leftovers go first."""
    for found in place.glob(f"{_PREFIX}*"):
        if _is_left(found):
            _clear(found)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    try:
        with locked(made):
            yield made
    finally:
        _clear(made)


def put_aside(bench: Path, path: Path) -> None:
    """Move what is to be replaced onto the bench; it comes back unless something stands in its place at the end."""
    (bench / _REPLACED).mkdir()
    path.rename(bench / _REPLACED / path.name)


def _is_left(folder: Path) -> bool:
    """Tell whether the maker of a folder is gone for sure."""
    with suppress(OSError):  # another user's, or gone meanwhile
        return time.time() - folder.stat().st_mtime >= _GRACE_S and not is_held(folder)
    return False


def _clear(folder: Path) -> None:
    for replaced in folder.glob(f"{_REPLACED}/*"):
        if not (folder.parent / replaced.name).exists():
            replaced.rename(folder.parent / replaced.name)
    shutil.rmtree(folder, ignore_errors=True)
