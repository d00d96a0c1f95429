"""Content-addressed objects: immutable bytes, found by the SHA-256 of what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from jupyter_mlops.core.disk import Disk
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.place import Bytes, Place, Stored

_CHUNK = 1 << 20

Content = bytes | list[Bytes] | BinaryIO | Iterator[Bytes]


def open_objects(url: str, folder: Path) -> Objects:
    """Return the objects at *url*: a bucket like `s3://bucket/prefix`, a path, or *folder* when it is empty."""
    scheme, mark, rest = url.partition("://")
    if mark and scheme != "file":
        from jupyter_mlops.core.bucket import Bucket

        return Objects(Bucket(url))
    path = rest if mark else url
    return Objects(Path(path).expanduser() if path else folder)


Condition = Literal["whole", "missing", "damaged"]


class Objects:
    """Keep bytes so that they are whole and durable before anybody can name them.

    Parameters
    ----------
    place
        A folder, or where else they lie.
    """

    def __init__(self, place: Path | Place) -> None:
        self.place: Place = Disk(place) if isinstance(place, Path) else place

    def path(self, digest: str) -> Path:
        """Return where the object *digest* lies, or would lie, in a folder."""
        return Path(self.place.place(digest))

    def put(self, content: Content) -> str:
        """Keep *content* and return its digest; it is durable when this returns.

        What is there under that name is trusted only after its size and digest, so a torn leftover is replaced.

        Raises
        ------
        Unavailable
            It cannot be written, or there is no room; nothing is left behind.
        """
        with self.batch() as batch:
            return batch.put(content)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Put many objects; all of them are durable at the end of the block."""
        batch = Batch(self.place)
        yield batch
        batch.settle()

    def get(self, digest: str) -> bytes:
        """Return the bytes of the object *digest*, proven to be the ones that were put.

        Raises
        ------
        Unavailable
            It is missing, unreadable or damaged.
        """
        content = self.place.read(digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise Unavailable(
                f"Object {digest[:12]} is damaged: its bytes are not those that were kept.",
                hint=f"Bring {self.place.place(digest)} back from a backup.",
            )
        return content

    def holds(self, digest: str, size: int) -> bool:
        """Tell whether the object is here, whole and durable: what a new reference to it needs."""
        with self.batch() as batch:
            return batch.holds(digest, size)

    def condition(self, digest: str, size: int) -> Condition:
        """Read an object and tell how it is."""
        if self.place.proves(digest, size):
            return "whole"
        return "missing" if self.place.find(digest) is None else "damaged"

    def find(self, digest: str) -> Stored | None:
        """Return the size of an object and when it was touched, without reading it."""
        return self.place.find(digest)

    def sharing(self) -> AbstractContextManager[None]:
        """Write beside other writers, until what was put is referred to; nobody removes objects meanwhile."""
        return self.place.sharing()


class Batch:
    """Objects that become durable together."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._digests: set[str] = set()

    def put(self, content: Content) -> str:
        """Keep *content* and return its digest; it is durable at the end of the batch."""
        if isinstance(content, bytes):
            digest = self._put([content])
        elif isinstance(content, list):
            digest = self._put(content)
        else:
            digest = self._place.write(_pieces(content))
        self._digests.add(digest)
        return digest

    def _put(self, content: list[Bytes]) -> str:
        state, size = hashlib.sha256(), 0
        for piece in content:
            state.update(piece)
            size += len(piece)
        digest = state.hexdigest()
        return digest if self._place.renews(digest, size) else self._place.write(content, digest)

    def holds(self, digest: str, size: int) -> bool:
        """Tell whether the object is here and whole; it is durable at the end of the batch."""
        if not self._place.trusts(digest, size):
            return False
        self._digests.add(digest)  # its writer may have died between the rename and the folder's fsync
        return True

    def settle(self) -> None:
        """Wait until all of them are durable."""
        self._place.settle(self._digests)


def _pieces(content: BinaryIO | Iterator[Bytes]) -> Iterable[Bytes]:
    read = getattr(content, "read", None)
    return content if read is None else iter(lambda: read(_CHUNK), b"")
