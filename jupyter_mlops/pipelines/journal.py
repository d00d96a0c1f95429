"""The output notebook while it is being made: a truthful status for each cell, saved now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jupyter_mlops.core.redact import redact
from jupyter_mlops.pipelines.document import label, runnable
from jupyter_mlops.pipelines.runner import (
    Cause,
    CellProgress,
    CellRun,
    CellStatus,
    Failure,
    NotebookRun,
    RunnerStatus,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

Saver = Callable[["NotebookNode"], None]
_SAVE_EVERY_S = 5.0
_SAVE_SHARE = 20
_MARK: dict[Cause, str] = {
    "error": "CellError",
    "quit": "KernelQuit",
    "kernel_died": "KernelDied",
    "out_of_memory": "OutOfMemory",
    "timeout": "CellTimeout",
    "cancelled": "Cancelled",
    "no_kernel": "NoKernel",
}


class Journal:
    """Keep what happens to each cell in the notebook itself, where papermill's readers look for it.

    Saves are at most one in five seconds, and at most a twentieth of the time, so that their cost stays linear
    in a notebook's size.

    Parameters
    ----------
    save
        Writes the notebook.
    observe
        Hears of each cell before it starts, and of the end.
    """

    def __init__(self, node: NotebookNode, save: Saver, observe: Callable[[CellProgress], None]) -> None:
        self.failure: Failure | None = None
        self._node = node
        self._write = save
        self._observe = observe
        self._positions = runnable(node.cells)
        self._labels = {index: label(node.cells, index) for index in self._positions}
        self._status: dict[int, CellStatus] = dict.fromkeys(self._positions, "not_run")
        self._duration: dict[int, float] = {}
        self._began = self._cell_began = time.monotonic()
        self._save_due = 0.0
        self._is_dirty = False
        self._at: int | None = None

    @property
    def positions(self) -> tuple[int, ...]:
        """Where the cells stand that will be run."""
        return tuple(self._positions)

    @property
    def is_save_due(self) -> bool:
        """Whether something has changed, and the last save is long enough ago."""
        return self._is_dirty and time.monotonic() >= self._save_due

    def begin(self) -> None:
        """Clear what an earlier execution left, and save."""
        self._node.metadata.setdefault("papermill", {}).update(
            start_time=_now(), end_time=None, duration=None, exception=None
        )
        for cell in self._node.cells:
            cell.metadata["papermill"] = {
                "status": "pending", "start_time": None, "end_time": None, "duration": None, "exception": None
            }  # fmt: skip
            if cell.cell_type == "code":
                cell.metadata.pop("execution", None)
                cell.update(execution_count=None, outputs=[])
        self.save()

    def started(self, index: int) -> None:
        """Say that a cell starts."""
        self._at, self._cell_began = index, time.monotonic()
        self._node.cells[index].metadata.papermill.update(
            status="running", start_time=_now(), exception=False
        )
        self._observe(CellProgress(self._positions.index(index), len(self._positions), self._labels[index]))
        self.changed()

    def completed(self, index: int) -> None:
        """Say that a cell ended well."""
        self._end(index, "completed")

    def failed(self, index: int | None, cause: Cause, message: str, name: str = "") -> None:
        """Say why the run ends here; what the kernel did not show itself is shown in the cell."""
        from nbformat import NotebookNode

        message = redact(message)
        number = 0
        if index is not None:
            self._end(index, "failed")
            number = self._number(index)
            self._node.cells[index].metadata.papermill["exception"] = True
        if index is not None and cause != "error":
            mark = NotebookNode(output_type="error", ename=_MARK[cause], evalue=message, traceback=[message])
            self._node.cells[index].outputs.append(mark)
        self._node.metadata.papermill["exception"] = True
        shown = "" if index is None else self._labels[index]
        self.failure = Failure(
            cause=cause, cell=number, label=shown, name=name or _MARK[cause], message=message
        )

    def broke(self, error: BaseException) -> None:
        """Say that the runner itself failed, so that no cell is left running."""
        if self.failure is None:
            self.failed(self._at, "error", str(error), type(error).__name__)

    def changed(self) -> None:
        """Say that there is something to save."""
        self._is_dirty = True

    def save(self) -> None:
        """Save what has changed."""
        began = time.monotonic()
        self._write(self._node)
        ended = time.monotonic()
        self._is_dirty = False
        self._save_due = ended + max(_SAVE_EVERY_S, _SAVE_SHARE * (ended - began))

    def finish(self) -> None:
        """Settle every status and save for good."""
        done = sum(status == "completed" for status in self._status.values())
        for index, cell in enumerate(self._node.cells):
            if index not in self._status:
                cell.metadata.papermill["status"] = (
                    "not_run" if self.failure and cell.cell_type == "code" else "completed"
                )
            elif self._status[index] == "not_run":
                cell.metadata.papermill["status"] = "not_run"
        self._node.metadata.papermill.update(
            end_time=_now(), duration=round(time.monotonic() - self._began, 6)
        )
        self.save()
        self._observe(
            CellProgress(done, len(self._positions), "" if self.failure is None else self.failure.label)
        )

    def answer(self, kernel: str, warnings: tuple[str, ...]) -> NotebookRun:
        """Return what came of it."""
        status: RunnerStatus = "completed"
        if self.failure is not None:
            status = "cancelled" if self.failure.cause == "cancelled" else "failed"
        return NotebookRun(
            status=status,
            kernel=kernel,
            duration_s=self._node.metadata.papermill["duration"],
            cells=tuple(map(self._cell_run, self._positions)),
            failure=self.failure,
            warnings=warnings,
        )

    def _cell_run(self, index: int) -> CellRun:
        return CellRun(
            number=self._number(index),
            id=self._node.cells[index].id,
            label=self._labels[index],
            status=self._status[index],
            duration_s=self._duration.get(index),
        )

    def _number(self, index: int) -> int:
        return self._positions.index(index) + 1

    def _end(self, index: int, status: CellStatus) -> None:
        took = round(time.monotonic() - self._cell_began, 6)
        self._at = None
        self._status[index] = status
        self._duration[index] = took
        self._node.cells[index].metadata.papermill.update(status=status, end_time=_now(), duration=took)


def _now() -> str:
    return datetime.now(UTC).isoformat()
