"""The port to the system of record for runs and models."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import Alias, ModelName, RunRef, VersionRef

PICKLE = "a pickle, which may run any code when it is loaded"
RunStatus = Literal["running", "finished", "failed", "killed"]


class Run(Record):
    """One recorded training: what went in and what came out."""

    id: str
    name: str
    status: RunStatus
    started_at: datetime
    duration_s: float | None = None
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    tags: dict[str, str] = {}
    experiment: str = ""

    @property
    def ref(self) -> RunRef:
        """The run's reference, `@` and eight digits."""
        return f"@{self.id[:8]}"

    def card(self) -> Card:
        """Show the run with its parameters and metrics."""
        took = "" if self.duration_s is None else f"{self.duration_s:.2f} s"
        facts = (("run", self.ref), ("status", self.status), ("took", took))
        metrics = tuple((key, f"{value:.6g}") for key, value in self.metrics.items())
        state: Literal["ok", "info", "failed"] = "ok"
        if self.status in {"failed", "killed"}:
            state = "failed"
        elif self.status == "running":
            state = "info"
        return Card(
            f"Run {self.name}",
            state,
            tuple(fact for fact in facts if fact[1]) + metrics + tuple(self.params.items()),
        )


class ModelVersion(Record):
    """One immutable version of a registered model, with what it came from."""

    ref: VersionRef
    name: ModelName
    version: int
    run: RunRef | None = None
    aliases: tuple[Alias, ...] = ()
    created_at: datetime
    tags: dict[str, str] = {}

    def card(self) -> Card:
        """Show the version, its aliases and its run."""
        facts = [("run", self.run or ""), ("aliases", ", ".join(self.aliases))]
        facts += sorted((key, value) for key, value in self.tags.items() if not key.endswith(".signature"))
        return Card(f"{self.ref}", "info", tuple(fact for fact in facts if fact[1]))


@dataclass(frozen=True)
class Artifact:
    """A file of a run: where it goes, and its bytes or the file on disk."""

    path: str
    content: bytes | Path


@dataclass(frozen=True)
class KeptFile:
    """A file of a model that is kept, and the SHA-256 of its bytes."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class ModelFile:
    """What is needed to keep a fitted estimator: the object and what makes it loadable.

    Parameters
    ----------
    name
        What the run calls it, usually the variable it was bound to.
    fingerprint
        Content hash of the fitted object, by which `register` finds it again.
    requirements
        Pinned distributions, as in a requirements file.
    trusted
        Types that the safe format may load back, fully qualified.
    example
        A few rows of input, or None.
    """

    name: str
    estimator: object
    fingerprint: str
    requirements: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    example: object | None = None


@dataclass(frozen=True)
class Point:
    """One value of a metric, and when it was measured: milliseconds since the epoch."""

    name: str
    step: int
    value: float
    at_ms: int


@dataclass(frozen=True)
class RunLog:
    """What is written to a run in one batch.

    Parameters
    ----------
    curves
        Step and value of each metric that has a course.
    points
        The same with the time of each, for what was measured a while ago.
    """

    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    artifacts: Sequence[Artifact] = ()
    models: Sequence[ModelFile] = ()
    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    points: Sequence[Point] = ()


@dataclass(frozen=True)
class PastRun:
    """A run that was over before it was written down."""

    name: str
    key: str
    experiment: str
    status: RunStatus
    started_at: datetime
    ended_at: datetime
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page of runs, newest first, and where the next one starts."""

    runs: tuple[Run, ...]
    next_page: str | None = None


@dataclass(frozen=True)
class Trace:
    """One call of a language model, or of anything else that was traced: what MLflow calls a trace."""

    id: str
    name: str
    status: str
    took_s: float | None = None


@dataclass(frozen=True)
class Details:
    """More of one run.

    Parameters
    ----------
    curves
        Step and value of each metric that was logged more than once.
    source
        The code of its cell; empty when it has none.
    models
        Names of the models that it keeps whole, whoever logged them.
    """

    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    source: str = ""
    models: tuple[str, ...] = ()


AutologSession: TypeAlias = AbstractContextManager[object]


class RunTracker(Protocol):
    """Keep runs. Every call answers or raises `Unavailable` within ten seconds."""

    def start(
        self, name: str, *, key: str, experiment: str, tags: Mapping[str, str], at: datetime | None = None
    ) -> Run:
        """Open a run that began *at*, by default now; the same *key* opens the same run again: a retry makes no second."""
        ...

    def record(self, past: PastRun) -> str:
        """Write down a run that is over, and return its id; the one of the same key is completed and closed."""
        ...

    def autolog(self, run: Run | None) -> AutologSession:
        """Return a context manager in which libraries log to *run*, without models; with None they log nothing."""
        ...

    def log(self, run: Run, log: RunLog) -> None:
        """Write everything of *log* to the run in one batch."""
        ...

    def finish(self, run: Run, status: RunStatus) -> Run:
        """Close the run, and return it as it now stands."""
        ...

    def run(self, ref: RunRef) -> Run:
        """Return the one run whose id starts with *ref*, or the newest for `@latest`."""
        ...

    def runs(self, *, query: str = "", limit: int = 50, page: str | None = None) -> Page:
        """Return runs, newest first; *query* is the tracker's own filter, or words of a name."""
        ...

    def details(self, run: Run) -> Details:
        """Return what is too much for a list: the course of its metrics, and the code it ran."""
        ...

    def traces(self, run: Run) -> Sequence[Trace]:
        """Return what was traced while the run went on, newest first."""
        ...

    def artifact(self, run: Run, path: str) -> bytes | None:
        """Return a file of the run, or None when it has none of that path."""
        ...

    def close_lost(self) -> Sequence[Run]:
        """Close as killed the runs whose kernel is gone, and return them."""
        ...


class ModelRegistry(Protocol):
    """Keep versions of models. Every call answers or raises `Unavailable` within ten seconds."""

    def register(
        self, name: ModelName, run: Run, model: str, *, key: str, tags: Mapping[str, str]
    ) -> ModelVersion:
        """Make what *run* calls *model* the next version of *name*; the same *key* makes no second one."""
        ...

    def load(self, version: ModelVersion, *, admitted: Collection[str] = ()) -> object:
        """Return the estimator that was kept; it may bring what its tags say, and what is *admitted* besides."""
        ...

    def brings(self, version: ModelVersion) -> Sequence[str]:
        """Return what its files bring: types that the safe format does not load by itself, or `PICKLE`; none is loaded."""
        ...

    def model_files(self, version: ModelVersion) -> Sequence[KeptFile]:
        """Return the files that `load` reads, by path, as they are now; nothing of them is loaded."""
        ...

    def tag(self, version: ModelVersion, tags: Mapping[str, str]) -> ModelVersion:
        """Add tags to a version, and return it as it now stands."""
        ...

    def versions(self, name: ModelName | None = None) -> Sequence[ModelVersion]:
        """Return the versions of *name*, or of every model, newest first."""
        ...

    def aliases(self, name: ModelName | None = None) -> Mapping[ModelName, Mapping[Alias, int]]:
        """Return where the aliases of *name*, or of every model, point: one listing, cheap enough for a glance."""
        ...

    def resolve(self, ref: VersionRef) -> ModelVersion:
        """Return the version that *ref* names: a number, an alias or `latest`."""
        ...

    def point(self, name: ModelName, alias: Alias, version: int | None) -> None:
        """Make *alias* point at *version*, or remove it with None."""
        ...


class Tracker(RunTracker, ModelRegistry, Protocol):
    """The system of record for both."""
