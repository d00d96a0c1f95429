"""One cell as it was executed, and what it showed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from jupyter_mlops.experiments.recorder.namespace import Bound

Status = Literal["running", "ok", "failed", "interrupted"]
OutputKind = Literal["stdout", "stderr", "display", "result", "error"]


@dataclass(frozen=True)
class Output:
    """Something that a cell showed.

    Parameters
    ----------
    text
        Of a stream, or of an error with its traceback.
    data
        Its forms by MIME type.
    dropped
        How many characters or bytes were too many to keep.
    """

    kind: OutputKind
    text: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    dropped: int = 0

    @property
    def size(self) -> int:
        """How much of it is kept, in characters."""
        return len(self.text) + sum(
            len(item) if isinstance(item, str | bytes) else 1_000 for item in self.data.values()
        )


@dataclass
class Executed:
    """One execution of a cell.

    Parameters
    ----------
    number
        Its place among all executions of the session, from 0.
    cell
        The front end's id of the cell; one derived from its source where it gives none.
    begun_at
        Seconds since the epoch, by the wall clock, which may jump; durations are by one that does not.
    between
        Names that changed since the cell before ended: by threads, widgets or code that is not shown.
    bound, gone
        Names that stand for another object now, and those that are no more.
    drawn
        Global random generators that it drew from, or seeded.
    loaded, kept
        Snapshots that were read, and that were made, while it ran.
    peak_bytes
        The process' peak of memory, where this cell raised it; otherwise 0.
    """

    number: int
    cell: str
    source: str
    begun_at: float
    has_id: bool = True
    count: int | None = None
    status: Status = "running"
    error: str = ""
    took_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    between: tuple[str, ...] = ()
    bound: dict[str, Bound] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    loaded: dict[str, None] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What a reader knows it by: the number beside the cell."""
        return f"[{self.count}]" if self.count is not None else f"#{self.number + 1}"

    @property
    def first_line(self) -> str:
        """The first line that says something."""
        lines = (line.strip() for line in self.source.splitlines())
        return next((line for line in lines if line and not line.startswith("#")), "")[:60]
