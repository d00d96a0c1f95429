"""Stand-ins that behave as their ports say, in memory and at once."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from jupyter_mlops.core.clock import Clock
from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.core.tracker import (
    AutologSession,
    Details,
    KeptFile,
    ModelFile,
    ModelVersion,
    Page,
    PastRun,
    Run,
    RunLog,
    RunStatus,
    Trace,
)
from jupyter_mlops.core.types import split_reference


class FakeClock:
    """Stand still until a test moves on."""

    def __init__(self, start: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)) -> None:
        self._now = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds advanced so far."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass on both clocks."""
        self._elapsed += seconds
        self._now += timedelta(seconds=seconds)


class FakeTracker:
    """Keep runs and models in memory, as the Tracker port says; models are kept as bytes.

    Parameters
    ----------
    clock
        Times runs and versions.

    Attributes
    ----------
    is_down
        Make every call raise Unavailable.
    fails
        Errors to raise once, by the name of the call.
    calls
        Names of the calls made, in order.
    autologged
        What libraries log in the next autolog block.
    brought
        What the files of a version bring, by its reference.
    artifacts, files
        What runs keep, by run id, then by path or name of the model.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.is_down = False
        self.fails: dict[str, BaseException] = {}
        self.calls: list[str] = []
        self.autologged = RunLog()
        self.brought: dict[str, tuple[str, ...]] = {}
        self.artifacts: dict[str, dict[str, bytes]] = {}
        self.traced: dict[str, list[Trace]] = {}
        self.files: dict[str, dict[str, ModelFile]] = {}
        self._clock = clock or FakeClock()
        self._runs: dict[str, Run] = {}
        self._run_keys: dict[str, str] = {}
        self._kept: dict[tuple[str, str], bytes] = {}
        self._versions: dict[str, list[ModelVersion]] = {}
        self._version_keys: dict[str, tuple[str, int]] = {}
        self._sources: dict[tuple[str, int], tuple[str, str]] = {}
        self._aliases: dict[str, dict[str, int]] = {}
        self._lost: set[str] = set()
        self._curves: dict[str, dict[str, list[tuple[int, float]]]] = {}
        self._deleted: set[str] = set()

    def start(
        self, name: str, *, key: str, experiment: str, tags: Mapping[str, str], at: datetime | None = None
    ) -> Run:
        """Open a run; the same *key* answers the same run."""
        self._answer("start")
        if key not in self._run_keys:
            run_id = hashlib.md5(f"{len(self._runs)} {key}".encode(), usedforsecurity=False).hexdigest()
            self._runs[run_id] = Run(
                id=run_id,
                name=name,
                status="running",
                started_at=at or self._clock.now(),
                tags=dict(tags),
                experiment=experiment,
            )
            self._run_keys[key] = run_id
        run_id = self._run_keys[key]
        self._runs[run_id] = self._runs[run_id].model_copy(update={"status": "running", "duration_s": None})
        return self._runs[run_id]

    def record(self, past: PastRun) -> str:
        """Write down a run that is over."""
        run = self.start(
            past.name, key=past.key, experiment=past.experiment, tags=past.tags, at=past.started_at
        )
        self.log(run, RunLog(past.params, past.metrics, past.tags))
        took = (max(run.started_at, past.ended_at) - run.started_at).total_seconds()
        known = {"status": past.status, "duration_s": took}
        self._runs[run.id] = self._runs[run.id].model_copy(update=known)
        return run.id

    def autolog(self, run: Run | None) -> AutologSession:
        """Return a block at whose end the run holds what a test put into `autologged`."""
        if run is None:
            return nullcontext()
        self._answer("autolog")
        return _Autolog(self, run)

    def log(self, run: Run, log: RunLog) -> None:
        """Write everything of *log* to the run."""
        self._answer("log")
        kept = self._known(run)
        for item in log.artifacts:
            if PurePosixPath(item.path).is_absolute() or ".." in PurePosixPath(item.path).parts:
                raise Invalid(f"{item.path!r} is no place for a file of a run.", hint="Use a relative path.")
        self._runs[run.id] = kept.model_copy(
            update={
                "params": {**kept.params, **log.params},
                "metrics": {
                    **kept.metrics,
                    **{key: one[-1][1] for key, one in log.curves.items()},
                    **{point.name: point.value for point in log.points},
                    **log.metrics,
                },
                "tags": {**kept.tags, **log.tags},
            }
        )
        for name, points in log.curves.items():
            self._curves.setdefault(run.id, {}).setdefault(name, []).extend(points)
        for point in log.points:
            course = self._curves.setdefault(run.id, {}).setdefault(point.name, [])
            course.append((point.step, point.value))
        for item in log.artifacts:
            content = item.content.read_bytes() if isinstance(item.content, Path) else item.content
            self.artifacts.setdefault(run.id, {})[item.path] = content
        for model in log.models:
            self._kept[run.id, model.name] = pickle.dumps(model.estimator)
            self.files.setdefault(run.id, {})[model.name] = replace(model, estimator=None)

    def finish(self, run: Run, status: RunStatus) -> Run:
        """Close the run."""
        self._answer("finish")
        kept = self._known(run)
        took = (self._clock.now() - kept.started_at).total_seconds()
        self._runs[run.id] = kept.model_copy(update={"status": status, "duration_s": took})
        return self._runs[run.id]

    def run(self, ref: str) -> Run:
        """Return the one run whose id starts with *ref*, or the newest for `@latest`."""
        self._answer("run")
        token = ref.removeprefix("@")
        found = (
            self._newest()[:1]
            if token == "latest"
            else [self._runs[key] for key in self._runs if key.startswith(token)]
        )
        if not found:
            raise NotFound(f"No run {ref!r}.", hint="List them with `%mlops runs`.")
        if len(found) > 1:
            raise Invalid(f"{ref!r} names {len(found)} runs.", hint="Write more digits of its id.")
        return found[0]

    def runs(self, *, query: str = "", limit: int = 50, page: str | None = None) -> Page:
        """Return runs, newest first, whose names hold every word of *query*."""
        self._answer("runs")
        first = int(page or 0)
        listed = [run for run in self._newest() if "jupyter_mlops.part" not in run.tags]
        found = [run for run in listed if all(word in run.name for word in query.split())]
        more = str(first + limit) if len(found) > first + limit else None
        return Page(tuple(found[first : first + limit]), more)

    def register(self, name: str, run: Run, model: str, *, key: str, tags: Mapping[str, str]) -> ModelVersion:
        """Make what *run* calls *model* the next version of *name*; the same *key* makes no second one."""
        self._answer("register")
        if key not in self._version_keys:
            if (run.id, model) not in self._kept:
                raise NotFound(f"Run {run.ref} keeps no model {model!r}.", hint="Log it first.")
            versions = self._versions.setdefault(name, [])
            number = len(versions) + 1
            versions.append(
                ModelVersion(
                    ref=f"{name}@{number}",
                    name=name,
                    version=number,
                    run=run.ref,
                    created_at=self._clock.now(),
                    tags=dict(tags),
                )
            )
            self._version_keys[key] = (name, number)
            self._sources[name, number] = (run.id, model)
        name, number = self._version_keys[key]
        return self._shown(self._versions[name][number - 1])

    def load(self, version: ModelVersion, *, admitted: Collection[str] = ()) -> object:
        """Return a new copy of the estimator that was kept."""
        self._answer("load")
        return pickle.loads(self._kept[self._sources[version.name, version.version]])

    def brings(self, version: ModelVersion) -> Sequence[str]:
        """Return what a test put into `brought`."""
        self._answer("brings")
        return self.brought.get(version.ref, ())

    def model_files(self, version: ModelVersion) -> Sequence[KeptFile]:
        """Return the one file that a model is here."""
        self._answer("model_files")
        content = self._kept[self._sources[version.name, version.version]]
        return [KeptFile("model.pkl", len(content), hashlib.sha256(content).hexdigest())]

    def tag(self, version: ModelVersion, tags: Mapping[str, str]) -> ModelVersion:
        """Add tags to a version."""
        self._answer("tag")
        if version.version not in self._there(version.name):
            raise NotFound(f"No version {version.ref!r}.", hint="List them with `%mlops models`.")
        kept = self._versions[version.name][version.version - 1]
        made = kept.model_copy(update={"tags": {**kept.tags, **tags}})
        self._versions[version.name][version.version - 1] = made
        return self._shown(made)

    def bytes_of(self, version: ModelVersion) -> bytes:
        """Return the one file of a version."""
        return self._kept[self._sources[version.name, version.version]]

    def spoil(self, version: ModelVersion) -> None:
        """Let somebody write into the file of a version."""
        self._kept[self._sources[version.name, version.version]] += b"\0"

    def versions(self, name: str | None = None) -> Sequence[ModelVersion]:
        """Return the versions of *name*, or of every model, newest first; none for an unknown name."""
        self._answer("versions")
        found = [
            item for model in ([name] if name else self._versions) for item in self._there(model).values()
        ]
        found.sort(key=lambda item: (item.created_at, item.version), reverse=True)
        return [self._shown(item) for item in found]

    def aliases(self, name: str | None = None) -> Mapping[str, Mapping[str, int]]:
        """Return where the aliases of *name*, or of every model, point."""
        self._answer("aliases")
        return {
            model: dict(found) for model, found in self._aliases.items() if found and name in {None, model}
        }

    def resolve(self, ref: str) -> ModelVersion:
        """Return the version that *ref* names: a number, an alias or `latest`."""
        self._answer("resolve")
        name, selector = split_reference(ref)
        versions = self._there(name)
        if not versions:
            raise NotFound(f"No model {name!r}.", hint="List them with `%mlops models`.")
        if selector in {None, "latest"}:
            return self._shown(versions[max(versions)])
        word = str(selector)
        number = int(word) if word.isdecimal() else self._aliases.get(name, {}).get(word)
        if number is None or number not in versions:
            raise NotFound(f"No version {ref!r}.", hint=f"List them with `%mlops models {name}`.")
        return self._shown(versions[number])

    def point(self, name: str, alias: str, version: int | None) -> None:
        """Make *alias* point at *version*, or remove it with None."""
        self._answer("point")
        if version is None:
            self._aliases.get(name, {}).pop(alias, None)
            return
        if version not in self._there(name):
            raise NotFound(f"No version '{name}@{version}'.", hint=f"List them with `%mlops models {name}`.")
        self._aliases.setdefault(name, {})[alias] = version

    def details(self, run: Run) -> Details:
        """Return the run's code, and the course of the metrics that have one."""
        self._answer("details")
        source = self.artifacts.get(self._known(run).id, {}).get("source.py", b"").decode()
        return Details(
            {key: one for key, one in self._curves.get(run.id, {}).items() if len(one) > 1},
            source,
            tuple(sorted(self.files.get(run.id, {}))),
        )

    def traces(self, run: Run) -> Sequence[Trace]:
        """Return what a test traced, newest first."""
        self._answer("traces")
        return self.traced.get(self._known(run).id, [])[::-1]

    def artifact(self, run: Run, path: str) -> bytes | None:
        """Return a file of the run, or None."""
        self._answer("artifact")
        return self.artifacts.get(self._known(run).id, {}).get(path)

    def close_lost(self) -> Sequence[Run]:
        """Close as killed the runs whose kernel is gone, and return them."""
        self._answer("close_lost")
        lost = [self._runs[run_id] for run_id in sorted(self._lost) if self._runs[run_id].status == "running"]
        self._lost.clear()
        return [self.finish(run, "killed") for run in lost]

    def lose(self, run: Run) -> None:
        """Let the run's kernel die."""
        self._lost.add(run.id)

    def delete(self, version: ModelVersion) -> None:
        """Remove a version, and what points at it."""
        self._deleted.add(version.ref)
        pointing = self._aliases.get(version.name, {})
        self._aliases[version.name] = {
            alias: number for alias, number in pointing.items() if number != version.version
        }

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if self.is_down:
            raise Unavailable("The tracker does not answer.", hint="Start it again.")
        if call in self.fails:
            raise self.fails.pop(call)

    def _known(self, run: Run) -> Run:
        if run.id not in self._runs:
            raise NotFound(f"No run {run.ref!r}.", hint="List them with `%mlops runs`.")
        return self._runs[run.id]

    def _there(self, name: str) -> dict[int, ModelVersion]:
        return {item.version: item for item in self._versions.get(name, []) if item.ref not in self._deleted}

    def _newest(self) -> list[Run]:
        order = sorted(
            enumerate(self._runs.values()), key=lambda item: (item[1].started_at, item[0]), reverse=True
        )
        return [run for _, run in order]

    def _shown(self, version: ModelVersion) -> ModelVersion:
        pointing = self._aliases.get(version.name, {})
        aliases = tuple(sorted(alias for alias, number in pointing.items() if number == version.version))
        return version.model_copy(update={"aliases": aliases})


class _Autolog:
    def __init__(self, tracker: FakeTracker, run: Run) -> None:
        self._tracker = tracker
        self._run = run

    def __enter__(self) -> object:
        return self

    def __exit__(self, *error: object) -> None:
        self._tracker.log(self._run, self._tracker.autologged)
