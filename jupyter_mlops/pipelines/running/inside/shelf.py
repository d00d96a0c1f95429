"""The folder that bytes are kept in, under the name of their digest, for nobody's eyes but the owner's."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator

_CHUNK = 16 << 20
_OVERLAP = 1 << 16


class Shelf:
    """Keep bytes once, however often they are given.

    Parameters
    ----------
    most
        Bytes that may lie in it.
    is_forbidden
        Asked about pieces of what is new.
    """

    def __init__(self, folder: str, most: int, is_forbidden: Callable[[bytes], bool]) -> None:
        self._folder = folder
        self._most = most
        self._is_forbidden = is_forbidden
        self._known: dict[str, int] = {}
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        for entry in os.scandir(folder):
            self._known[entry.name] = entry.stat().st_size
        self._total = sum(self._known.values())

    def put(self, content: bytes | memoryview, check: Callable[[int], None]) -> tuple[str, int]:
        """Keep *content*, unless it lies here already; return its digest and size.

        Parameters
        ----------
        check
            Called now and then while a large one is read; may raise.

        Raises
        ------
        OSError
            It does not fit, the disk is full, or it is forbidden; nothing is left behind.
        """
        digest = hashlib.sha256()
        size = len(content)
        for start in range(0, size, _CHUNK):
            digest.update(content[start : start + _CHUNK])
            check(0)
        name = digest.hexdigest()
        if self._known.get(name) != size:
            if any(map(self._is_forbidden, _pieces(content))):
                raise OSError("it holds a secret")
            if self._total + size > self._most:
                raise OSError("there is no room left for it")
            self._write(name, content)
            self._known[name] = size
            self._total += size
        return name, size

    def get(self, name: str) -> bytearray:
        """Return the bytes of that name, proven to be those that were kept.

        Raises
        ------
        OSError
            They are missing or damaged.
        """
        path = f"{self._folder}/{name}"
        content = bytearray(os.path.getsize(path))  # noqa: PTH202
        with open(path, "rb") as file:  # noqa: PTH123
            file.readinto(content)
        if hashlib.sha256(content).hexdigest() != name:
            raise OSError(f"{name[:12]} is damaged")
        return content

    def _write(self, name: str, content: bytes | memoryview) -> None:
        partial = f"{self._folder}/.{name}.{os.getpid()}"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(partial, f"{self._folder}/{name}")  # noqa: PTH105
        except BaseException:
            os.unlink(partial)  # noqa: PTH108
            raise


def _pieces(content: bytes | memoryview) -> Iterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield bytes(content[start : start + _CHUNK + _OVERLAP])
