"""A frame brought back from its manifest, whole or some columns of it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import NotFound, Unavailable
from jupyter_mlops.core.objects import Objects
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.encoding.frame import decode, decode_index, digest_of
from jupyter_mlops.data.encoding.part import Part
from jupyter_mlops.data.store import manifest
from jupyter_mlops.data.store.chain import PartReader
from jupyter_mlops.data.store.extents import OWN
from jupyter_mlops.data.store.manifest import Kept, Manifest

if TYPE_CHECKING:
    import pandas as pd

_WORKERS = 2


def open_manifest(objects: Objects, address: str, digest: str) -> Manifest:
    """Return the manifest at *address*, proven to be of the content *digest*.

    Raises
    ------
    Unavailable
        It is missing, damaged, of a newer format, or of other content.
    """
    found = manifest.read(objects, address)
    if digest_of(found.rows, [part.digest for part in found.parts]) != digest:
        raise Unavailable(
            "its manifest is not of the content that was recorded.", hint="See `%mlops audit --verify`."
        )
    return found


def restore(objects: Objects, found: Manifest, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the frame of a manifest; of its columns, those named, and only they are read.

    Raises
    ------
    NotFound
        It has no column of that name.
    Unavailable
        An object is missing or damaged.
    """
    reader = PartReader(objects, found)
    labels = reader.part(found.labels)
    picked = None if columns is None else _positions(decode_index(labels), columns)
    wanted = found.columns if picked is None else [found.columns[position] for position in picked]
    index, *parts = _parts(reader, [found.index, *wanted])
    return decode(found.rows, index, labels, parts, picked)


def _parts(reader: PartReader, wanted: Sequence[Kept]) -> list[Part]:
    """Read large parts side by side: the disk, hashing and unpacking do not wait for each other."""
    parts: list[Part] = []
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="mlops-load") as pool:
        try:
            pending = [pool.submit(reader.part, kept) if _is_large(kept) else None for kept in wanted]
            for kept, future in zip(wanted, pending, strict=True):
                progress.report(len(parts), len(wanted), "loading columns")
                parts.append(reader.part(kept) if future is None else future.result())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return parts


def _is_large(kept: Kept) -> bool:
    """Tell whether a part takes longer to read than to hand to another thread."""
    return any(size >= OWN for _, _, size in kept.extents)


def _positions(labels: pd.Index, columns: Sequence[str]) -> list[int]:
    """Return where the named columns stand; a label that is no string is named as it prints.

    A name may be several, divided by commas, unless a column is called so.
    """
    shown = [str(label) for label in labels]
    positions: list[int] = []
    for name in (part for item in columns for part in ([item] if item in shown else str(item).split(","))):
        here = [position for position, label in enumerate(shown) if label == str(name)]
        if not here:
            hint = did_you_mean(str(name), shown) or f"It has {', '.join(shown[:10])}."
            raise NotFound(f"has no column {name!r}.", hint=hint)
        positions += here
    return positions
