"""A temporary file for the parts of a table that does not fit into memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.data.encoding.part import Meta, Part
from jupyter_mlops.data.sources import scratch
from jupyter_mlops.data.store.layout import Slot

_CHUNK = 1 << 22

Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """The part of some rows of a column, in the spool."""

    meta: Meta
    rows: int
    spans: tuple[Span, ...]


@dataclass
class Column:
    """A column in pieces, in the order of the rows.

    Parameters
    ----------
    digest, mark
        Its identity and its fingerprint, once all pieces are there.
    """

    name: str
    dtype: str = ""
    pieces: list[Piece] = field(default_factory=list)
    digest: str = ""
    mark: str = ""

    @property
    def rows(self) -> int:
        """The rows of all pieces."""
        return sum(piece.rows for piece in self.pieces)

    @property
    def size_bytes(self) -> int:
        """The bytes of all pieces."""
        return sum(length for piece in self.pieces for _, length in piece.spans)

    def buffers(self, slots: Sequence[Slot]) -> list[list[Span]]:
        """Return where the bytes of each buffer lie; what belongs to no row is in every piece, and taken once."""
        kinds = [kind for slot in slots for kind in ([slot.kind] * 2 if slot.kind == "runs" else [slot.kind])]
        return [
            [piece.spans[place] for piece in (self.pieces[:1] if kind == "whole" else self.pieces)]
            for place, kind in enumerate(kinds)
        ]


class Spool:
    """Bytes on the disk that are gone when it is closed.

    Parameters
    ----------
    folder
        Where there is room for them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = scratch.nameless(folder)
        self._end = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, content: bytes | memoryview) -> Span:
        """Append bytes and return where they lie."""
        with self._lock:
            try:
                self._file.seek(self._end)
                self._file.write(content)
            except OSError as error:
                raise Unavailable(
                    f"{self._folder} cannot be written: {error.strerror}.",
                    hint="A table that is streamed needs room for itself there for a while.",
                ) from error
            span = (self._end, len(content))
            self._end += len(content)
        return span

    def add_part(self, part: Part, rows: int) -> Piece:
        """Append a part and return it as a piece."""
        return Piece(part.meta, rows, tuple(self.add(buffer) for buffer in part.buffers))

    def part(self, piece: Piece) -> Part:
        """Return a piece as the part that it is."""
        return Part(piece.meta, tuple(memoryview(self._read(*span)) for span in piece.spans))

    def read(self, spans: Sequence[Span]) -> Iterator[bytes]:
        """Yield the bytes of spans in turn, some at a time."""
        for start, length in spans:
            for position in range(start, start + length, _CHUNK):
                yield self._read(position, min(_CHUNK, start + length - position))

    def whole(self, spans: Sequence[Span]) -> memoryview:
        """Return the bytes of spans as one."""
        content, end = bytearray(sum(length for _, length in spans)), 0
        for piece in self.read(spans):
            content[end : end + len(piece)] = piece
            end += len(piece)
        return memoryview(content)

    def _read(self, start: int, length: int) -> bytes:
        with self._lock:
            self._file.seek(start)
            return self._file.read(length)
