"""A part of a frame: one column, or one of its two indexes, as a header and canonical buffers."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, Unavailable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

FORMAT = 1
_MAGIC = b"mlopscol"
_RAW, _ZSTD = 0, 1
_BLOCK = struct.Struct("<BQ")
_LENGTH = struct.Struct("<Q")
_WORTH = 64

Meta = Mapping[str, object]


def canonical(value: object) -> bytes:
    """Return the one JSON text of *value*: keys sorted, no space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


@dataclass
class Sink:
    """Take the buffers of one part, in order.

    Parameters
    ----------
    where
        What an error calls the part, like `column 'age'`.
    """

    where: str
    buffers: list[memoryview] = field(default_factory=list)

    def add(self, values: Array) -> None:
        """Take an array of numbers as little-endian bytes without gaps."""
        import numpy as np

        little = values.astype(values.dtype.newbyteorder("<"), order="C", copy=False)
        self.buffers.append(np.ascontiguousarray(little).reshape(-1).view(np.uint8).data)

    def add_bytes(self, content: bytes | memoryview) -> None:
        """Take bytes as they are."""
        self.buffers.append(memoryview(content))

    def refuse(self, what: str, hint: str) -> Invalid:
        """Return the error that says this part cannot be kept exactly."""
        return Invalid(f"{self.where} {what}, which a snapshot cannot keep exactly.", hint=hint)


@dataclass(frozen=True)
class Part:
    """A header that says what the buffers mean, and the buffers."""

    meta: Meta
    buffers: tuple[memoryview, ...]

    @cached_property
    def header(self) -> bytes:
        """The canonical JSON of the format, the meaning and the lengths."""
        lengths = [buffer.nbytes for buffer in self.buffers]
        return canonical({"format": FORMAT, "meta": self.meta, "lengths": lengths})

    @cached_property
    def digest(self) -> str:
        """The part's identity: the same wherever and however it is stored."""
        state = hashlib.sha256(_LENGTH.pack(len(self.header)) + self.header)
        for buffer in self.buffers:
            state.update(buffer)
        return state.hexdigest()

    def pack(self) -> bytes:
        """Return the bytes to keep: the header, then each buffer, compressed where that pays."""
        return b"".join(self._blocks())

    def _blocks(self) -> Iterator[bytes | memoryview]:
        import pyarrow as pa

        codec = pa.Codec("zstd", compression_level=1)
        yield _MAGIC + _LENGTH.pack(len(self.header)) + self.header
        for buffer in self.buffers:
            packed = codec.compress(buffer, asbytes=True) if buffer.nbytes >= _WORTH else b""
            if packed and len(packed) < buffer.nbytes:
                yield _BLOCK.pack(_ZSTD, len(packed))
                yield packed
            else:
                yield _BLOCK.pack(_RAW, buffer.nbytes)
                yield buffer


class Source:
    """Hand out the buffers of a packed part, in the order they were added.

    Parameters
    ----------
    content
        What `Part.pack` returned.

    Raises
    ------
    Unavailable
        It is not a part, or of a newer format.
    """

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        if bytes(self._content[:8]) != _MAGIC:
            raise Unavailable("An object is not a part of a snapshot.", hint="Bring it back from a backup.")
        (length,) = _LENGTH.unpack_from(self._content, 8)
        header = json.loads(bytes(self._content[16 : 16 + length]))
        check_format(header["format"])
        self.meta: Meta = header["meta"]
        self._lengths: Iterator[int] = iter(header["lengths"])
        self._position = 16 + length

    def next(self, dtype: str) -> Array:
        """Return the next buffer as a writable array of *dtype*."""
        import numpy as np

        values = np.frombuffer(self._next(), dtype=np.dtype(dtype).newbyteorder("<"))
        native = values.astype(values.dtype.newbyteorder("="), copy=False)
        return native if native.flags.writeable else native.copy()

    def next_bytes(self) -> bytes:
        """Return the next buffer as bytes."""
        return bytes(memoryview(self._next()))

    def _next(self) -> memoryview:
        import pyarrow as pa

        length = next(self._lengths)
        kind, stored = _BLOCK.unpack_from(self._content, self._position)
        start = self._position + _BLOCK.size
        self._position = start + stored
        block = self._content[start : self._position]
        if kind == _RAW:
            return block
        return memoryview(pa.Codec("zstd").decompress(block, length, asbytes=False))


def check_format(found: object) -> None:
    """Refuse a format that this package does not know.

    Raises
    ------
    Unavailable
        It was written by a newer package.
    """
    if found != FORMAT:
        raise Unavailable(
            f"The snapshot is of format {found}, and this package reads format {FORMAT}.",
            hint="Upgrade with `pip install -U jupyter-mlops`.",
        )
