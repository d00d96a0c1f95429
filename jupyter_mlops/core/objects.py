"""Content-addressed objects: immutable bytes, found by the SHA-256 of what they are."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from jupyter_mlops.core.durable import sync_folder
from jupyter_mlops.core.errors import Unavailable

_CHUNK = 1 << 20
_PARTIAL = ".partial"
_READ_ONLY = 0o444


class Objects:
    """Keep bytes so that they are whole and durable before anybody can name them.

    Parameters
    ----------
    folder
        Made when the first object is put.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Return where the object *digest* lies, or would lie."""
        return self._folder / digest[:2] / digest[2:]

    def put(self, content: bytes | BinaryIO) -> str:
        """Keep *content* and return its digest; it is durable when this returns.

        A file of that name is trusted only after its size and digest, so a torn leftover is replaced.

        Raises
        ------
        Unavailable
            The folder cannot be written, or the disk is full; nothing is left behind.
        """
        with _writing(self._folder):
            if not isinstance(content, bytes):
                return self._keep(content)
            digest = hashlib.sha256(content).hexdigest()
            return digest if self.holds(digest, len(content)) else self._keep(content, digest)

    def get(self, digest: str) -> bytes:
        """Return the bytes of the object *digest*, proven to be the ones that were put.

        Raises
        ------
        Unavailable
            It is missing, unreadable or damaged.
        """
        try:
            content = self.path(digest).read_bytes()
        except OSError as error:
            raise Unavailable(
                f"Object {digest[:12]} cannot be read: {error.strerror}.",
                hint=f"Bring {self.path(digest)} back from a backup.",
            ) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise Unavailable(
                f"Object {digest[:12]} is damaged: its bytes are not those that were kept.",
                hint=f"Bring {self.path(digest)} back from a backup.",
            )
        return content

    def holds(self, digest: str, size: int) -> bool:
        """Tell whether the object is here, whole and durable: what a new reference to it needs."""
        path = self.path(digest)
        try:
            if path.stat().st_size != size:
                return False
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    return False
        except OSError:
            return False
        self._settle(path)  # its writer may have died between the rename and the folder's fsync
        return True

    def _keep(self, content: bytes | BinaryIO, digest: str = "") -> str:
        partial = self._folder / _PARTIAL
        partial.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=partial)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                digest = _copy(content, file, digest)
                file.flush()
                temporary.chmod(_READ_ONLY)
                os.fsync(file.fileno())
            path = self.path(digest)
            path.parent.mkdir(exist_ok=True)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        self._settle(path)
        return digest

    def _settle(self, path: Path) -> None:
        for folder in (path.parent, self._folder, self._folder.parent):
            sync_folder(folder)


def _copy(content: bytes | BinaryIO, file: BinaryIO, digest: str) -> str:
    if isinstance(content, bytes):
        file.write(content)
        return digest
    state = hashlib.sha256()
    while chunk := content.read(_CHUNK):
        state.update(chunk)
        file.write(chunk)
    return state.hexdigest()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be written: {error.strerror or error}.",
            hint="Check the disk's room and permissions.",
        ) from error
