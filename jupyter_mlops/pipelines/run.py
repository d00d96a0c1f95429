"""Run a notebook, and keep what it did."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, NoReturn, cast

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Invalid, MlopsError, Refused, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import Artifact, Run, RunLog
from jupyter_mlops.core.types import RunName, RunRef, Short, Word
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines import document
from jupyter_mlops.pipelines.document import Notebook
from jupyter_mlops.pipelines.parameters import NotebookParameter, assignments, check, read_parameters
from jupyter_mlops.pipelines.runner import CellProgress, CellRun, Failure, Job, NotebookRun, Runner

NotebookPath = Annotated[
    str, Word("notebook"), Field(description="A notebook of the project, like examples/train.ipynb.")
]
_UNAVAILABLE = {"timeout", "kernel_died", "out_of_memory", "no_kernel", "cancelled"}


class PipelineRun(Record):
    """One execution of a notebook that ran to its end.

    Parameters
    ----------
    output
        The executed notebook, from the project's root.
    params
        What the notebook ran with: its literal defaults, and what was given.
    """

    execution: str
    notebook: NotebookPath
    output: str
    run: RunRef
    kernel: str
    duration_s: float
    params: dict[str, str] = {}
    cells: tuple[CellRun, ...] = ()
    warnings: tuple[str, ...] = ()

    def card(self) -> Card:
        """Show what ran, for how long, and where its output is."""
        done = sum(cell.status == "completed" for cell in self.cells)
        facts = (
            ("run", self.run),
            ("cells", f"{done} of {len(self.cells)}"),
            ("took", f"{self.duration_s:.1f} s"),
            ("output", self.output),
        )
        return Card(
            f"{self.notebook} ran to its end.",
            "warning" if self.warnings else "ok",
            facts + tuple(self.params.items()),
            notes=self.warnings,
            next=(f"%mlops show {self.run}",),
        )


@verb("run", effect="write", foreign=True, long=True)
def run(
    project: Project,
    target: NotebookPath,
    *,
    param: Annotated[
        tuple[str, ...],
        Field(description="NAME=VALUE for the notebook's parameters cell; may be given several times."),
        Short("p"),
    ] = (),
    timeout: Annotated[
        float | None,
        Field(gt=0, description="Longest time a cell may take, in seconds; settings say otherwise."),
    ] = None,
    name: RunName | None = None,
) -> PipelineRun:
    """Run a notebook in a fresh kernel, as a recorded run.

    Raises
    ------
    Invalid
        The notebook or a parameter is wrong, and nothing ran; or a cell raised.
    Refused
        A gate in the notebook refused.
    Unavailable
        The kernel died, took too long, or was cancelled.
    """
    notebook = document.find(project.root, target)
    call.reads(f"notebook:{notebook.name}", given=f"notebook:{target}")
    parameters = read_parameters(notebook.node.cells)
    values = check(parameters, assignments(param))
    execution = f"{project.clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    recorded = _start(project, notebook, name or notebook.path.stem, execution)
    output = project.folder / "runs" / execution / notebook.path.name
    environment = _environment(notebook, execution, recorded)
    job = Job(notebook, output, timeout or project.settings.cell_timeout_s, values, environment)
    params = _shown(parameters, values)
    outcome = _conduct(project, job, recorded, params)
    written = output.relative_to(project.root).as_posix()
    if outcome.failure is not None:
        _raise(notebook, outcome.failure, written)
    return PipelineRun(
        execution=execution,
        notebook=notebook.name,
        output=written,
        run=recorded.ref,
        kernel=outcome.kernel,
        duration_s=outcome.duration_s,
        params=params,
        cells=outcome.cells,
        warnings=outcome.warnings,
    )


def _start(project: Project, notebook: Notebook, name: str, execution: str) -> Run:
    tags = {
        "jupyter_mlops.notebook": notebook.name,
        "jupyter_mlops.notebook_sha256": notebook.sha256,
        "jupyter_mlops.execution": execution,
    }
    experiment = project.settings.experiment or project.name
    return project.tracker.start(name, key=execution, experiment=experiment, tags=tags)


def _environment(notebook: Notebook, execution: str, recorded: Run) -> dict[str, str]:
    """Tell the kernel what it is part of, so that what it records knows its notebook and its parent."""
    return {
        "JUPYTER_MLOPS_NOTEBOOK": notebook.name,
        "JUPYTER_MLOPS_EXECUTION": execution,
        "JUPYTER_MLOPS_PARENT_RUN": recorded.id,
    }


def _shown(parameters: Sequence[NotebookParameter], values: Mapping[str, object]) -> dict[str, str]:
    known = {item.name: item.default for item in parameters if not item.is_computed and not item.is_secret}
    return {name: str(value) for name, value in (known | dict(values)).items()}


def _conduct(project: Project, job: Job, recorded: Run, params: Mapping[str, str]) -> NotebookRun:
    """Run the notebook and write what came of it to the run, however it ended."""
    runner = cast(Runner, project.service("runner", project.settings.runner))
    try:
        project.tracker.log(recorded, RunLog(params=params))
        outcome = runner.run(job, _report, progress.is_cancelled)
    except BaseException as error:
        with suppress(MlopsError):  # what went wrong first is what the caller hears
            project.tracker.log(recorded, RunLog(artifacts=_artifacts(job)))
            project.tracker.finish(recorded, "failed" if isinstance(error, Exception) else "killed")
        raise
    try:
        _log(project, job, recorded, outcome)
    except MlopsError:
        if outcome.failure is None:
            raise
    return outcome


def _report(at: CellProgress) -> None:
    progress.report(at.done, at.total, at.label)


def _log(project: Project, job: Job, recorded: Run, outcome: NotebookRun) -> None:
    failed = outcome.failure
    tags = {"jupyter_mlops.kernel": outcome.kernel}
    if failed is not None:
        tags |= {
            "jupyter_mlops.cause": failed.cause,
            "jupyter_mlops.error": f"{failed.name}: {failed.message}"[:500],
        }
    log = RunLog(metrics={"duration_s": outcome.duration_s}, tags=tags, artifacts=_artifacts(job))
    project.tracker.log(recorded, log)
    project.tracker.finish(
        recorded, "killed" if outcome.status == "cancelled" else "failed" if failed else "finished"
    )


def _artifacts(job: Job) -> tuple[Artifact, ...]:
    return (Artifact(job.output.name, job.output),) if job.output.exists() else ()


def _raise(notebook: Notebook, failure: Failure, output: str) -> NoReturn:
    """Raise what the caller can do something about."""
    where = f" in cell [{failure.cell}] ({failure.label})" if failure.cell else ""
    is_ours = failure.cause != "error" or failure.name in {"Refused", "Unavailable"}
    what = failure.message if is_ours else f"{failure.name}: {failure.message}"
    message = f"{notebook.name} failed{where}: {what.rstrip('.')}."
    hint = f"Open {output}"
    if failure.cause in _UNAVAILABLE or failure.name == "Unavailable":
        raise Unavailable(message, hint=hint)
    if failure.name == "Refused":
        raise Refused(message, hint=hint)
    raise Invalid(message, hint=hint)
