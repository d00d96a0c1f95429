"""Read MLflow's runs and versions as ours, and write what MLflow cannot hold in its own terms."""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.tracker import Artifact, Details, ModelVersion, Run, RunLog, RunStatus, Trace

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag
    from mlflow.entities import Run as MlflowRun
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

PREFIX = "jupyter_mlops."
PARENT = "mlflow.parentRunId"
KEY = PREFIX + "key"
PIPELINE = PREFIX + "pipeline"
PID = PREFIX + "pid"
HOST = PREFIX + "host"
BORN = PREFIX + "born"
DURATION = PREFIX + "duration_s"
TRUSTED = PREFIX + "trusted"
FINGERPRINT = PREFIX + "fingerprint"
PART = PREFIX + "part"
_METRIC = PREFIX + "metric."
_SOURCE = "source.py"
_CURVES = 50
_OPERATORS = ("=", "<", ">", " LIKE ", " ILIKE ", " IN ")
_TRACES = 50
_UNKNOWN = frozenset(["ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED"])
_HIDDEN = ("mlflow.", KEY, PID, HOST, BORN, DURATION, _METRIC)

_LONGEST_PARAM = 6_000
_LONGEST_TAG = 8_000
_BATCH = 100
_METRIC_BATCH = 800
_STATUS: Mapping[str, RunStatus] = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed"}


def living(client: MlflowClient, run: str) -> MlflowRun:
    """Return a run that nobody deleted: no search finds one that is, and nothing may be written to it.

    Raises
    ------
    NotFound
        It was deleted.
    """
    found = client.get_run(run)
    if found.info.lifecycle_stage == "deleted":
        raise NotFound(
            f"Run @{run[:8]} was deleted.", hint=f"Bring it back: `mlflow runs restore --run-id {run}`."
        )
    return found


def read_run(run: MlflowRun, experiment: str) -> Run:
    """Return MLflow's run as ours."""
    tags = dict(run.data.tags)
    metrics = {key: _finite(value) for key, value in run.data.metrics.items()}
    metrics |= {
        key.removeprefix(_METRIC): float(value) for key, value in tags.items() if key.startswith(_METRIC)
    }
    return Run(
        id=run.info.run_id,
        name=run.info.run_name or run.info.run_id[:8],
        status=_STATUS.get(run.info.status, "running"),
        started_at=moment(run.info.start_time),
        duration_s=_duration(run, tags),
        params=dict(run.data.params),
        metrics=metrics,
        tags={key: value for key, value in tags.items() if not key.startswith(_HIDDEN)},
        experiment=experiment,
    )


def read_version(version: MlflowVersion, aliases: Mapping[str, str]) -> ModelVersion:
    """Return MLflow's model version as ours; *aliases* are the model's, with their version's number."""
    number = int(version.version)
    return ModelVersion(
        ref=f"{version.name}@{number}",
        name=version.name,
        version=number,
        run=f"@{version.run_id[:8]}" if version.run_id else None,
        aliases=tuple(sorted(alias for alias, pointed in aliases.items() if int(pointed) == number)),
        created_at=moment(version.creation_timestamp),
        tags={key: value for key, value in dict(version.tags).items() if key != KEY},
    )


def moment(milliseconds: int) -> datetime:
    """Return MLflow's time as a moment in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(at: datetime) -> int:
    """Return a moment as MLflow's time."""
    return int(at.timestamp() * 1000)


@dataclass
class Batch:
    """What one request can carry."""

    params: list[Param] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    tags: list[RunTag] = field(default_factory=list)


def batches(log: RunLog, now_ms: int) -> tuple[list[Batch], list[Artifact]]:
    """Return *log* as requests that MLflow takes whole, and as files what it would cut."""
    from mlflow.entities import Metric, Param, RunTag

    params, long_params = _split(log.params, _LONGEST_PARAM, "params")
    tags, long_tags = _split(log.tags, _LONGEST_TAG, "tags")
    tags |= {_METRIC + key: repr(value) for key, value in log.metrics.items() if not math.isfinite(value)}
    points = [(key, value, 0) for key, value in log.metrics.items()]
    points += [(key, value, step) for key, course in log.curves.items() for step, value in course]
    left = (
        iter([Param(key, value) for key, value in params.items()]),
        iter(
            [Metric(key, value, now_ms, step) for key, value, step in points if math.isfinite(value)]
            + [Metric(point.name, point.value, point.at_ms, point.step) for point in log.points]
        ),
        iter([RunTag(key, value) for key, value in tags.items()]),
    )
    return list(_drain(*left)), [*long_params, *long_tags]


def _drain(params: Iterator[Param], metrics: Iterator[Metric], tags: Iterator[RunTag]) -> Iterator[Batch]:
    while True:
        batch = Batch(
            list(islice(params, _BATCH)), list(islice(metrics, _METRIC_BATCH)), list(islice(tags, _BATCH))
        )
        if not (batch.params or batch.metrics or batch.tags):
            return
        yield batch


def _split(values: Mapping[str, str], longest: int, folder: str) -> tuple[dict[str, str], list[Artifact]]:
    """Replace what is too long by a note of the file that keeps it whole."""
    short: dict[str, str] = {}
    files: list[Artifact] = []
    for key, value in values.items():
        short[key] = value
        if len(value) > longest:
            files.append(Artifact(f"{folder}/{len(files):03d}.txt", value.encode("utf-8", "surrogatepass")))
            short[key] = f"{value[:200]}… ({len(value)} characters, whole in {files[-1].path})"
    return short, files


def _finite(value: float) -> float:
    """Undo MLflow's writing of an infinity as the largest number."""
    return math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else value


def _duration(run: MlflowRun, tags: Mapping[str, str]) -> float | None:
    if DURATION in tags:
        return float(tags[DURATION])
    if run.info.end_time is None:
        return None
    return max(0.0, float(run.info.end_time - run.info.start_time) / 1000)


def details(client: MlflowClient, run: Run, uri: str) -> Details:
    """Read what is too much for a list."""
    from mlflow.artifacts import download_artifacts

    curves = {}
    for name in list(run.metrics)[:_CURVES]:
        points = client.get_metric_history(run.id, name)
        if len(points) > 1:
            curves[name] = [(point.step, point.value) for point in points]
    files = {item.path for item in client.list_artifacts(run.id)}
    if _SOURCE not in files:
        return Details(curves, models=_models(client, run))
    with tempfile.TemporaryDirectory(prefix="jupyter_mlops-") as folder:
        path = download_artifacts(run_id=run.id, artifact_path=_SOURCE, dst_path=folder, tracking_uri=uri)
        return Details(curves, Path(path).read_text(encoding="utf-8"), _models(client, run))


def _models(client: MlflowClient, run: Run) -> tuple[str, ...]:
    from mlflow.entities import LoggedModelStatus

    outputs = client.get_run(run.id).outputs
    found = [client.get_logged_model(item.model_id) for item in (outputs.model_outputs if outputs else ())]
    return tuple(sorted({model.name for model in found if model.status == LoggedModelStatus.READY}))


def traces(client: MlflowClient, run: Run) -> Sequence[Trace]:
    """Return what was traced while the run went on, without the contents; nothing of a server that keeps no traces."""
    from mlflow.exceptions import MlflowException

    place = client.get_run(run.id).info.experiment_id
    try:
        found = client.search_traces(
            locations=[place], run_id=run.id, max_results=_TRACES, include_spans=False
        )
    except MlflowException as error:
        if error.error_code in _UNKNOWN:
            return ()
        raise
    return [
        Trace(
            item.info.trace_id,
            item.info.tags.get("mlflow.traceName", ""),
            str(item.info.state).rpartition(".")[2].lower(),
            None if item.info.execution_duration is None else item.info.execution_duration / 1000,
        )
        for item in found
    ]


def read_file(client: MlflowClient, run: Run, path: str, uri: str) -> bytes | None:
    """Return a file of the run, or None when it has none of that path."""
    from mlflow.artifacts import download_artifacts

    folder = path.rpartition("/")[0]
    there = client.list_artifacts(run.id, folder or None)
    if path not in {item.path for item in there if not item.is_dir}:
        return None
    with tempfile.TemporaryDirectory(prefix="jupyter_mlops-") as place:
        found = download_artifacts(run_id=run.id, artifact_path=path, dst_path=place, tracking_uri=uri)
        return Path(found).read_bytes()


def log_files(client: MlflowClient, run: Run, files: Sequence[Artifact]) -> None:
    """Write all files in one go."""
    if not files:
        return
    with tempfile.TemporaryDirectory(prefix="jupyter_mlops-") as folder:
        root = Path(folder).resolve()
        for item in files:
            target = (root / item.path).resolve()
            if not target.is_relative_to(root) or target == root:
                raise Invalid(
                    f"{item.path!r} is no place for a file of a run.",
                    hint="Use a relative path without '..'.",
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(item.content, Path):
                shutil.copyfile(item.content, target)
            else:
                target.write_bytes(item.content)
        client.log_artifacts(run.id, str(root))


def is_candidate(run: MlflowRun) -> bool:
    """Tell whether a run is one of many that make up another: a search's candidate, a trial of a study."""
    return PARENT in run.data.tags and (KEY not in run.data.tags or PART in run.data.tags)


def filter_of(query: str) -> str:
    """Return *query* if it is MLflow's filter, or the filter that finds its words in names."""
    upper = query.upper()
    if any(operator in upper for operator in _OPERATORS):
        return query
    words = [f"attributes.run_name ILIKE '%{quoted(word)}%'" for word in query.split()]
    return " and ".join(words)


def quoted(value: str) -> str:
    """Keep a value from ending its own quotation."""
    return value.replace("'", "").replace("`", "")
