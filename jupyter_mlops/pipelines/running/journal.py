"""The output notebook while it is being made: a truthful status for each cell, saved now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from jupyter_mlops.pipelines.file.document import label, runnable
from jupyter_mlops.pipelines.running.mask import Mask
from jupyter_mlops.pipelines.running.runner import (
    ENDED_WELL,
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
_LONGEST = 2_000
_MARK: dict[Cause, str] = {
    "error": "CellError",
    "quit": "KernelQuit",
    "kernel_died": "KernelDied",
    "worker_died": "WorkerDied",
    "out_of_memory": "OutOfMemory",
    "timeout": "CellTimeout",
    "cancelled": "Cancelled",
    "output_lost": "OutputLost",
    "no_kernel": "NoKernel",
    "no_secret": "NoSecret",
    "not_restored": "NotRestored",
}


class Journal:
    """Keep what happens to each cell in the notebook itself, where papermill's readers look for it.

    Saves are at most one in five seconds, and at most a twentieth of the time, so that their cost stays linear
    in a notebook's size. The cells' code is masked here, once it has been taken for the kernel.

    Parameters
    ----------
    save
        Writes the notebook.
    observe
        Hears of each cell when it starts, and when it ends.
    """

    def __init__(
        self,
        node: NotebookNode,
        save: Saver,
        observe: Callable[[CellProgress], None],
        mask: Mask | None = None,
    ) -> None:
        self.failure: Failure | None = None
        self.mask = mask or Mask()
        self._node = node
        self._write = save
        self._observe = observe
        self._positions = runnable(node.cells)
        self._sources = [str(node.cells[index].source) for index in self._positions]
        self._cells: list[CellRun] = []
        self._done = 0
        self._warnings: list[str] = []
        self._began = self._cell_began = time.monotonic()
        self._save_due = 0.0
        self._is_dirty = False
        self._at: int | None = None

    @property
    def positions(self) -> tuple[int, ...]:
        """Where the cells stand that will be run."""
        return tuple(self._positions)

    @property
    def sources(self) -> Sequence[str]:
        """The code of those cells, as it is to be run."""
        return self._sources

    @property
    def cells(self) -> Sequence[CellRun]:
        """How each of them stands."""
        return self._cells

    @property
    def is_save_due(self) -> bool:
        """Whether something has changed, and the last save is long enough ago."""
        return self._is_dirty and time.monotonic() >= self._save_due

    def begin(self) -> None:
        """Clear what an earlier execution left, and save."""
        self._node.metadata.setdefault("papermill", {}).update(
            start_time=_now().isoformat(), end_time=None, duration=None, exception=None
        )
        for cell in self._node.cells:
            cell.metadata["papermill"] = {
                "status": "pending", "start_time": None, "end_time": None, "duration": None, "exception": None
            }  # fmt: skip
            cell["source"] = self.mask.source(cell.source)
            if cell.cell_type == "code":
                cell.metadata.pop("execution", None)
                cell.update(execution_count=None, outputs=[])
        self._cells = [
            CellRun(
                number=number, id=self._node.cells[at].id, label=label(self._node.cells, at), status="not_run"
            )
            for number, at in enumerate(self._positions, 1)
        ]
        self.save()

    def learn(self, secrets: Sequence[str]) -> None:
        """Mask these from now on, and in the code at once."""
        self.mask.learn(secrets)
        for cell in self._node.cells:
            cell["source"] = self.mask.source(cell.source)
        self._cells = [cell.model_copy(update={"label": self.mask.text(cell.label)}) for cell in self._cells]

    def started(self, index: int) -> None:
        """Say that a cell starts."""
        self._at, self._cell_began, now = index, time.monotonic(), _now()
        self._note(index).update(status="running", start_time=now.isoformat(), exception=False)
        self._tell(index, status="running", started_at=now)
        self.changed()

    def completed(self, index: int, status: CellStatus = "completed") -> None:
        """Say that a cell ended well."""
        self._end(index, status)

    def restored(self, index: int, outputs: Sequence[object], execution_count: int | None) -> None:
        """Say that an earlier run has done a cell's work, and show what it showed then."""
        from nbformat import from_dict

        self._node.cells[index].update(outputs=from_dict(outputs), execution_count=execution_count)
        self._note(index).update(status="restored", exception=False)
        self._done += 1
        self._tell(index, status="restored")
        self.changed()

    def failed(self, index: int | None, cause: Cause, message: str, name: str = "") -> None:
        """Say why the run ends here; what the kernel did not show itself is shown in the cell."""
        from nbformat import NotebookNode

        message = self.mask.text(message)[:_LONGEST]
        number, shown = 0, ""
        if index is not None:
            self._end(index, "failed")
            found = self._cells[self._positions.index(index)]
            number, shown = found.number, found.label
            self._note(index)["exception"] = True
        outputs = [] if index is None else self._node.cells[index].outputs
        if cause != "error" or not any(output.output_type == "error" for output in outputs):
            text = {"evalue": message, "traceback": [message]}
            outputs.append(NotebookNode(output_type="error", ename=name or _MARK[cause], **text))
        self._node.metadata.papermill["exception"] = True
        self.failure = Failure(
            cause=cause, cell=number, label=shown, name=name or _MARK[cause], message=message
        )

    def broke(self, error: BaseException) -> None:
        """Say that the runner itself failed, so that no cell is left running."""
        if self.failure is None:
            self.failed(self._at, "error", str(error), type(error).__name__)

    def warn(self, warning: str, index: int | None = None) -> None:
        """Say something that the run's reader should know, of one cell or of all."""
        where = "" if index is None else f"Cell [{self._positions.index(index) + 1}]: "
        self._warnings.append(self.mask.text(f"{where}{warning}"))

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
        status = {index: cell.status for index, cell in zip(self._positions, self._cells, strict=True)}
        for index, cell in enumerate(self._node.cells):
            if index not in status:
                is_missed = self.failure is not None and cell.cell_type == "code"
                cell.metadata.papermill["status"] = "not_run" if is_missed else "completed"
            elif status[index] == "not_run":
                cell.metadata.papermill["status"] = "not_run"
        self._node.metadata.papermill.update(
            end_time=_now().isoformat(), duration=round(time.monotonic() - self._began, 6)
        )
        self.save()

    def answer(self, kernel: str, warnings: Sequence[str], kernel_file: str | None = None) -> NotebookRun:
        """Return what came of it."""
        status: RunnerStatus = "completed"
        if self.failure is not None:
            status = "cancelled" if self.failure.cause == "cancelled" else "failed"
        return NotebookRun(
            status=status,
            kernel=kernel,
            duration_s=self._node.metadata.papermill["duration"],
            cells=tuple(self._cells),
            failure=self.failure,
            warnings=(*warnings, *self._warnings),
            kernel_file=kernel_file,
        )

    def _note(self, index: int) -> dict[str, object]:
        return cast("dict[str, object]", self._node.cells[index].metadata.papermill)

    def _end(self, index: int, status: CellStatus) -> None:
        took = round(time.monotonic() - self._cell_began, 6)
        self._at = None
        self._done += status in ENDED_WELL
        self._note(index).update(status=status, end_time=_now().isoformat(), duration=took)
        self._tell(index, status=status, duration_s=took)

    def _tell(self, index: int, **known: object) -> None:
        place = self._positions.index(index)
        cell = self._cells[place] = self._cells[place].model_copy(update=known)
        self._observe(CellProgress(self._done, len(self._cells), cell.label, cell, tuple(self._cells)))


def _now() -> datetime:
    return datetime.now(UTC)
