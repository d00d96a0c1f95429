"""What one process has touched: the kernel's own memory, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from jupyter_mlops.core.record import Record


@dataclass
class Recorded:
    """A model that a run of this session keeps, found again by its fingerprint."""

    run: str
    name: str


class Watcher(Protocol):
    """Whoever asks which cell touched which snapshot: a recorder."""

    def touch(self, snapshot: str, *, is_made: bool) -> None:
        """Note that the cell that runs reads a snapshot, or makes one."""


@dataclass
class Session:
    """Remember the snapshots read and the models recorded since the session began.

    Parameters
    ----------
    recorder
        The recorder of its cells, where a kernel has one; `experiments/recorder` knows all of it.
    flow_findings
        Asks it what the flow of its cells shows; the leak linter joins that to its report.
    """

    snapshots: dict[str, None] = field(default_factory=dict)
    models: dict[str, Recorded] = field(default_factory=dict)
    last_run: str | None = None
    notebook: str | None = None
    recorder: Watcher | None = None
    flow_findings: Callable[[], Sequence[Record]] | None = None

    def touch(self, snapshot: str, *, is_made: bool = False) -> None:
        """Remember a snapshot that is read, or made, and let the recorder know by which cell."""
        self.snapshots[snapshot] = None
        if self.recorder is not None:
            self.recorder.touch(snapshot, is_made=is_made)

    def keep(self, fingerprint: str, model: Recorded) -> None:
        """Remember that a run keeps the model; the last run stands for equal ones."""
        self.models[fingerprint] = self.models[f"{fingerprint}:{model.run}"] = model

    def kept(self, fingerprint: str, run: str | None) -> Recorded | None:
        """Return what *run* keeps of this fingerprint, or else the last run that keeps it."""
        return self.models.get(f"{fingerprint}:{run}") or self.models.get(fingerprint)
