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
_LENGTH = struct.Struct("<Q")

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

    @property
    def lengths(self) -> list[int]:
        """The bytes of each buffer."""
        return [buffer.nbytes for buffer in self.buffers]

    @property
    def size_bytes(self) -> int:
        """The bytes of all buffers."""
        return sum(self.lengths)

    @cached_property
    def header(self) -> bytes:
        """The canonical JSON of the format, the meaning and the lengths."""
        return canonical({"format": FORMAT, "meta": self.meta, "lengths": self.lengths})

    @cached_property
    def digest(self) -> str:
        """The part's identity: the same wherever and however it is stored."""
        state = hashlib.sha256(_LENGTH.pack(len(self.header)) + self.header)
        for buffer in self.buffers:
            state.update(buffer)
        return state.hexdigest()


class Source:
    """Hand out the buffers of a part, in the order they were added."""

    def __init__(self, part: Part) -> None:
        self.meta = part.meta
        self._buffers: Iterator[memoryview] = iter(part.buffers)

    def next(self, dtype: str) -> Array:
        """Return the next buffer as a writable array of *dtype*."""
        import numpy as np

        values = np.frombuffer(next(self._buffers), dtype=np.dtype(dtype).newbyteorder("<"))
        here = values.dtype.newbyteorder("=")
        native = values.view(here) if values.dtype.isnative else values.astype(here)
        is_ready = native.flags.writeable and native.flags.aligned
        return native if is_ready else native.copy()

    def next_bytes(self) -> memoryview:
        """Return the next buffer as it is."""
        return next(self._buffers)


def check_format(found: object, newest: int) -> None:
    """Refuse a format that this package does not know.

    Raises
    ------
    Unavailable
        It was written by a newer package.
    """
    if not isinstance(found, int) or not 1 <= found <= newest:
        raise Unavailable(
            f"The snapshot is of format {found}, and this package reads formats up to {newest}.",
            hint="Upgrade with `pip install -U jupyter-mlops`.",
        )
