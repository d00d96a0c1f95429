"""Keep on disk what the tracker could not take, and send it when it answers again."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from jupyter_mlops.core import durable
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, ModelFile, Run, RunLog, RunStatus

_DURATION = "jupyter_mlops.duration_s"


def keep(project: Project, run: Run, status: RunStatus, logs: Sequence[RunLog], took_s: float) -> Path:
    """Write what a run lacks to the spool, whole or not at all, and return the folder."""
    root = _root(project)
    root.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=root))
    models = [model for log in logs for model in log.models]
    artifacts = [item for log in logs for item in log.artifacts]
    content = {
        "run": run.wire(),
        "status": status,
        "params": {key: value for log in logs for key, value in log.params.items()},
        "metrics": {key: repr(value) for log in logs for key, value in log.metrics.items()},
        "tags": {key: value for log in logs for key, value in log.tags.items()}
        | {_DURATION: f"{took_s:.6f}"},
        "artifacts": [_keep_file(fresh, number, item) for number, item in enumerate(artifacts)],
        "models": [_keep_model(fresh, number, model) for number, model in enumerate(models)],
    }
    durable.write(fresh / "run.json", json.dumps(content).encode())
    durable.sync_folder(fresh)
    place = root / run.id
    shutil.rmtree(place, ignore_errors=True)
    kept = fresh.rename(place)
    durable.sync_folder(root)
    return kept


def replay(project: Project) -> Sequence[Run]:
    """Send what waits in the spool, oldest first, and return the runs that are whole now.

    Raises
    ------
    Unavailable
        The tracker does not answer; the rest waits on.
    """
    root = _root(project)
    if not root.is_dir():
        return []
    waiting = sorted((place for place in root.iterdir() if (place / "run.json").is_file()), key=_age)
    return [run for run in (_send(project, place) for place in waiting) if run is not None]


def settle(project: Project) -> None:
    """Send what waits, and close the runs of kernels that were killed: what a session does before its first run."""
    replay(project)
    if project.session.last_run is None:
        project.tracker.close_lost()


def _root(project: Project) -> Path:
    return project.folder / "spool"


def _age(place: Path) -> float:
    return (place / "run.json").stat().st_mtime


def _send(project: Project, place: Path) -> Run | None:
    """Send one run's rest; what the tracker refuses stays where it is, for a person to look at."""
    content = json.loads((place / "run.json").read_text(encoding="utf-8"))
    run = Run.model_validate(content["run"])
    log = RunLog(
        params=content["params"],
        metrics={key: float(value) for key, value in content["metrics"].items()},
        tags=content["tags"],
        artifacts=[Artifact(item["path"], place / item["file"]) for item in content["artifacts"]],
        models=[_read_model(place, item) for item in content["models"]],
    )
    try:
        project.tracker.log(run, log)
        done = project.tracker.finish(run, content["status"])
    except (NotFound, Invalid):
        return None
    shutil.rmtree(place)
    return done


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
