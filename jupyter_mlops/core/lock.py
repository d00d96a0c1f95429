"""A lock on a file that many share or one has alone, gone with the process that held it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_mlops.core.errors import Conflict, Unavailable

if os.name == "posix":
    import fcntl

_WAIT_S = 30.0
_PAUSE_S = 0.02


@contextmanager
def shared(path: Path, *, wait_s: float = _WAIT_S) -> Iterator[None]:
    """Hold the lock together with others.

    Raises
    ------
    Conflict
        Somebody has it alone for longer than *wait_s*.
    """
    with _held(path, is_alone=False, wait_s=wait_s):
        yield


@contextmanager
def exclusive(path: Path, *, wait_s: float = _WAIT_S) -> Iterator[None]:
    """Hold the lock alone.

    Raises
    ------
    Conflict
        Others hold it for longer than *wait_s*.
    """
    with _held(path, is_alone=True, wait_s=wait_s):
        yield


@contextmanager
def _held(path: Path, *, is_alone: bool, wait_s: float) -> Iterator[None]:
    if os.name != "posix":  # writers take turns there
        try:
            with FileLock(path, timeout=wait_s):
                yield
        except Timeout:
            raise _busy(path, wait_s) from None
        return
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be opened: {error.strerror}.", hint="Check its permissions and the disk's room."
        ) from error
    try:
        _wait(handle, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH, path, wait_s)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, kind: int, path: Path, wait_s: float) -> None:
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise _busy(path, wait_s) from None
            time.sleep(_PAUSE_S)
        else:
            return


def _busy(path: Path, wait_s: float) -> Conflict:
    return Conflict(
        f"Another process has been at work in {path.parent} for {wait_s:g} s.", hint="Try again in a moment."
    )
