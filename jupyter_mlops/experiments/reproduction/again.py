"""Run a rebuilt notebook in a fresh kernel, where nothing of the project is written over."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Conflict, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.data.load import load
from jupyter_mlops.data.versions.resolve import resolve
from jupyter_mlops.experiments.recorder.run_record import RunRecord
from jupyter_mlops.experiments.reproduction.rebuild import TAG, Rebuilt
from jupyter_mlops.experiments.reproduction.scratch import scratch
from jupyter_mlops.pipelines.file.document import Notebook
from jupyter_mlops.pipelines.running.runner import CellProgress, Job, NotebookRun, Runner

_NEWEST = 50
_CELLS_FAULT = frozenset(["error", "quit"])


@dataclass(frozen=True)
class Order:
    """How to run it.

    Parameters
    ----------
    mark
        Value of the tag by which the new run is found.
    timeout_s
        How long a cell may take.
    python
        Another interpreter than this one.
    """

    mark: str
    timeout_s: float
    python: Path | None = None


@dataclass(frozen=True)
class Ran:
    """What came of running the rebuilt notebook.

    Parameters
    ----------
    made
        The new run; None when a cell failed before it began.
    """

    rebuilt: Rebuilt
    answer: NotebookRun
    made: Run | None
    output: Path
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> str:
        """Which cell failed, by its label in the record; empty when none did."""
        failure = self.answer.failure
        if failure is None:
            return ""
        failed = {cell.id for cell in self.answer.cells if cell.number == failure.cell}
        where = next(
            (cell.label for cell in self.rebuilt.cells if cell.id in failed), "loading the extension"
        )
        return f"{where} failed: {failure.name}: {failure.message}".rstrip(".: ")


def check_snapshots(project: Project, record: RunRecord) -> None:
    """Read every snapshot once; this session has not used them by that.

    Raises
    ------
    NotFound
        One is gone.
    Conflict
        One holds other data than the run read.
    """
    used = dict(project.session.snapshots)
    try:
        for number, item in enumerate(record.snapshots):
            progress.report(number, len(record.snapshots), f"read {item.ref}")
            found = resolve(project, item.ref)
            if item.digest and found.digest != item.digest:
                raise Conflict(
                    f"{item.ref} holds other data than the run read: {found.digest[:12]}, not {item.digest[:12]}.",
                    hint="Bring the project's store back as it was.",
                )
            load(project, item.ref)
    finally:
        project.session.snapshots.clear()
        project.session.snapshots.update(used)


def run_again(project: Project, recorded: Run, record: RunRecord, rebuilt: Rebuilt, order: Order) -> Ran:
    """Run the rebuilt notebook, and find the run that came of it.

    Raises
    ------
    Unavailable
        The kernel died, or a cell took too long, or it was cancelled: that says nothing of the run.
    """
    output = project.folder / "reproduced" / f"{recorded.id[:8]}.ipynb"
    with scratch(project, record, order.mark) as (place, lost):
        notebook = Notebook(place, record.notebook or place.name, "", rebuilt.node())
        job = Job(
            notebook,
            output,
            order.timeout_s,
            environment=_variables(recorded, record, order.python),
            python=order.python,
        )
        runner = cast(Runner, project.service("runner", project.settings.runner))
        answer = runner.run(job, _observe, progress.is_cancelled)
    failure = answer.failure
    if failure is not None and failure.cause not in _CELLS_FAULT:
        raise Unavailable(
            f"{recorded.ref} could not be run again: {failure.message}", hint=f"Open {output}, and try again."
        )
    newest = project.tracker.runs(limit=_NEWEST).runs
    made = next((one for one in newest if one.tags.get(TAG) == order.mark), None)
    if failure is None and (made is None or made.status != "finished"):
        raise Unavailable(
            f"The tracker does not have all of what {recorded.ref} gave now.",
            hint="Check with `%mlops doctor`, and try again.",
        )
    return Ran(rebuilt, answer, made, output, (*lost, *answer.warnings))


def _variables(recorded: Run, record: RunRecord, python: Path | None) -> dict[str, str]:
    found = {"JUPYTER_MLOPS_NOTEBOOK": record.notebook, "JUPYTER_MLOPS_PARENT_RUN": recorded.id}
    if python is not None:  # so that a cell's `!pip` and `!python` are those of the environment
        found |= {
            "VIRTUAL_ENV": str(python.parent.parent),
            "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", "")]),
        }
    return found


def _observe(at: CellProgress) -> None:
    progress.report(at.done, at.total, at.label)
