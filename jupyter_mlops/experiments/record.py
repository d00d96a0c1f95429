"""Run a cell, and keep what went in and what came out as a run."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated

from pydantic import Field

from jupyter_mlops.core import call, progress
from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import Cell, RunName, RunRef, SnapshotRef
from jupyter_mlops.core.verb import verb
from jupyter_mlops.experiments import provenance, spool
from jupyter_mlops.experiments.recording import Recording

RESERVED = ("jupyter_mlops.", "mlops.", "mlflow.")
_SHOWN = 8

Experiment = Annotated[
    str | None, Field(description="Experiment to record in; the project's own by default.")
]
Tags = Annotated[
    tuple[str, ...], Field(description="Words to keep with the run, like team=risk; may be repeated.")
]


class Recorded(Record):
    """The run that a cell was recorded in."""

    run: RunRef
    name: str
    took_s: float
    params: int = 0
    metrics: dict[str, float] = {}
    models: tuple[str, ...] = ()
    snapshots: tuple[SnapshotRef, ...] = ()
    notes: tuple[str, ...] = ()
    is_whole: bool = True

    def card(self) -> Card:
        """Say what was recorded, and what can be registered now."""
        facts = [("run", self.run), ("took", f"{self.took_s:.2f} s")]
        facts += [(key, f"{value:.6g}") for key, value in by_weight(self.metrics)[:_SHOWN]]
        more = len(self.metrics) - _SHOWN
        facts += [("metrics", f"and {more} more")] if more > 0 else []
        facts += [("parameters", str(self.params))] if self.params else []
        facts += [("models", ", ".join(self.models))] if self.models else []
        facts += [("data read", ", ".join(self.snapshots))] if self.snapshots else []
        is_alone = self.is_whole and len(self.models) == 1  # then its run names it on every face
        model = self.run if is_alone else next(iter(self.models), "")
        register = (f"%mlops register {model} NAME",) if model else ()
        title = (
            f"Recorded {self.name}" if self.is_whole else f"Ran {self.name}; not all of it is recorded yet"
        )
        state: State = "ok" if self.is_whole else "warning"
        return Card(title, state, tuple(facts), notes=self.notes, next=(*register, "%mlops runs"))


@verb("record", effect="write", foreign=True, long=True)
def record(
    project: Project,
    cell: Cell,
    name: RunName | None = None,
    *,
    experiment: Experiment = None,
    tags: Tags = (),
) -> Recorded:
    """Run a cell, and keep its parameters, metrics, figures and models in a run.

    Raises
    ------
    Unavailable
        The tracker does not answer; the cell did not run.
    """
    progress.report(0, 3, "open a run")
    spool.settle(project)
    own = dict(_tag(text) for text in tags)
    run = project.tracker.start(
        name or PurePath(cell.notebook or project.session.notebook or "cell").stem,
        key=uuid.uuid4().hex,
        experiment=experiment or project.settings.experiment or project.name,
        tags=own | provenance.origin(project, cell.notebook),
    )
    call.makes(f"run:{run.ref}")
    if notebook := cell.notebook or project.session.notebook:
        call.reads(f"notebook:{notebook}")
    recording = Recording(project, run, cell)
    progress.report(1, 3, "run the cell")
    execution = recording.execute()
    progress.report(2, 3, "write what it made")
    try:
        recording.write(execution)
    finally:
        cell.reraise(execution)
    for snapshot in recording.snapshots:
        call.reads(f"snapshot:{snapshot}")
    project.session.last_run = run.ref
    progress.report(3, 3, "recorded")
    return _answer(project, recording)


def by_weight(metrics: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return the metrics, what was measured on purpose before what libraries log of the training data."""
    return sorted(metrics.items(), key=lambda item: item[0].startswith("training_"))


def _tag(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key.strip() or (equals and key.startswith(RESERVED)):
        raise Invalid(f"{text!r} is no tag of yours.", hint="Write a word, or key=value, like team=risk.")
    return key.strip(), redact(value.strip()) if equals else "true"


def _answer(project: Project, recording: Recording) -> Recorded:
    run = recording.run
    return Recorded(
        run=run.ref,
        name=run.name,
        took_s=recording.took_s,
        params=len(run.params),
        metrics=run.metrics,
        models=tuple(recording.models),
        snapshots=recording.snapshots,
        notes=tuple(recording.notes),
        is_whole=not recording.trouble,
    )
