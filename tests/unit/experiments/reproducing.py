"""Runs to be made again, and a runner in whose kernel nothing runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

import nbformat

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelFile, ModelVersion, Run, RunLog
from jupyter_mlops.experiments.environment import environment
from jupyter_mlops.experiments.recorder import run_record
from jupyter_mlops.experiments.recorder.run_record import CellRecord, RecordedEnvironment, RunRecord
from jupyter_mlops.pipelines.running.runner import Cause, CellProgress, CellRun, Failure, Job, NotebookRun

CELLS = ("import shop\nn = 1", "print(n)", "%%mlops record churn --tags team=risk\nmodel = fit(n)")


def record_of(*sources: str, **known: object) -> RunRecord:
    """Return the record of a run that rests on all of *sources*."""
    cells = tuple(
        CellRecord(
            number=number,
            cell=f"c{number}",
            label=f"[{number + 4}]",
            source=source,
            status="ok",
            begun_at=0.0,
            took_s=0.0,
        )
        for number, source in enumerate(sources)
    )
    found = environment()
    installed = RecordedEnvironment(
        python=found.python,
        platform=found.platform,
        digest=found.digest,
        packages=found.packages,
        machine="",
        processors=1,
        memory_bytes=1,
    )
    made = RunRecord(
        run="a" * 32,
        name="churn",
        notebook="work/train.ipynb",
        recorded_at="2026-11-01",
        is_proven=True,
        cells=cells,
        slice=tuple(cell.number for cell in cells),
        environment=installed,
    )
    return made.model_copy(update=known)


def session(*printed: str) -> bytes:
    """Return a recorded session whose cells printed this."""
    cells = [
        {
            "cell_type": "code",
            "metadata": {"jupyter_mlops": {"number": number}},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": text}],
        }
        for number, text in enumerate(printed)
    ]
    return json.dumps({"cells": cells}).encode()


class Again:
    """A runner in whose kernel nothing runs: what comes of it is given beforehand.

    Parameters
    ----------
    measure, breaks
        Give the metrics, and whether the last cell fails, where they depend on the code that is to run.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.metrics: Mapping[str, float] = {"auc": 0.9}
        self.measure: Callable[[str], Mapping[str, float]] = lambda _: self.metrics
        self.breaks: Callable[[str], bool] = lambda _: False
        self.artifacts: tuple[Artifact, ...] = ()
        self.tags: Mapping[str, str] = {}
        self.printed: Mapping[int, str] = {}
        self.fails_at = -1
        self.cause: Cause = "error"
        self.job: Job | None = None
        self.folder: dict[str, str] = {}

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Make the run that the last cell would, unless one fails."""
        self.job = job
        folder = job.notebook.path.parent
        self.folder = {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}
        node = job.notebook.node
        for number, text in self.printed.items():
            node.cells[number + 1].outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        nbformat.write(node, job.output)
        cells = tuple(
            CellRun(number=place, id=cell.id, label="", status="completed")
            for place, cell in enumerate(node.cells, 1)
        )
        source = "\n".join(cell.source for cell in node.cells)
        fails_at = len(cells) - 2 if self.breaks(source) else self.fails_at
        if fails_at >= 0:
            failure = Failure(
                cause=self.cause, cell=fails_at + 2, label="", name="NameError", message="no n."
            )
            return NotebookRun(status="failed", kernel="", duration_s=1, cells=cells, failure=failure)
        mark = re.search(r"--tags reproduction=(\w+)", source)
        assert mark is not None
        new = self.project.tracker.start("churn", key=mark[1], experiment="x", tags={"reproduction": mark[1]})
        self.project.tracker.log(
            new, RunLog(metrics=self.measure(source), tags=self.tags, artifacts=self.artifacts)
        )
        self.project.tracker.finish(new, "finished")
        return NotebookRun(status="completed", kernel="", duration_s=1, cells=cells)


def recorded(
    project: Project,
    record: RunRecord | None = None,
    *artifacts: Artifact,
    tags: Mapping[str, str] | None = None,
    auc: float = 0.9,
    metrics: Mapping[str, float] | None = None,
) -> Run:
    """Make the run that is to be reproduced, with a model."""
    tracker = project.tracker
    run = tracker.start("churn", key=f"first-{auc}", experiment="x", tags=tags or {})
    content = json.dumps((record or record_of(*CELLS)).wire()).encode()
    files = [Artifact(run_record.PATH, content), *artifacts]
    model = ModelFile("model", {"weights": 1}, "f" * 32)
    tracker.log(run, RunLog(metrics=metrics or {"auc": auc}, artifacts=files, models=[model]))
    return tracker.finish(run, "finished")


def version_of(project: Project, run: Run) -> ModelVersion:
    return project.tracker.register("churn", run, "model", key="k", tags={})
