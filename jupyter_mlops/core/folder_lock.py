"""A folder that says whether its maker lives: the system lets go of the lock when that one ends, however it does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if os.name == "posix":
    import fcntl


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder during the block; where there are no such locks, its age has to tell that it is in use."""
    if os.name != "posix":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool:
    """Tell whether somebody holds a folder, in this process or another."""
    if os.name != "posix":
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
