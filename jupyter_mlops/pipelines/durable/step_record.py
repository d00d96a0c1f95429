"""How a notebook's step is recorded: a run within its execution's, closed however the notebook ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.tracker import Artifact, Run, RunLog
from jupyter_mlops.pipelines.durable.attempt import Work
from jupyter_mlops.pipelines.durable.execution_record import numbers, open_run
from jupyter_mlops.pipelines.file.document import Notebook
from jupyter_mlops.pipelines.file.parameters import NotebookParameter
from jupyter_mlops.pipelines.running.runner import Job, NotebookRun


def start(work: Work, notebook: Notebook) -> Run:
    """Open the step's run within the execution's; a single notebook's is the execution's own."""
    tags = {
        "jupyter_mlops.notebook": notebook.name,
        "jupyter_mlops.notebook_sha256": notebook.sha256,
        "jupyter_mlops.execution": work.key.execution,
    }
    own = tags if work.frozen.is_notebook else {}
    outer = open_run(work.project, work.frozen.definition.name, work.key.execution, own)
    if work.frozen.is_notebook:
        return outer
    inner = tags | {"jupyter_mlops.step": work.step.name, "jupyter_mlops.parent": outer.id}
    tracker = work.project.tracker
    return tracker.start(work.step.name, key=str(work.key), experiment=outer.experiment, tags=inner)


def log(work: Work, job: Job, run: Run, outcome: NotebookRun, outputs: Mapping[str, JsonValue]) -> str:
    """Write what came of the notebook to its run, and close it; say what was lost if the tracker is away.

    A tracker that is away costs the record, not the step: it ran, and its outputs are kept. Of a notebook that was
    cancelled little is written: a worker that is told to stop has seconds.
    """
    tracker = work.project.tracker
    try:
        if outcome.status == "cancelled":
            break_off(work, job, run, is_killed=True)
        else:
            tracker.log(run, _log(job, outcome, outputs))
            tracker.finish(run, "failed" if outcome.failure else "finished")
    except Unavailable as error:
        return f"Not recorded: {error.message}"
    return ""


def _log(job: Job, outcome: NotebookRun, outputs: Mapping[str, JsonValue]) -> RunLog:
    tags = {"jupyter_mlops.kernel": outcome.kernel}
    if outcome.failure is not None:
        failed = outcome.failure
        tags |= {
            "jupyter_mlops.cause": failed.cause,
            "jupyter_mlops.error": f"{failed.name}: {failed.message}"[:500],
        }
    metrics = {"duration_s": outcome.duration_s} | numbers(outputs)
    return RunLog(metrics=metrics, tags=tags, artifacts=_artifacts(job))


def break_off(work: Work, job: Job, run: Run, *, is_killed: bool) -> None:
    """Close the run of a notebook that was never run to an end.

    Raises
    ------
    Unavailable
        The tracker does not answer.
    """
    work.project.tracker.log(run, RunLog(artifacts=_artifacts(job)))
    work.project.tracker.finish(run, "killed" if is_killed else "failed")


def shown(parameters: Sequence[NotebookParameter], values: Mapping[str, object]) -> dict[str, str]:
    """Return what the notebook runs with, as far as that may be known: literal defaults, and what was given."""
    secret = {item.name for item in parameters if item.is_secret}
    known = {item.name: item.default for item in parameters if not item.is_computed}
    return {name: redact(str(value)) for name, value in (known | dict(values)).items() if name not in secret}


def _artifacts(job: Job) -> tuple[Artifact, ...]:
    return (Artifact(job.output.name, job.output),) if job.output.exists() else ()
