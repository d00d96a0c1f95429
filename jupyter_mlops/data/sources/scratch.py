"""Temporary files of a project: gone with whoever holds them, and found again when that one was killed."""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import IO

from jupyter_mlops.core.exporter import size_of
from jupyter_mlops.core.folder_lock import is_held, locked
from jupyter_mlops.core.place import Stored
from jupyter_mlops.core.project import Project

FRESH = "new-"  # how the name of a folder begins until all that belongs there is in it
_FRESH_S = 3600  # how long that may take at most


def folder_of(project: Project) -> Path:
    """Return where there is room for a whole table for a while; runs that wait for the tracker are beside it."""
    return project.folder / "spool"


class Room:
    """Room for tables for a while, gone when nobody holds this any more; however many they are, it opens one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def file(self) -> IO[bytes]:
        """Where pieces lie, one after another; made when the first comes."""
        return nameless(self._folder)

    @cached_property
    def downloads(self) -> Path:
        """Where files lie that others open by name; it stays when its owner is killed, and `left` finds it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=FRESH, dir=self._folder))
        held = ExitStack()
        held.enter_context(locked(made))
        held.callback(shutil.rmtree, made, ignore_errors=True)
        weakref.finalize(self, held.close)
        return made


def nameless(folder: Path) -> IO[bytes]:
    """Return a file that is gone when nobody holds it any more, however its owner ends."""
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def left(project: Project, grace_s: float) -> Iterator[Stored]:
    """Yield the files that nobody holds any more and the folders that were never finished, older than *grace_s*."""
    now = time.time()
    for path in sorted(folder_of(project).glob("*")):
        with suppress(FileNotFoundError):
            state = path.stat()
            age = now - state.st_mtime
            if path.is_file() and age >= grace_s:
                yield Stored(path.name, state.st_size, state.st_mtime)
            elif path.name.startswith(FRESH) and age >= max(grace_s, _FRESH_S) and not is_held(path):
                yield Stored(path.name, size_of(path), state.st_mtime)


def discard(project: Project, name: str) -> None:
    """Remove such a file or folder."""
    path = folder_of(project) / name
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(PermissionError):  # where files that are open cannot be removed, it is held
        path.unlink(missing_ok=True)
