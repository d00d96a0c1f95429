"""Fingerprints of arrays as they lie in memory: they find what is known already, without encoding it.

Equal fingerprints prove equal content; different ones prove nothing, since the same content may lie
in memory in several ways. So the digest stays the identity, and a fingerprint is a short cut to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blake3 import blake3

from jupyter_mlops.data.encoding.part import Part

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from pandas.api.extensions import ExtensionArray


def of_array(given: ExtensionArray | npt.NDArray[np.generic]) -> str | None:
    """Return the fingerprint of an array whose memory holds all of its content; None for others."""
    import numpy as np
    import pandas as pd

    if type(given) is pd.arrays.NumpyExtensionArray:
        given = given.to_numpy()
    if isinstance(given, np.ndarray):
        if given.dtype.kind not in "biufc" or given.ndim != 1:
            return None
        return _hashed(f"numpy {given.dtype.str}", np.ascontiguousarray(given).view(np.uint8).data)
    if isinstance(given, pd.arrays.ArrowStringArray):
        return _of_chunks(f"{given.dtype!r} {given.dtype.na_value!r}", given.__arrow_array__())
    return None


def of_part(part: Part) -> str:
    """Return the fingerprint of canonical buffers."""
    state = begin_part(part.header)
    for buffer in part.buffers:
        state.update(buffer)
    return str(state.hexdigest())


def begin_part(header: bytes) -> blake3:
    """Begin the fingerprint of canonical buffers, which are to follow."""
    state = blake3(b"part ")
    state.update(header)
    return state


def _of_chunks(kind: str, given: pa.ChunkedArray | pa.Array) -> str | None:
    import pyarrow as pa

    chunks = given.chunks if isinstance(given, pa.ChunkedArray) else [given]
    if any(chunk.get_total_buffer_size() > 2 * chunk.nbytes + 1024 for chunk in chunks):
        return None  # a small slice of much memory
    buffers = [buffer for chunk in chunks for buffer in chunk.buffers() if buffer is not None]
    shape = [(len(chunk), chunk.offset, [b is None for b in chunk.buffers()]) for chunk in chunks]
    lengths = [buffer.size for buffer in buffers]
    return _hashed(f"{kind} {given.type} {shape} {lengths}", *(memoryview(buffer) for buffer in buffers))


def _hashed(kind: str, *content: bytes | memoryview) -> str:
    state = blake3(kind.encode())
    for piece in content:
        state.update(piece)
    return str(state.hexdigest())
