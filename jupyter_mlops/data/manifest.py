"""The manifest: the object that says which objects a snapshot is made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pydantic import BaseModel, ConfigDict

from jupyter_mlops.core import progress
from jupyter_mlops.core.objects import Objects
from jupyter_mlops.data.frame import Encoded
from jupyter_mlops.data.part import FORMAT, Part, canonical, check_format

_WORKERS = 4


class Kept(BaseModel):
    """A part and the object that keeps it.

    Parameters
    ----------
    digest
        Identity of the part's content.
    object
        Address of its stored bytes.
    """

    model_config = ConfigDict(frozen=True)

    digest: str
    object: str
    size_bytes: int


class KeptColumn(Kept):
    """A column's part, and what people call it."""

    name: str
    dtype: str


class Manifest(BaseModel):
    """All parts of one frame."""

    model_config = ConfigDict(frozen=True)

    format: int
    digest: str
    rows: int
    index: Kept
    labels: Kept
    columns: tuple[KeptColumn, ...]

    @property
    def parts(self) -> Sequence[Kept]:
        """The row index, the column labels, the columns."""
        return self.index, self.labels, *self.columns

    @property
    def size_bytes(self) -> int:
        """The stored size, an object that serves twice counted once."""
        return sum({part.object: part.size_bytes for part in self.parts}.values())


def keep(objects: Objects, encoded: Encoded, known: Iterable[Manifest]) -> tuple[Manifest, str]:
    """Store a frame and return its manifest and the manifest's address, all durable.

    Parameters
    ----------
    known
        Manifests whose objects are used again for equal parts, once proven whole.
    """
    shared = {part.digest: part for manifest in known for part in manifest.parts}
    kept = _keep_all(objects, encoded.parts, shared)
    columns = [
        KeptColumn(
            digest=part.digest,
            object=part.object,
            size_bytes=part.size_bytes,
            name=column.name,
            dtype=column.dtype,
        )
        for part, column in zip(kept[2:], encoded.columns, strict=True)
    ]
    manifest = Manifest(
        format=FORMAT,
        digest=encoded.digest,
        rows=encoded.rows,
        index=kept[0],
        labels=kept[1],
        columns=tuple(columns),
    )
    return manifest, objects.put(canonical(manifest.model_dump()))


def read(objects: Objects, digest: str) -> Manifest:
    """Return the manifest at *digest*.

    Raises
    ------
    Unavailable
        It is missing, damaged, or of a newer format.
    """
    content = objects.get(digest)
    check_format(json.loads(content).get("format"))
    return Manifest.model_validate_json(content)


def _keep_all(objects: Objects, parts: Sequence[Part], shared: Mapping[str, Kept]) -> list[Kept]:
    """Store parts side by side: hashing, compression and the disk do not wait for each other."""
    kept: list[Kept] = []
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="mlops-objects") as pool:
        futures = [pool.submit(_keep, objects, part, shared) for part in parts]
        try:
            for done, future in enumerate(futures):
                progress.report(done, len(parts), "storing columns")
                kept.append(future.result())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return kept


def _keep(objects: Objects, part: Part, shared: Mapping[str, Kept]) -> Kept:
    known = shared.get(part.digest)
    if known is not None and objects.holds(known.object, known.size_bytes):
        return Kept(digest=part.digest, object=known.object, size_bytes=known.size_bytes)
    content = part.pack()
    return Kept(digest=part.digest, object=objects.put(content), size_bytes=len(content))
