"""The port to what runs a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.document import Notebook

CellStatus = Literal["completed", "failed", "not_run"]
RunnerStatus = Literal["completed", "failed", "cancelled"]
Cause = Literal["error", "quit", "kernel_died", "out_of_memory", "timeout", "cancelled", "no_kernel"]


@dataclass(frozen=True)
class Job:
    """One notebook to run once.

    Parameters
    ----------
    output
        Where the executed notebook goes; never the notebook itself.
    parameters
        Values as `parameters.check` returns them.
    timeout_s
        Longest time one cell may take.
    environment
        Variables the kernel gets besides the runner's own.
    """

    notebook: Notebook
    output: Path
    timeout_s: float
    parameters: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CellProgress:
    """How far a run has come, and the cell it is at."""

    done: int
    total: int
    label: str


class CellRun(Record):
    """What came of one cell.

    Parameters
    ----------
    number
        As the executed notebook shows it, `[3]`.
    """

    number: int
    id: str
    label: str
    status: CellStatus
    duration_s: float | None = None


class Failure(Record):
    """Why a run ended early: the error's name and text, in the cell of that number; 0 when in none."""

    cause: Cause
    cell: int
    label: str
    name: str
    message: str


class NotebookRun(Record):
    """What came of running a notebook."""

    status: RunnerStatus
    kernel: str
    duration_s: float
    cells: tuple[CellRun, ...] = ()
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()


class Runner(Protocol):
    """Run a notebook in a kernel of its own, and leave no process behind."""

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Run every cell until one fails, and answer truthfully how each ended.

        The output is a valid notebook however the run ends. A cell that takes too long is interrupted, then killed;
        so is the run when *cancelled* says so. *observe* is called from the caller's own thread.
        """
        ...
