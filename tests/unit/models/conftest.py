"""Models to move aliases of."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.ledger import AuditEvent, entries
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelFile, ModelVersion, Run, RunLog
from jupyter_mlops.core.verb import verb_of
from tests.fakes import FakeTracker

Enter = Callable[..., Record]


@pytest.fixture
def tracker(project: Project) -> FakeTracker:
    """The project's tracker, as the fake that it is."""
    return cast(FakeTracker, project.tracker)


@pytest.fixture
def through(project: Project) -> Enter:
    """Call a verb through the door."""

    def call(function: Callable[..., object], **arguments: object) -> Record:
        verb = verb_of(function)
        assert verb is not None
        return cast(Record, enter(project, verb, arguments))

    return call


@pytest.fixture
def churn(tracker: FakeTracker) -> list[ModelVersion]:
    """Three versions of churn."""
    return [add_version(tracker, "churn", number) for number in (1, 2, 3)]


@pytest.fixture
def lines(project: Project) -> Callable[[], list[AuditEvent]]:
    """Read the ledger."""

    def read() -> list[AuditEvent]:
        with project.store.read() as connection:
            return list(entries(connection))

    return read


def add_version(tracker: FakeTracker, name: str, number: int) -> ModelVersion:
    """Register a version that holds its own number."""
    run = finished_run(tracker, f"{name}-{number}", ModelFile("clf", number, fingerprint=f"f{number}"))
    return tracker.register(name, run, "clf", key=f"{name}-{number}", tags={})


def finished_run(tracker: FakeTracker, name: str, *models: ModelFile, **tags: str) -> Run:
    """Record a run that keeps *models*."""
    run = tracker.start(name, key=name, experiment="shop", tags={})
    tracker.log(
        run, RunLog(models=models, tags={f"jupyter_mlops.{key}": value for key, value in tags.items()})
    )
    return tracker.finish(run, "finished")
