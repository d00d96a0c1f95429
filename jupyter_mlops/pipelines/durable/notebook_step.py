"""A step that runs a notebook, as it was when its execution was asked for."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid, MlopsError
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import Run, RunLog
from jupyter_mlops.pipelines.durable import cache, step_record
from jupyter_mlops.pipelines.durable.attempt import Settled, Work
from jupyter_mlops.pipelines.durable.frozen import thaw
from jupyter_mlops.pipelines.durable.step_notebook import notebook_of
from jupyter_mlops.pipelines.file import secrecy
from jupyter_mlops.pipelines.file.document import Notebook
from jupyter_mlops.pipelines.file.parameters import check, read_parameters
from jupyter_mlops.pipelines.output import FOLDER as OUTPUTS
from jupyter_mlops.pipelines.output import gather
from jupyter_mlops.pipelines.running import checkpoint
from jupyter_mlops.pipelines.running.runner import CellProgress, CellRun, Failure, Job, NotebookRun, Runner

_NOTE_EVERY_S = 0.5
Note = Callable[[tuple[Record, ...], Mapping[str, str]], None]


def run_notebook(work: Work, cancelled: Callable[[], bool], note: Note) -> Settled:
    """Run the step's notebook, unless an equal step has done so and may stand for it.

    Parameters
    ----------
    cancelled
        Asked now and then whether to stop.
    note
        Told now and then how far its cells have come, and once its run and where its output grows.
    """
    cache_key = cache.key_of(work) if work.step.cache else None
    known = cache.find(work.project, cache_key) if cache_key else None
    if known is not None:
        return known
    notebook = _notebook(work)
    run = step_record.start(work, notebook)
    job, why = _resumed(work.project, job_of(work, notebook, run.id))
    _clear(job)
    note((), {"run_id": run.id})
    parameters = read_parameters(notebook.node.cells)
    given = RunLog(params=step_record.shown(parameters, job.parameters))
    outcome = _run(work, job, run, given, cancelled, note)
    settled = _settled(work, job, run, outcome)
    lost = step_record.log(work, job, run, outcome, settled.outputs)
    said = (settled.reason, lost, why, *secrecy.remarks(parameters, job.secrets))
    return replace(settled, cache_key=cache_key, reason=" ".join(filter(None, said)))


def _notebook(work: Work) -> Notebook:
    frozen = thaw(work.project, work.frozen, str(work.step.notebook))
    return notebook_of(frozen, work.frozen.definition, work.step, work.passed)


def job_of(work: Work, notebook: Notebook | None = None, run_id: str = "") -> Job:
    """Return what the runner is given for a step.

    Raises
    ------
    Invalid
        A parameter is unknown, missing or ill-typed.
    """
    notebook = notebook or _notebook(work)
    folder = _folder(work)
    environment = {
        **work.step.environment,
        "JUPYTER_MLOPS_NOTEBOOK": notebook.name,
        "JUPYTER_MLOPS_EXECUTION": work.key.execution,
        "JUPYTER_MLOPS_PARENT_RUN": run_id,
        OUTPUTS: str(folder / "outputs"),
    }
    kept = (
        work.project.folder / "runs" / work.key.execution / "checkpoints" / f"{work.key.name}-{work.key.item}"
    )
    return Job(
        notebook,
        folder / notebook.path.name,
        work.frozen.cell_timeout_s or work.project.settings.cell_timeout_s,
        check(read_parameters(notebook.node.cells), dict(work.parameters), work.secrets),
        environment,
        memory_limit_mb=work.step.memory_limit_mb,
        secrets={name: str(value) for name, value in work.secrets.items()},
        checkpoint=kept,
        resume=work.is_again,
        keep_kernel_s=work.step.keep_kernel_s,
    )


def _resumed(project: Project, job: Job) -> tuple[Job, str]:
    """Let a job go on from its checkpoint if that still holds, and say why if it does not."""
    refusal = checkpoint.verdict(project, job).refusal if job.resume else ""
    return (replace(job, resume=False), f"From its start: {refusal}") if refusal else (job, "")


def _clear(job: Job) -> None:
    """Make room for what the notebook gives, without what a try that was cut off has left."""
    outputs = Path(job.environment[OUTPUTS])
    if not job.resume:
        shutil.rmtree(outputs, ignore_errors=True)
    outputs.mkdir(parents=True, exist_ok=True)


def _folder(work: Work) -> Path:
    """Return where this attempt writes: nobody else does."""
    folder = work.project.folder / "runs" / work.key.execution
    if not work.frozen.is_notebook:
        item = f"-{work.key.item}" if work.step.is_fanned else ""
        folder /= f"{work.key.name}{item}"
    return folder if work.key.attempt <= 1 else folder / f"attempt-{work.key.attempt}"


def _run(
    work: Work, job: Job, run: Run, given: RunLog, cancelled: Callable[[], bool], note: Note
) -> NotebookRun:
    project = work.project
    runner = cast(Runner, project.service("runner", project.settings.runner))
    observer = _Observer(note, job.output.relative_to(project.root).as_posix())

    def is_cancelled() -> bool:
        observer.catch_up()
        return cancelled()

    try:
        project.tracker.log(run, given)
        return runner.run(job, observer, is_cancelled)
    except OSError as error:
        return observer.unsaved(error)
    except BaseException as error:
        with suppress(MlopsError):  # what went wrong first is what the caller hears
            step_record.break_off(work, job, run, is_killed=not isinstance(error, Exception))
        raise


class _Observer:
    """Pass on how far the notebook has come: to this call's listener at once, to everybody else twice a second."""

    def __init__(self, note: Note, output: str) -> None:
        self._note = note
        self._output = output
        self._noted = 0.0
        self._cells: tuple[CellRun, ...] | None = None
        self._last: tuple[CellRun, ...] = ()
        self._began = time.monotonic()

    def __call__(self, at: CellProgress) -> None:
        progress.report(at.done, at.total, at.label)
        self._cells = self._last = at.cells
        self.catch_up()

    def unsaved(self, error: OSError) -> NotebookRun:
        """Return what is known of a run whose output could not be written, as on a full disk: it ended there."""
        cells = tuple(
            cell.model_copy(update={"status": "failed"}) if cell.status == "running" else cell
            for cell in self._last
        )
        what = f"What the notebook shows could not be saved: {error.strerror or error}."
        failure = Failure(cause="not_saved", cell=0, label="", name=type(error).__name__, message=what)
        took_s = time.monotonic() - self._began
        return NotebookRun(status="failed", kernel="", duration_s=took_s, cells=cells, failure=failure)

    def catch_up(self) -> None:
        """Tell what came too soon after the last time: a cell that began then may take an hour."""
        if self._cells is not None and time.monotonic() - self._noted > _NOTE_EVERY_S:
            self._noted = time.monotonic()
            self._note(self._cells, {"output": self._output})
            self._cells = None


def _settled(work: Work, job: Job, run: Run, outcome: NotebookRun) -> Settled:
    output = job.output.relative_to(work.project.root).as_posix() if job.output.exists() else ""
    known = Settled(
        "succeeded", " ".join(outcome.warnings), output=output, run_id=run.id, cells=outcome.cells
    )
    failure = outcome.failure
    if failure is not None:
        error = failure.wire() | {"kernel_file": outcome.kernel_file}
        failed = replace(known, status="cancelled" if outcome.status == "cancelled" else "failed")
        return replace(failed, reason=told(failure), error=error)
    try:
        return replace(known, outputs=gather(Path(job.environment[OUTPUTS]), work.step.outputs))
    except Invalid as error:
        return replace(known, status="failed", reason=error.message, error=error.wire())


def told(failure: Failure) -> str:
    """Say in one sentence where and why a notebook failed."""
    where = f"in cell [{failure.cell}] ({failure.label}): " if failure.cell else ""
    is_ours = failure.cause != "error" or failure.name in {"Refused", "Unavailable"}
    what = failure.message if is_ours else f"{failure.name}: {failure.message}"
    return f"{where}{what.rstrip('.')}."
