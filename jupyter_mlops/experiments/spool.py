"""Keep on disk what the tracker could not take, and send it when it answers again."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

from jupyter_mlops.core import durable
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelFile, Point, Run, RunLog, RunStatus
from jupyter_mlops.data.sources import scratch
from jupyter_mlops.experiments.tracking.mlflow_process import is_alive
from jupyter_mlops.experiments.tracking.mlflow_reading import BORN, PID
from jupyter_mlops.experiments.unsent import is_unsent, started

_DURATION = "jupyter_mlops.duration_s"
_LINES = "journal.jsonl"
_ID = 32


def keep(project: Project, run: Run, status: RunStatus, logs: Sequence[RunLog], took_s: float) -> Path:
    """Write what a run lacks to the spool, whole or not at all, and return the folder.

    What waits of the run already is sent first, but for its journal, which *logs* hold.
    """
    root = folder(project)
    root.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=scratch.FRESH, dir=root))
    models = [model for log in logs for model in log.models]
    artifacts = [item for log in logs for item in log.artifacts]
    content = {
        "run": run.wire(),
        "status": status,
        "params": {key: value for log in logs for key, value in log.params.items()},
        "metrics": {key: repr(value) for log in logs for key, value in log.metrics.items()},
        "points": [_written(point) for log in logs for point in log.points],
        "curves": {
            name: [(step, repr(value)) for step, value in curve]
            for log in logs
            for name, curve in log.curves.items()
        },
        "tags": {key: value for log in logs for key, value in log.tags.items()}
        | {_DURATION: f"{took_s:.6f}"},
        "artifacts": [_keep_file(fresh, number, item) for number, item in enumerate(artifacts)],
        "models": [_keep_model(fresh, number, model) for number, model in enumerate(models)],
    }
    durable.write(fresh / "run.json", json.dumps(content).encode())
    durable.sync_folder(fresh)
    place = root / run.id
    if (place / "run.json").is_file() and not (place / _LINES).is_file():
        place = root / f"{run.id}-{uuid4().hex[:8]}"
    shutil.rmtree(place, ignore_errors=True)
    kept = fresh.rename(place)
    durable.sync_folder(root)
    return kept


class _Part(TypedDict, total=False):
    """What a file of the spool holds; a line of a journal holds less."""

    run: dict[str, object]
    status: RunStatus
    owner: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, str]
    points: list[tuple[str, int, str, int]]
    curves: dict[str, list[tuple[int, str]]]
    tags: dict[str, str]
    artifacts: list[dict[str, str]]
    models: list[dict[str, object]]


class Journal:
    """What a cell logs while the tracker is away: on disk at once, so that it outlives the kernel."""

    def __init__(self, project: Project, run: Run) -> None:
        self._place = folder(project) / run.id
        self._run = run
        self._now = project.clock.now
        self._files = 0
        self.is_of_unsent = is_unsent(run)

    def add(self, log: RunLog) -> None:
        """Add parameters, points, tags and files; the run counts as killed unless its cell ends."""
        if not (self._place / "run.json").is_file():
            self._begin("killed")
        kept = [_keep_file(self._place, self._next(), item) for item in log.artifacts]
        line = {
            "params": dict(log.params),
            "points": [_written(point) for point in log.points],
            "tags": dict(log.tags),
            "artifacts": kept,
        }
        with (self._place / _LINES).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")

    def end(self, status: RunStatus) -> None:
        """Say that the run has ended now, and how."""
        self._begin(status)
        took = self._now() - self._run.started_at
        self.add(RunLog(tags={_DURATION: f"{took.total_seconds():.6f}"}))

    def _begin(self, status: RunStatus) -> None:
        self._place.mkdir(parents=True, exist_ok=True)
        begun = {"run": self._run.wire(), "status": status, "owner": _this_process()}
        durable.write(self._place / "run.json", json.dumps(begun).encode())

    def _next(self) -> int:
        self._files += 1
        return self._files


def journalled(project: Project, run: Run) -> RunLog | None:
    """Return what the journal of *run* holds; None when the tracker was there all the time."""
    place = folder(project) / run.id
    return _read(place, json.loads((place / "run.json").read_bytes())) if (place / _LINES).is_file() else None


def drop(project: Project, run: Run) -> None:
    """Forget the journal of *run*: it is sent."""
    shutil.rmtree(folder(project) / run.id, ignore_errors=True)


def waiting(project: Project) -> int:
    """Return how many runs wait in the spool."""
    return len({place.name[:_ID] for place in _places(project)})


def replay(project: Project) -> Sequence[Run]:
    """Send what waits in the spool, oldest first, and return the runs that are whole now.

    Raises
    ------
    Unavailable
        The tracker does not answer; the rest waits on.
    """
    return [run for run in (_send(project, place) for place in _places(project)) if run is not None]


def settle(project: Project) -> None:
    """Send what waits, and close the runs of kernels that were killed: what a session does before its first run."""
    replay(project)
    if project.session.last_run is None:
        project.tracker.close_lost()


def folder(project: Project) -> Path:
    """Return the folder in which runs wait."""
    return project.folder / "spool"


def _places(project: Project) -> list[Path]:
    root = folder(project)
    found = root.iterdir() if root.is_dir() else ()
    return sorted((place for place in found if (place / "run.json").is_file()), key=_age)


def _age(place: Path) -> float:
    return (place / "run.json").stat().st_mtime


def _send(project: Project, place: Path) -> Run | None:
    """Send one run's rest; what the tracker refuses stays where it is, for a person to look at."""
    content: _Part = json.loads((place / "run.json").read_text(encoding="utf-8"))
    if _is_underway(content.get("owner", {})):
        return None
    run, log = Run.model_validate(content["run"]), _read(place, content)
    try:
        run = started(project, run)
        project.tracker.log(run, log)
        done = project.tracker.finish(run, content["status"])
    except (NotFound, Invalid):
        return None
    shutil.rmtree(place)
    return done


def _read(place: Path, content: _Part) -> RunLog:
    """Return all that a folder of the spool holds, the lines of its journal included."""
    lines = place / _LINES
    said = lines.read_text(encoding="utf-8").splitlines(keepends=True) if lines.is_file() else []
    parts: list[_Part] = [
        content,
        *(json.loads(line) for line in said if line.endswith("\n")),
    ]  # the last may be cut off
    return RunLog(
        params={key: value for part in parts for key, value in part.get("params", {}).items()},
        metrics={key: float(value) for key, value in content.get("metrics", {}).items()},
        points=[
            Point(name, step, float(value), at_ms)
            for part in parts
            for name, step, value, at_ms in part.get("points", [])
        ],
        curves={
            name: [(step, float(value)) for step, value in curve]
            for name, curve in content.get("curves", {}).items()
        },
        tags={key: value for part in parts for key, value in part.get("tags", {}).items()},
        artifacts=[
            Artifact(item["path"], place / item["file"])
            for part in parts
            for item in part.get("artifacts", [])
        ],
        models=[_read_model(place, item) for item in content.get("models", [])],
    )


def _written(point: Point) -> tuple[str, int, str, int]:
    return point.name, point.step, repr(point.value), point.at_ms


def _this_process() -> dict[str, str]:
    import psutil

    return {PID: str(os.getpid()), BORN: f"{psutil.Process().create_time():.2f}"}


def _is_underway(owner: dict[str, str]) -> bool:
    """Tell whether another process still runs the cell."""
    return bool(owner) and owner.get(PID) != str(os.getpid()) and is_alive(owner)


def _keep_file(folder: Path, number: int, item: Artifact) -> dict[str, str]:
    name = f"file-{number}"
    content = item.content.read_bytes() if isinstance(item.content, Path) else item.content
    durable.write(folder / name, content)
    return {"path": item.path, "file": name}


def _keep_model(folder: Path, number: int, model: ModelFile) -> dict[str, object]:
    import skops.io

    name = f"model-{number}.skops"
    durable.write(
        folder / name, skops.io.dumps({"estimator": model.estimator, "example": _plain(model.example)})
    )
    return {
        "name": model.name,
        "fingerprint": model.fingerprint,
        "requirements": list(model.requirements),
        "trusted": list(model.trusted),
        "file": name,
    }


def _read_model(folder: Path, item: dict[str, object]) -> ModelFile:
    import pandas as pd
    import skops.io

    trusted = [str(name) for name in _list(item["trusted"])]
    kept = skops.io.load(folder / str(item["file"]), trusted=trusted)
    example = kept["example"]
    return ModelFile(
        name=str(item["name"]),
        estimator=kept["estimator"],
        fingerprint=str(item["fingerprint"]),
        requirements=tuple(str(pin) for pin in _list(item["requirements"])),
        trusted=tuple(trusted),
        example=pd.DataFrame(example) if isinstance(example, dict) else example,
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _plain(example: object) -> object | None:
    """Return an example in types that the safe format keeps: arrays, and tables of plain columns."""
    import numpy as np
    import pandas as pd

    if isinstance(example, np.ndarray):
        return example
    if isinstance(example, pd.DataFrame) and all(isinstance(name, str) for name in example.columns):
        return {str(name): example[name].tolist() for name in example.columns}
    return None
