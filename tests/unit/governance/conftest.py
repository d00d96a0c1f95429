"""People, and something to decide on."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from jupyter_mlops.core.door import enter
from jupyter_mlops.core.ledger import AuditEvent, append, entries
from jupyter_mlops.core.policy import Actor
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.tracker import ModelFile, ModelVersion, RunLog
from jupyter_mlops.core.verb import verb_of
from tests.fakes import FakeClock, FakeTracker

As = Callable[..., Record]
Tell = Callable[..., int]


@pytest.fixture
def by(project: Project) -> As:
    """Call a verb through the door in somebody's hands, with the settings as they stand now."""

    def call(who: str, function: Callable[..., object], known: str = "os", /, **arguments: object) -> Record:
        verb = verb_of(function)
        assert verb is not None
        services = {"tracker": project.tracker}
        hands = Project(project.root, actor=Actor(who, known), clock=project.clock, services=services)
        return cast(Record, enter(hands, verb, arguments))

    return call


@pytest.fixture
def clock(project: Project) -> FakeClock:
    """The project's clock, as the fake that it is."""
    return cast(FakeClock, project.clock)


@pytest.fixture
def tracker(project: Project) -> FakeTracker:
    """The project's tracker, as the fake that it is."""
    return cast(FakeTracker, project.tracker)


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


@pytest.fixture
def tell(project: Project) -> Tell:
    """Write a line that says that something was made of something."""

    def line(verb: str, inputs: tuple[str, ...], outputs: tuple[str, ...], **more: object) -> int:
        said = {"phase": "outcome", "outcome": "ok", "actor": "ada", "source": "os", "face": "magic"} | more
        event = AuditEvent.model_validate(
            {"at": "2026-11-20T12:00:00+00:00", "verb": verb, "inputs": inputs, "outputs": outputs} | said
        )
        with project.store.write() as connection:
            return append(connection, event)

    return line


def set_up(project: Project, settings: str) -> None:
    """Write the project's settings."""
    (project.root / "pyproject.toml").write_text(f"[tool.jupyter-mlops]\n{settings}\n")


def add_version(tracker: FakeTracker, name: str, number: int) -> ModelVersion:
    """Register a version that holds its own number."""
    run = tracker.start(f"{name}-{number}", key=f"{name}-{number}", experiment="shop", tags={})
    tracker.log(run, RunLog(models=(ModelFile("clf", number, fingerprint=f"f{number}"),)))
    tracker.finish(run, "finished")
    return tracker.register(name, run, "clf", key=f"{name}-{number}", tags={})
