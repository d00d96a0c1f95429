"""Hashes of values that are the same on every machine and in every dtype: what distinct counts are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Hashes = npt.NDArray[np.uint64]

# The finaliser of MurmurHash3 (A. Appleby, public domain): every input bit moves every output bit.
_FIRST, _SECOND, _SHIFT = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 33
_SEED, _WIDE = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
_EXACT = 2**53
_LONG = 256
_BLOCK_BYTES = 1 << 18
_CHUNK = 1 << 14


def of_numbers(values: npt.NDArray[np.generic]) -> Hashes:
    """Hash numbers by what they are worth: 1, 1.0 and True are one value; −0.0 is 0.

    Integers that a float cannot hold are hashed by their own bits.
    """
    import numpy as np

    if values.dtype.kind in "iu" and values.dtype.itemsize == 8 and len(values):
        wide = _is_wide(values)
        if wide.all():
            return mix(values.astype(np.uint64) ^ np.uint64(_WIDE))
        bits = _bits(values)
        bits[wide] = values[wide].astype(np.uint64) ^ np.uint64(_WIDE)
        return mix(bits)
    return mix(_bits(values))


def _bits(values: npt.NDArray[np.generic]) -> Hashes:
    import numpy as np

    bits: Hashes = (values.astype(np.float64, copy=False) + 0.0).view(np.uint64)  # −0.0 + 0.0 is 0.0
    bits ^= np.uint64(_SEED)  # 0 would mix to 0
    return bits


def _is_wide(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Tell which integers a float may not hold."""
    import numpy as np

    least, most = int(values.min()), int(values.max())
    if least > -_EXACT and most < _EXACT:
        return np.zeros(len(values), dtype=np.bool_)
    if least >= _EXACT or most <= -_EXACT:
        return np.ones(len(values), dtype=np.bool_)
    return np.abs(values.astype(np.float64)) >= _EXACT


def of_texts(texts: pa.Array) -> Hashes:
    """Hash an Arrow array of large strings or bytes without nulls."""
    import numpy as np

    found = np.empty(len(texts), dtype=np.uint64)
    if len(texts) == 0:
        return found
    _, offsets, content = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(content or b"", dtype=np.uint8)
    lengths = np.diff(bounds)
    for row in np.flatnonzero(lengths > _LONG):
        digest = hashlib.blake2b(data[bounds[row] : bounds[row + 1]].data, digest_size=8).digest()
        found[row] = int.from_bytes(digest, "little")
    short = np.flatnonzero(lengths <= _LONG)
    for rows in _blocks(short, lengths):
        found[rows] = _of_short(data, bounds[rows], lengths[rows])
    return found


def mix(bits: Hashes) -> Hashes:
    """Mix 64-bit words in place, and return them."""
    for start in range(0, len(bits), _CHUNK):
        _mix(bits[start : start + _CHUNK])
    return bits


def _mix(bits: Hashes) -> None:
    import numpy as np

    first, second, shift = np.uint64(_FIRST), np.uint64(_SECOND), np.uint64(_SHIFT)
    shifted = bits >> shift
    bits ^= shifted
    bits *= first
    bits ^= np.right_shift(bits, shift, out=shifted)
    bits *= second
    bits ^= np.right_shift(bits, shift, out=shifted)


def _blocks(rows: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    """Split *rows* so that a block, padded to its longest text, stays small."""
    import numpy as np

    if len(rows) == 0:
        return
    size = max(1, _BLOCK_BYTES // (int(lengths[rows].max()) + 8))
    yield from np.array_split(rows, -(-len(rows) // size))


def _of_short(
    data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> Hashes:
    """Hash texts side by side, eight bytes of each at a time."""
    import numpy as np

    width = -(-int(lengths.max()) // 8) * 8 or 8
    padded = np.zeros((len(starts), width), dtype=np.uint8)
    inside = np.arange(width) < lengths[:, None]
    padded[inside] = _joined(data, starts, lengths)
    words = padded.view("<u8")
    state = mix(lengths.astype(np.uint64))
    for column in range(words.shape[1]):
        mixed = mix(state ^ words[:, column])
        state = np.where(lengths > 8 * column, mixed, state)  # a longer neighbour must not matter
    return state


def _joined(
    data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    """Return the bytes of the texts end to end; mostly they lie so already."""
    import numpy as np

    total = int(lengths.sum())
    end = int(starts[-1] + lengths[-1])
    if end - int(starts[0]) == total:
        return data[int(starts[0]) : end]
    before = np.cumsum(lengths) - lengths
    return data[np.repeat(starts - before, lengths) + np.arange(total)]
