"""What one process has touched: the kernel's own memory, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Recorded:
    """A model that a run of this session keeps, found again by its fingerprint."""

    run: str
    name: str


@dataclass
class Session:
    """Remember the snapshots read and the models recorded since the session began."""

    snapshots: dict[str, None] = field(default_factory=dict)
    models: dict[str, Recorded] = field(default_factory=dict)
    last_run: str | None = None
    notebook: str | None = None
