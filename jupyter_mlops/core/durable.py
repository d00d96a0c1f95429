"""Write files so that they are whole and still there after a power loss."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from jupyter_mlops.core.errors import Conflict

_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def write(path: Path, content: bytes) -> None:
    """Write a file, and wait until its bytes are on the disk."""
    _fill(os.open(path, _FLAGS | os.O_TRUNC, 0o666), [content])


def create(path: Path, content: Iterable[bytes | memoryview]) -> None:
    """Write a new read-only file piece by piece, and wait until its bytes are on the disk."""
    _fill(os.open(path, _FLAGS | os.O_EXCL, 0o444), content)


def rewrite(path: Path, text: str, is_as_before: Callable[[], bool]) -> None:
    """Write a text that people edit too: whole, unless it is not as it was when it was read.

    Raises
    ------
    Conflict
        Somebody has changed it meanwhile.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary, text.encode())
        if not is_as_before():
            raise Conflict(f"{path.name} has been changed meanwhile.", hint="Look at it, then try again.")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in *folder* are on the disk; Windows does so by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fill(handle: int, content: Iterable[bytes | memoryview]) -> None:
    try:
        for piece in content:
            rest = memoryview(piece).cast("B") if len(piece) else memoryview(b"")
            while rest:
                rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
