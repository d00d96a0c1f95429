"""Write the extents of a version in objects: large ones alone, small ones together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from jupyter_mlops.core import progress
from jupyter_mlops.core.objects import Batch
from jupyter_mlops.data.store.blocks import Bytes
from jupyter_mlops.data.store.manifest import Extent

WORKERS = 2
OWN = 1 << 15
_PACK = 1 << 19


@dataclass(frozen=True)
class _Alone:
    """A large extent, in an object of its own already."""

    digest: str
    size_bytes: int


class ExtentWriter:
    """Take extents, write them in objects, and number the objects.

    Parameters
    ----------
    batch
        Makes the objects durable.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="mlops-objects")
        self._pending: list[Future[_Alone | bytes]] = []
        self._extents: list[Extent] = []
        self._numbers: dict[tuple[str, int], int] = {}

    def __enter__(self) -> ExtentWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def objects(self) -> tuple[tuple[str, int], ...]:
        """Digest and size of every object, by number."""
        return tuple(self._numbers)

    def add(self, write: Callable[[], list[Bytes]], size: int = OWN) -> int:
        """Take an extent of about so many bytes, and return its ticket; large ones are written side by side."""
        if size < OWN:
            return self._done(self._written(write))
        self._pending.append(self._pool.submit(self._written, write))
        return len(self._pending) - 1

    def add_alone(self, digest: str, size: int) -> int:
        """Take an extent that is an object already, and return its ticket."""
        return self._done(_Alone(digest, size))

    def number(self, digest: str, size: int) -> int:
        """Return the number of an object that extents lie in."""
        return self._numbers.setdefault((digest, size), len(self._numbers))

    def finish(self) -> None:
        """Write what is small together, in the order in which it was added."""
        small: list[tuple[int, bytes]] = []
        waiting = 0
        self._extents = [(0, 0, 0)] * len(self._pending)
        for ticket, future in enumerate(self._pending):
            progress.report(ticket, len(self._pending), "storing columns")
            found = future.result()
            if isinstance(found, _Alone):
                number = self.number(found.digest, found.size_bytes)
                self._extents[ticket] = (number, 0, found.size_bytes)
                continue
            if waiting + len(found) > _PACK:
                self._write_together(small)
                small, waiting = [], 0
            small.append((ticket, found))
            waiting += len(found)
        self._write_together(small)

    def extent(self, ticket: int) -> Extent:
        """Return where the extent of a ticket lies, once finished."""
        return self._extents[ticket]

    def _done(self, written: _Alone | bytes) -> int:
        done: Future[_Alone | bytes] = Future()
        done.set_result(written)
        self._pending.append(done)
        return len(self._pending) - 1

    def _written(self, write: Callable[[], list[Bytes]]) -> _Alone | bytes:
        pieces = write()
        size = sum(map(len, pieces))
        return b"".join(pieces) if size < OWN else _Alone(self._batch.put(pieces), size)

    def _write_together(self, small: Sequence[tuple[int, bytes]]) -> None:
        if not small:
            return
        content = b"".join(piece for _, piece in small)
        number = self.number(self._batch.put(content), len(content))
        position = 0
        for ticket, piece in small:
            self._extents[ticket] = (number, position, len(piece))
            position += len(piece)
