"""Variables that share something, and can only be kept together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .freeze import Frozen

Wire = Mapping[str, Any]


@dataclass
class Group:
    """Some variables that share something.

    Parameters
    ----------
    blobs
        Digest and size of what was kept: the stream, then its buffers; none if it was not.
    refers
        Names that functions among them look up.
    is_late
        There was no time for it yet.
    """

    names: frozenset[str]
    blobs: list[tuple[str, int]] = field(default_factory=list)
    refers: frozenset[str] = frozenset()
    why: str = ""
    is_handle: bool = False
    is_late: bool = False

    def wire(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "names": sorted(self.names),
            "blobs": self.blobs,
            "refers": sorted(self.refers),
            "why": self.why,
            "is_handle": self.is_handle,
            "is_late": self.is_late,
        }

    @classmethod
    def of(cls, wire: Wire) -> Group:
        """Return what was made JSON."""
        return cls(**{**wire, "names": frozenset(wire["names"]), "refers": frozenset(wire["refers"])})


def joined(frozen: Mapping[str, Frozen]) -> list[list[str]]:
    """Return the names in groups that have no object in common."""
    groups: dict[str, list[str]] = {}
    owner: dict[int, str] = {}
    for name, part in frozen.items():
        groups[name] = [name]
        for shared in {owner[key] for key in part.ids if key in owner}:
            home = _home(shared, groups)
            if home != name:
                groups[name] += groups.pop(home)
        owner.update(dict.fromkeys(part.ids, name))
    return list(groups.values())


def _home(name: str, groups: Mapping[str, list[str]]) -> str:
    return name if name in groups else next(key for key, names in groups.items() if name in names)
