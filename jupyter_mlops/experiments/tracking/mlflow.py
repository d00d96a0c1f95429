"""The tracker that keeps runs and models in MLflow: the project's own store, or a server."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import (
    AutologSession,
    Details,
    KeptFile,
    ModelVersion,
    Page,
    PastRun,
    Run,
    RunLog,
    RunStatus,
    Trace,
)
from jupyter_mlops.core.types import Alias, ModelName, RunRef, VersionRef
from jupyter_mlops.experiments.tracking import mlflow_models, mlflow_reading, mlflow_registry, mlflow_store
from jupyter_mlops.experiments.tracking.mlflow_process import identity, is_lost
from jupyter_mlops.experiments.tracking.mlflow_reading import DURATION, KEY, filter_of, milliseconds, quoted
from jupyter_mlops.experiments.tracking.mlflow_wire import Wire, once

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

_OURS = "jupyter_mlops.project"
_MANY = 1_000


class MlflowTracker:
    """Keep runs and models in MLflow; see `core.tracker.Tracker` for what each call promises."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._uri = mlflow_store.address(project)
        self._wire = Wire(self._uri, project.settings.tracker_timeout_s, project.clock)
        self._started: dict[str, float] = {}
        self._experiments: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"MlflowTracker({self._wire!r})"

    def start(
        self, name: str, *, key: str, experiment: str, tags: Mapping[str, str], at: datetime | None = None
    ) -> Run:
        """Open a run; the same *key* answers the same run, opened again if it was closed."""
        run = self._keyed(name, key, experiment, tags, at or self._project.clock.now())
        if run.status != "running":
            with self._calling() as client:
                client.update_run(run.id, status="RUNNING")
            run = run.model_copy(update={"status": "running", "duration_s": None})
        if at is None:
            self._started.setdefault(run.id, self._project.clock.monotonic())
        return run

    def record(self, past: PastRun) -> str:
        """Write down a run that is over; the one of the same key is completed and closed."""
        run = self._keyed(past.name, past.key, past.experiment, past.tags, past.started_at)
        tags = {name: value for name, value in past.tags.items() if run.tags.get(name) != value}
        if past.params or past.metrics or tags:
            self.log(run, RunLog(past.params, past.metrics, tags))
        with self._calling() as client:
            client.set_terminated(
                run.id, past.status.upper(), milliseconds(max(run.started_at, past.ended_at))
            )
        return run.id

    def autolog(self, run: Run | None) -> AutologSession:
        """Return a block in which libraries log to *run*, without models; with None they log nothing."""
        from jupyter_mlops.experiments.tracking.mlflow_autolog import Autolog, silence, standing
        from jupyter_mlops.experiments.tracking.mlflow_outbox import Outbox

        if run is None:
            return silence()
        around = standing(self._uri)
        if around is not None:
            return around.within(run)
        outbox = Outbox(self._project, run, self._wire)
        with self._calling() as client:
            return self._wire.listening(Autolog(self._uri, client.get_run(run.id), outbox))

    def log(self, run: Run, log: RunLog) -> None:
        """Write everything of *log* to the run in as few requests as MLflow takes."""
        now = milliseconds(self._project.clock.now())
        with self._calling() as client:
            requests, files = mlflow_reading.batches(log, now)
            for batch in requests:
                client.log_batch(run.id, batch.metrics, batch.params, batch.tags)
            mlflow_reading.log_files(client, run, [*log.artifacts, *files])
            for model in log.models:
                mlflow_models.keep(client, client.get_run(run.id), model)

    def finish(self, run: Run, status: RunStatus) -> Run:
        """Close the run, timed by a clock that never goes back."""
        now, ended = self._project.clock.monotonic(), self._project.clock.now()
        elapsed = now - self._started.pop(run.id, now)
        with self._calling() as client:
            if elapsed:
                client.set_tag(run.id, DURATION, f"{elapsed:.6f}")
                ended = run.started_at + timedelta(seconds=elapsed)
            client.set_terminated(run.id, status.upper(), milliseconds(max(run.started_at, ended)))
            return mlflow_reading.read_run(client.get_run(run.id), run.experiment)

    def run(self, ref: RunRef) -> Run:
        """Return the one run whose id starts with *ref*, or the newest for `@latest`."""
        token = ref.removeprefix("@")
        with self._calling() as client:
            if len(token) == 32:
                return self._named([mlflow_reading.living(client, token)])[0]
            is_latest = token == "latest"
            query = "" if is_latest else f"attributes.run_id LIKE '{quoted(token)}%'"
            found = self._search(client, query, 1 if is_latest else 2, None, is_whole=not is_latest)
        if not found.runs:
            raise NotFound(f"No run {ref!r}.", hint="List them with `%mlops runs`.")
        if len(found.runs) > 1:
            raise Invalid(f"{ref!r} names more than one run.", hint="Write more digits of its id.")
        return found.runs[0]

    def runs(self, *, query: str = "", limit: int = 50, page: str | None = None) -> Page:
        """Return runs, newest first; *query* is MLflow's filter, or words of a name."""
        with self._calling() as client:
            return self._search(client, filter_of(query), limit, page)

    def register(
        self, name: ModelName, run: Run, model: str, *, key: str, tags: Mapping[str, str]
    ) -> ModelVersion:
        """Make what *run* calls *model* the next version of *name*; the same *key* makes no second one."""
        with self._calling() as client:
            return once(
                lambda: mlflow_registry.find(client, name, key),
                lambda: mlflow_registry.add(client, name, client.get_run(run.id), model, {**tags, KEY: key}),
            )

    def load(self, version: ModelVersion, *, admitted: Collection[str] = ()) -> object:
        """Return the estimator that was kept, with the types that the version says are trusted and those admitted."""
        with self._kept(version) as source:
            return mlflow_models.load(source, self._uri, version, admitted)

    def brings(self, version: ModelVersion) -> Sequence[str]:
        """Return what its files bring that the safe format does not load by itself."""
        with self._kept(version) as source:
            return mlflow_models.brings(source, self._uri, version.ref)

    def model_files(self, version: ModelVersion) -> Sequence[KeptFile]:
        """Return the files that `load` reads, by path, as they are now."""
        with self._kept(version) as source:
            return mlflow_models.files(source, self._uri)

    def tag(self, version: ModelVersion, tags: Mapping[str, str]) -> ModelVersion:
        """Add tags to a version, and return it as it now stands."""
        with self._calling() as client:
            return mlflow_registry.tag(client, version, tags)

    def versions(self, name: ModelName | None = None) -> Sequence[ModelVersion]:
        """Return the versions of *name*, or of every model, newest first."""
        with self._calling() as client:
            return mlflow_registry.versions(client, name)

    def aliases(self, name: ModelName | None = None) -> Mapping[ModelName, Mapping[Alias, int]]:
        """Return where aliases point; of a SQLite file without MLflow, which takes seconds to import."""
        known = mlflow_store.aliases(self._project)
        if known is not None:
            return {model: found for model, found in known.items() if name in {None, model}}
        with self._calling() as client:
            return mlflow_registry.pointing(client, name)

    def resolve(self, ref: VersionRef) -> ModelVersion:
        """Return the version that *ref* names: a number, an alias or `latest`."""
        with self._calling() as client:
            return mlflow_registry.resolve(client, ref)

    def point(self, name: ModelName, alias: Alias, version: int | None) -> None:
        """Make *alias* point at *version*, or remove it with None."""
        with self._calling() as client:
            mlflow_registry.point(client, name, alias, version)

    def details(self, run: Run) -> Details:
        """Return the course of the run's metrics, and the code it ran."""
        with self._calling() as client:
            return mlflow_reading.details(client, run, self._uri)

    def traces(self, run: Run) -> Sequence[Trace]:
        """Return what was traced while the run went on, newest first."""
        with self._calling() as client:
            return mlflow_reading.traces(client, run)

    def artifact(self, run: Run, path: str) -> bytes | None:
        """Return a file of the run, or None when it has none of that path."""
        with self._calling() as client:
            return mlflow_reading.read_file(client, run, path, self._uri)

    def close_lost(self) -> Sequence[Run]:
        """Close as killed the runs of this machine whose process is gone, and those of others that fell silent."""
        now = milliseconds(self._project.clock.now())
        with self._calling() as client:
            open_runs = client.search_runs(
                self._places(client), "attributes.status = 'RUNNING'", max_results=_MANY
            )
            lost = [run for run in open_runs if is_lost(client, run, now)]
            for run in lost:
                client.set_terminated(run.info.run_id, "KILLED", now)
            return self._named([client.get_run(run.info.run_id) for run in lost])

    @contextmanager
    def _calling(self) -> Iterator[MlflowClient]:
        with self._wire.calling():
            yield self._client

    @contextmanager
    def _kept(self, version: ModelVersion) -> Iterator[str]:
        """Answer where the files of a version are."""
        with self._calling() as client:
            yield client.get_model_version_download_uri(version.name, str(version.version))

    @cached_property
    def _client(self) -> MlflowClient:
        self._wire.install()
        mlflow_store.prepare(self._project)
        from mlflow import MlflowClient

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MLflow's store is at odds with the newest SQLAlchemy
            return MlflowClient(tracking_uri=self._uri)

    def _keyed(self, name: str, key: str, experiment: str, tags: Mapping[str, str], at: datetime) -> Run:
        """Return the run of a key, made if it is new, as one that began *at*."""
        with self._calling() as client:
            place = self._experiment(client, experiment)

            def find() -> MlflowRun | None:
                found = client.search_runs([place], f"tags.`{KEY}` = '{quoted(key)}'", max_results=1)
                return found[0] if found else None

            def make() -> MlflowRun:
                known = {**tags, **identity(self._project.actor.name, tags), KEY: key}
                return client.create_run(place, milliseconds(at), known, name)

            return mlflow_reading.read_run(once(find, make), experiment)

    def _experiment(self, client: MlflowClient, name: str) -> str:
        """Return the id of the experiment called *name*, made if it is new."""
        if name not in self._experiments:
            place = None if self._wire.is_http else mlflow_store.artifacts(self._project).as_uri()
            tags = {_OURS: self._project.name}
            self._experiments[name] = mlflow_registry.experiment(client, name, place, tags)
        return self._experiments[name]

    def _places(self, client: MlflowClient) -> list[str]:
        """Return the experiments to search: all of the project's own store, ours on a shared server."""
        query = f"tags.`{_OURS}` = '{quoted(self._project.name)}'" if self._wire.is_remote else ""
        if own := self._project.settings.experiment:  # a team's own, which plain MLflow made
            self._experiments |= mlflow_registry.known(client, own)
        found = {
            item.experiment_id for item in client.search_experiments(filter_string=query, max_results=_MANY)
        }
        return sorted(found | set(self._experiments.values()))

    def _search(
        self, client: MlflowClient, query: str, limit: int, page: str | None, *, is_whole: bool = False
    ) -> Page:
        """Return a page of runs, without the candidates that a search of scikit-learn's keeps within its run."""
        places = self._places(client)
        kept: list[MlflowRun] = []
        order = ["attributes.start_time DESC"]
        while places:
            found = client.search_runs(
                places, query, max_results=limit - len(kept), order_by=order, page_token=page
            )
            kept += [run for run in found if is_whole or not mlflow_reading.is_candidate(run)]
            page = found.token or None
            if page is None or len(kept) >= limit:
                break
        return Page(tuple(self._named(kept)), page if places else None)

    def _named(self, runs: Sequence[MlflowRun]) -> list[Run]:
        """Return MLflow's runs as ours, each with its experiment's name."""
        names = {place: name for name, place in self._experiments.items()}
        for place in {run.info.experiment_id for run in runs} - names.keys():
            names[place] = self._client.get_experiment(place).name
        return [mlflow_reading.read_run(run, names[run.info.experiment_id]) for run in runs]
