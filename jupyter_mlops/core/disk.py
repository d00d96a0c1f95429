"""Objects as files of a folder: written aside, synced, renamed, and their folders synced."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jupyter_mlops.core import durable, lock
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.place import Bytes, Stored

_PARTIAL = ".partial"
_LOCK = ".lock"
_HEX = frozenset("0123456789abcdef")


class Disk:
    """A folder that keeps bytes under their digests.

    Parameters
    ----------
    folder
        Made when the first object is put.
    """

    least_grace_s = 0.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, digest: str) -> Path:
        """Return where the object *digest* lies, or would lie."""
        return self.folder / digest[:2] / digest[2:]

    def prepare(self) -> None:
        """Find out whether there is anything to be written before work is done for it."""
        with self._writing():
            partial = self.folder / _PARTIAL
            partial.mkdir(parents=True, exist_ok=True)
            if not os.access(partial, os.W_OK):
                raise PermissionError(13, "Permission denied")

    def write(self, content: Iterable[Bytes], digest: str | None = None) -> str:
        """Write an object; its name is durable after `settle`."""
        with self._writing():
            temporary = self.folder / _PARTIAL / secrets.token_hex(12)
            temporary.parent.mkdir(parents=True, exist_ok=True)
            state = hashlib.sha256() if digest is None else None
            try:
                durable.create(temporary, content if state is None else _hashing(content, state))
                digest = digest or (state.hexdigest() if state else "")
                path = self.place(digest)
                path.parent.mkdir(exist_ok=True)
                temporary.replace(path)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
        return digest

    def settle(self, digests: Iterable[str]) -> None:
        """Wait until the names of objects are on the disk."""
        parents = {self.place(digest).parent for digest in digests}
        if parents:
            with self._writing():
                for folder in (*sorted(parents), self.folder, self.folder.parent):
                    durable.sync_folder(folder)

    def read(self, digest: str) -> bytes:
        """Return the bytes under a name."""
        try:
            return self.place(digest).read_bytes()
        except OSError as error:
            raise Unavailable(
                f"Object {digest[:12]} cannot be read: {error.strerror}.",
                hint=f"Bring {self.place(digest)} back from a backup.",
            ) from error

    def proves(self, digest: str, size: int) -> bool:
        """Tell whether an object's bytes are those that its name says."""
        path = self.place(digest)
        try:
            if path.stat().st_size != size:
                return False
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            return False

    def trusts(self, digest: str, size: int) -> bool:
        """Tell whether an object may be referred to: never by its name alone."""
        return self.proves(digest, size)

    def renews(self, digest: str, size: int) -> bool:
        """Tell whether an object need not be written again."""
        return self.proves(digest, size)

    def find(self, digest: str) -> Stored | None:
        """Return the size of an object and when it was last touched, without reading it."""
        try:
            state = self.place(digest).stat()
        except OSError:
            return None
        return Stored(digest, state.st_size, max(state.st_ctime, state.st_mtime))

    def each(self) -> Iterator[Stored]:
        """Yield every object."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                digest = folder.name + path.name
                if len(digest) == 64 and set(digest) <= _HEX and (found := self.find(digest)):
                    yield found

    def touch(self, digest: str) -> None:
        """Make an object young again."""
        with self._writing():
            os.utime(self.place(digest))

    def remove(self, digest: str) -> None:
        """Remove an object."""
        with self._writing():
            self.place(digest).unlink(missing_ok=True)

    def leftovers(self) -> Iterator[Stored]:
        """Yield what writers that died left behind."""
        for path in sorted((self.folder / _PARTIAL).glob("*")):
            with suppress(FileNotFoundError):
                state = path.stat()
                yield Stored(path.name, state.st_size, max(state.st_ctime, state.st_mtime))

    def discard(self, name: str) -> None:
        """Remove a leftover."""
        with self._writing():
            (self.folder / _PARTIAL / name).unlink(missing_ok=True)

    def now(self) -> float:
        """Return the time by which objects are dated."""
        return time.time()

    @contextmanager
    def sharing(self) -> Iterator[None]:
        """Write beside other writers; nobody removes objects meanwhile."""
        self.prepare()
        with lock.shared(self.folder / _LOCK):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep writers out; Conflict when one is at work."""
        self.prepare()
        with lock.exclusive(self.folder / _LOCK):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"{self.folder} cannot be written: {error.strerror or error}.",
                hint="Check the disk's room and permissions.",
            ) from error


def _hashing(content: Iterable[Bytes], state: hashlib._Hash) -> Iterator[Bytes]:
    for piece in content:
        state.update(piece)
        yield piece
