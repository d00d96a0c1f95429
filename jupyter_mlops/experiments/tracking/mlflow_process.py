"""Which process makes a run, and whether it still lives."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jupyter_mlops.experiments.tracking.mlflow_reading import BORN, HOST, PARENT, PID, PIPELINE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

_SOURCE = "jupyter_mlops.notebook"
_COMMIT = "jupyter_mlops.git.commit"
_SILENCE_MS = 7 * 24 * 3600 * 1000
_LOOKED_AT = 50


def identity(actor: str, tags: Mapping[str, str]) -> dict[str, str]:
    """Say which process makes a run, and what MLflow's own pages want to know of its source."""
    import psutil

    known = {"mlflow.source.git.commit": _COMMIT, PARENT: "jupyter_mlops.parent"}
    return {
        PID: str(os.getpid()),
        HOST: socket.gethostname(),
        BORN: f"{psutil.Process().create_time():.2f}",
        "mlflow.user": actor,
        "mlflow.source.name": tags.get(_SOURCE, "notebook"),
        "mlflow.source.type": "NOTEBOOK" if tags.get(_SOURCE, ".ipynb").endswith(".ipynb") else "LOCAL",
    } | {theirs: tags[ours] for theirs, ours in known.items() if ours in tags}


def is_lost(client: MlflowClient, run: MlflowRun, now_ms: int) -> bool:
    """Tell whether nobody runs what still counts as running.

    Of another machine nobody here can tell but by its silence; one that goes on all the same ends its run itself.
    """
    tags = run.data.tags
    if HOST not in tags:
        return False  # not of ours
    if PIPELINE in tags:
        return (
            False  # an execution's, which outlives the process that began it: whoever ends that ends its run
        )
    if tags[HOST] == socket.gethostname():
        return not is_alive(tags)
    signs = [int(run.info.start_time)]
    if now_ms - signs[0] > _SILENCE_MS:
        for name in list(run.data.metrics)[:_LOOKED_AT]:
            signs += [int(point.timestamp) for point in client.get_metric_history(run.info.run_id, name)]
    return now_ms - max(signs) > _SILENCE_MS


def is_alive(tags: Mapping[str, str]) -> bool:
    """Tell whether the process that made a run still lives, and is not another of the same number."""
    import psutil

    try:
        born = psutil.Process(int(tags[PID])).create_time()
        return abs(born - float(tags[BORN])) < 1
    except psutil.NoSuchProcess:
        return False
    except (KeyError, ValueError, psutil.Error):
        return True
