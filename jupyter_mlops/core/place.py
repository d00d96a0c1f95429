"""What the two places that keep objects have in common: a folder, or a bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Bytes = bytes | memoryview


@dataclass(frozen=True)
class Stored:
    """An object as it lies there.

    Parameters
    ----------
    touched_at
        When it was last written or touched, in seconds since 1970.
    """

    digest: str
    size_bytes: int
    touched_at: float


class Place(Protocol):
    """Where objects lie."""

    @property
    def least_grace_s(self) -> float:
        """How long what is free has to be spared at least."""
        ...

    def place(self, digest: str) -> Path | str:
        """Return where the object *digest* lies, or would lie."""
        ...

    def write(self, content: Iterable[Bytes], digest: str | None = None) -> str:
        """Write an object and return its digest; it is durable after `settle`."""
        ...

    def settle(self, digests: Iterable[str]) -> None:
        """Wait until objects are durable."""
        ...

    def read(self, digest: str) -> bytes:
        """Return the bytes under a name, unproven."""
        ...

    def proves(self, digest: str, size: int) -> bool:
        """Tell whether an object is there and whole, by reading it."""
        ...

    def trusts(self, digest: str, size: int) -> bool:
        """Tell whether an object may be referred to."""
        ...

    def renews(self, digest: str, size: int) -> bool:
        """Tell whether an object need not be written again."""
        ...

    def find(self, digest: str) -> Stored | None:
        """Return what is known of an object without reading it."""
        ...

    def each(self) -> Iterator[Stored]:
        """Yield every object."""
        ...

    def touch(self, digest: str) -> None:
        """Make an object young again."""
        ...

    def remove(self, digest: str) -> None:
        """Remove an object."""
        ...

    def leftovers(self) -> Iterator[Stored]:
        """Yield what writers that died left behind."""
        ...

    def discard(self, name: str) -> None:
        """Remove a leftover."""
        ...

    def now(self) -> float:
        """Return the time by which objects are dated."""
        ...

    def sharing(self) -> AbstractContextManager[None]:
        """Write beside other writers; nobody removes objects meanwhile."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Keep writers out."""
        ...
