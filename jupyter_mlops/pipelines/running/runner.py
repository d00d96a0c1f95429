"""The port to what runs a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from jupyter_mlops.core.record import Record
from jupyter_mlops.pipelines.file.document import Notebook

CellStatus = Literal["not_run", "running", "completed", "failed", "restored", "replayed"]
RunnerStatus = Literal["completed", "failed", "cancelled"]
Cause = Literal[
    "error",
    "quit",
    "kernel_died",
    "worker_died",
    "out_of_memory",
    "timeout",
    "cancelled",
    "output_lost",
    "no_kernel",
    "no_secret",
    "not_restored",
    "not_saved",
]
ENDED_WELL: frozenset[CellStatus] = frozenset({"completed", "restored", "replayed"})


@dataclass(frozen=True)
class Job:
    """One notebook to run once.

    Parameters
    ----------
    output
        Where the executed notebook goes; never the notebook itself.
    timeout_s
        Longest time one cell may take.
    parameters
        Values as `parameters.check` returns them.
    environment
        Variables the kernel gets besides the runner's own.
    memory_limit_mb
        Most memory that the kernel and what it starts may use together.
    secrets
        Where the value of each name is found: `env:NAME`, `file:PATH` or `keyring:SERVICE/NAME`.
    checkpoint
        Folder that keeps what each cell changes, until the run completes.
    resume
        Go on at the cell that an earlier run with this checkpoint did not complete.
    keep_kernel_s
        How long the kernel of a failed cell stays, so that one can look into it.
    inputs
        Digests of what the notebook reads, by name, as far as they are known: a resumed run refuses other ones.
    python
        Interpreter of the kernel, whatever kernel the notebook names.
    """

    notebook: Notebook
    output: Path
    timeout_s: float
    parameters: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_limit_mb: float | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    checkpoint: Path | None = None
    resume: bool = False
    keep_kernel_s: float = 0.0
    inputs: Mapping[str, str] = field(default_factory=dict)
    python: Path | None = None


class CellRun(Record):
    """What came of one cell.

    Parameters
    ----------
    number
        As the executed notebook shows it, `[3]`.
    status
        `restored` is a cell whose work an earlier run has done, `replayed` one that ran again to rebuild what could
        not be kept.
    """

    number: int
    id: str
    label: str
    status: CellStatus
    started_at: datetime | None = None
    duration_s: float | None = None


@dataclass(frozen=True)
class CellProgress:
    """How far a run has come.

    Parameters
    ----------
    cell
        The one that starts or ends here.
    cells
        All of them, as they stand now.
    """

    done: int
    total: int
    label: str
    cell: CellRun
    cells: tuple[CellRun, ...]


class Failure(Record):
    """Why a run ended early: the error's name and text, in the cell of that number; 0 when in none."""

    cause: Cause
    cell: int
    label: str
    name: str
    message: str


class NotebookRun(Record):
    """What came of running a notebook.

    Parameters
    ----------
    kernel_file
        Connection file of the kernel, where one was kept after a failure.
    """

    status: RunnerStatus
    kernel: str
    duration_s: float
    cells: tuple[CellRun, ...] = ()
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()
    kernel_file: str | None = None


class Runner(Protocol):
    """Run a notebook in a kernel of its own, and leave no process behind."""

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Run every cell until one fails, and answer truthfully how each ended.

        The output is a valid notebook however the run ends. A cell that takes too long is interrupted, then killed;
        so is the run when *cancelled* says so. *observe* is called from the caller's own thread, when a cell starts and
        when it ends.

        Raises
        ------
        Invalid
            A secret is no reference, or its variable is not set.
        Refused
            It was to be resumed, and cannot: the sentence says what has changed.
        """
        ...
