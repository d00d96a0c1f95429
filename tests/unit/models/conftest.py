"""Models to judge, and to move aliases of; gates to declare."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.ledger import AuditEvent, entries
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelFile, ModelVersion, Run, RunLog
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.data.snapshot import snapshot
from jupyter_mlops.governance.approve import approve
from jupyter_mlops.governance.request import request
from jupyter_mlops.models.gates.candidate import Candidate
from jupyter_mlops.models.register import register
from tests.fakes import FakeTracker

Enter = Callable[..., Record]
Declare = Callable[..., None]
Make = Callable[..., str]


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


def people(rows: int, seed: int) -> pd.DataFrame:
    """Who left: older people, and those of little income, more often; the region has no part in it."""
    random = np.random.default_rng(seed)
    age, income = random.normal(50, 10, rows), random.normal(0, 1, rows)
    left = (age - 50) / 10 - income + random.normal(0, 1, rows) > 0
    region = random.choice(["north", "south"], rows)
    return pd.DataFrame({"age": age, "income": income, "region": region, "left": left.astype(int)})


@pytest.fixture
def holdout(project: Project) -> pd.DataFrame:
    """Six hundred rows to judge on, kept as holdout@1."""
    table = people(600, 1)
    snapshot(project, table, "holdout")
    return table


@pytest.fixture
def make(project: Project) -> Make:
    """Train and register a version of churn; a poor one has learnt the opposite of what is true."""

    def call(
        *, rows: int = 400, seed: int = 2, is_poor: bool = False, name: str = "churn", **options: object
    ) -> str:
        table = people(rows, seed)
        project.session.snapshots.clear()
        project.session.snapshots[snapshot(project, table, "train").ref] = None
        columns = ["age", "income"]
        target = 1 - table["left"] if is_poor else table["left"]
        return register(
            project, LogisticRegression(C=1.0 + seed).fit(table[columns], target), name, **options
        ).version

    return call


@pytest.fixture
def declare(project: Project) -> Declare:
    """Declare a gate, of champion unless another is named, and read the settings anew."""

    def call(
        *checks: str, gate: str = "champion", data: str = "holdout@latest", approvals: int = 0, more: str = ""
    ) -> None:
        body = (
            f'[tool.jupyter-mlops.gates."{gate}"]\ndata = "{data}"\ntarget = "left"\napprovals = {approvals}\n'
            f"checks = [{', '.join(checks)}]\n{more}"
        )
        (project.root / "pyproject.toml").write_text(body)
        project.__dict__.pop("_read_settings", None)

    return call


@pytest.fixture
def candidate(project: Project, holdout: pd.DataFrame) -> Callable[..., Candidate]:
    """A version before a gate that judges on the holdout."""

    def call(ref: str, champion: str | None = None, *measures: str, data: str = "holdout@1") -> Candidate:
        tracker = project.tracker
        serving = tracker.resolve(champion) if champion else None
        return Candidate(project, tracker.resolve(ref), "champion", serving, data, "left", measures)

    return call


@pytest.fixture
def approved(project: Project) -> Callable[..., None]:
    """Let ada ask for a promotion, and others approve it."""

    def call(ref: str, *names: str, needed: int = 1) -> None:
        asked = request(project, ref, needed=needed)
        for name in names:
            approve(project.acting(Actor(name, "os")), asked.ref)

    return call
