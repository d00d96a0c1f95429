"""Runs of numbers and of bytes as small blocks: narrowed, compressed where that pays, or as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

Spec = Sequence[int]
Bytes = bytes | memoryview

_TYPES = ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8")
_WORTH = 64
_PROBE = 1 << 13
_PAYS = 0.9
_SCALES = (10**9, 10**6, 10**3)


@dataclass
class Writer:
    """Collect the bytes of blocks, in the order in which a Reader hands them out."""

    blobs: list[Bytes] = field(default_factory=list)

    def numbers(self, values: Array) -> Spec:
        """Add integers and return how to read them: type, offset, scale, length, stored length."""
        offset, scale, small = _narrowed(values)
        return (_TYPES.index(small.dtype.str[1:]), offset, scale, *self.content(bytes_of(small)))

    def content(self, raw: Bytes) -> Spec:
        """Add bytes and return their length, and the length that they have here."""
        packed = _compressed(raw)
        self.blobs.append(raw if packed is None else packed)
        return (len(raw), len(self.blobs[-1]))


class Reader:
    """Hand out the blocks that a Writer collected."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self._position = 0

    def numbers(self, spec: Spec, dtype: str) -> Array:
        """Return the next integers, as *dtype*."""
        return self.groups([spec], dtype)

    def groups(self, specs: Sequence[Spec], dtype: str) -> Array:
        """Return the next integers of several runs, one after the other."""
        import numpy as np

        wanted = np.dtype(f"<{dtype}")
        if len(specs) == 1 and tuple(specs[0][:3]) == (_TYPES.index(dtype), 0, 1):
            return np.frombuffer(self.content(specs[0][3:]), dtype=wanted)
        counts = [length // int(_TYPES[kind][1]) for kind, _, _, length, _ in specs]
        values = np.empty(sum(counts), dtype=wanted)
        start = 0
        for spec, count in zip(specs, counts, strict=True):
            self._fill(spec, values[start : start + count])
            start += count
        return values

    def _fill(self, spec: Spec, values: Array) -> None:
        import numpy as np

        kind, offset, scale, *lengths = spec
        values[...] = np.frombuffer(self.content(lengths), dtype=f"<{_TYPES[kind]}")
        width = values.dtype.itemsize
        wide = values.view(f"<u{width}")
        if scale != 1:
            wide *= np.array(scale, dtype=wide.dtype)
        if offset != 0:
            wide += np.array(offset % (1 << 8 * width), dtype=wide.dtype)

    def rows(self, spec: Spec) -> npt.NDArray[np.int64]:
        """Return the next integers, as numbers of rows."""
        import numpy as np

        return self.numbers(spec, "i8").astype(np.int64, copy=False)

    def content(self, spec: Spec) -> memoryview:
        """Return the next bytes."""
        import pyarrow as pa

        length, stored = spec
        block = self._content[self._position : self._position + stored]
        self._position += stored
        if stored == length:
            return block
        return memoryview(pa.Codec("zstd").decompress(block, length, asbytes=False))


def bytes_of(values: Array) -> memoryview:
    """Return the memory of an array as bytes."""
    import numpy as np

    return np.ascontiguousarray(values).reshape(-1).view(np.uint8).data


def _narrowed(values: Array) -> tuple[int, int, Array]:
    """Return an offset, a scale and smaller integers that bring *values* back; or as they are."""
    import numpy as np

    width = values.dtype.itemsize
    if width == 1 or len(values) == 0:
        return 0, 1, values
    first, last = int(values.min()), int(values.max())
    scale = _scale(values, first, last) if width == 8 else 1
    bits = ((last - first) // scale).bit_length()
    narrow = next((size for size in (1, 2, 4) if size < width and bits <= 8 * size), None)
    if narrow is None:
        return 0, 1, values
    wide = np.dtype(f"<u{width}")
    distance = values.view(wide) - np.array(first % (1 << 8 * width), dtype=wide)
    return (
        first,
        scale,
        (distance // np.array(scale, dtype=wide) if scale > 1 else distance).astype(f"<u{narrow}"),
    )


def _scale(values: Array, first: int, last: int) -> int:
    """Return a power of ten that divides all distances, when they need one to be narrow: moments mostly do."""
    import numpy as np

    if (last - first).bit_length() <= 32 or first < -(1 << 62) or last >= 1 << 62:
        return 1
    for scale in _SCALES:
        if (last - first) // scale >= 1 << 32:
            break
        probe = values[:: max(1, len(values) // 64)].astype(np.int64) - first
        if not (probe % scale).any() and not ((values.astype(np.int64) - first) % scale).any():
            return scale
    return 1


def _compressed(raw: Bytes) -> bytes | None:
    """Return *raw* compressed, or None when that does not pay; a probe of it tells before the work is done."""
    import pyarrow as pa

    size = len(raw)
    if size < _WORTH:
        return None
    codec = pa.Codec("zstd", compression_level=1)
    if size > 16 * _PROBE:
        starts = (0, size // 2, size - _PROBE)
        probe = b"".join(bytes(raw[start : start + _PROBE]) for start in starts)
        if len(codec.compress(probe, asbytes=True)) > _PAYS * len(probe):
            return None
    packed: bytes = codec.compress(raw, asbytes=True)
    return packed if len(packed) < size else None
