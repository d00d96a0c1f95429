"""Rows as one number each, to find where they went; a clash costs room, never truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_mlops.data.store.tracks import Numbers, Runs, Track, Whole

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Hashes = npt.NDArray[np.uint64]

_ODD = 0x9E3779B97F4A7C15
_MIX = 0xBF58476D1CE4E5B9
_NONE = 0x5851F42D4C957F2D


def hash_rows(tracks: Sequence[Track], rows: int, found: Hashes | None = None) -> Hashes:
    """Return one number for the rows of *tracks*, equal for equal rows.

    Parameters
    ----------
    found
        The numbers of the tracks before, which are changed in place.
    """
    import numpy as np

    found = np.zeros(rows, dtype=np.uint64) if found is None else found
    for track in tracks:
        if isinstance(track, Whole):
            continue
        found *= np.uint64(_ODD)
        found += _mixed(_words(track))
    return found


def _words(track: Numbers | Runs) -> Hashes:
    import numpy as np

    if isinstance(track, Runs):
        return _hash_runs(track)
    values = track.values
    if values.dtype.kind != "V":
        return values.view(f"<u{values.dtype.itemsize}").astype(np.uint64)
    width = values.dtype.itemsize
    padded = np.zeros((len(values), -(-width // 8) * 8), dtype=np.uint8)
    padded[:, :width] = np.ascontiguousarray(values).view(np.uint8).reshape(-1, width)
    found = np.zeros(len(values), dtype=np.uint64)
    for word in padded.view("<u8").T:
        found = _mixed(found) + word
    return found


def _hash_runs(track: Runs) -> Hashes:
    """Hash every different run once."""
    import numpy as np
    import pandas as pd

    words = track.arrow.dictionary_encode()
    values = np.empty(len(words.dictionary) + 1, dtype=np.uint64)
    values[:-1] = pd.util.hash_array(words.dictionary.to_numpy(zero_copy_only=False))
    values[-1] = _NONE
    found: Hashes = values[words.indices.fill_null(len(words.dictionary)).to_numpy(zero_copy_only=False)]
    return found


def _mixed(values: Hashes) -> Hashes:
    import numpy as np

    mixed = values ^ (values >> np.uint64(31))
    mixed *= np.uint64(_MIX)
    mixed ^= mixed >> np.uint64(29)
    return mixed
