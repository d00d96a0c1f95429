"""Keep what a cell logs while the tracking server is away: on disk, until it answers again."""

from __future__ import annotations

import functools
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from jupyter_mlops.core.tracker import Artifact, Point, RunLog
from jupyter_mlops.experiments.spool import Journal
from jupyter_mlops.experiments.tracking.mlflow_wire import Wire

_AWAY = frozenset([502, 503, 504])

Given = Mapping[str, object]


class Outbox:
    """Stand before the calls of MLflow's client that write to one run.

    After the first that the server did not answer, it asks no more until the block ends: a cell waits once.
    """

    def __init__(self, run: str, journal: Journal, wire: Wire) -> None:
        self._run = run
        self._journal = journal
        self._wire = wire
        self._is_open = False
        self._lock = threading.Lock()

    def install(self, stack: ExitStack) -> None:
        """Stand there until *stack* is closed."""
        from mlflow.tracking import MlflowClient

        for name, read in _READERS.items():
            original = getattr(MlflowClient, name)
            stack.callback(setattr, MlflowClient, name, original)
            setattr(MlflowClient, name, self._standing_before(original, read))

    def _standing_before(
        self, original: Callable[..., object], read: Callable[[Given], RunLog]
    ) -> Callable[..., object]:
        signature = inspect.signature(original)

        @functools.wraps(original)
        def call(*args: object, **options: object) -> object:
            given = signature.bind(*args, **options).arguments
            if given["run_id"] != self._run:
                return original(*args, **options)
            if not self._is_open:
                try:
                    return original(*args, **options)
                except OSError:
                    if not self._wire.is_silent:
                        raise
                except Exception as error:
                    if not self._is_away(error):
                        raise
            self._keep(read(given))
            return given.get("value")

        return call

    def _is_away(self, error: Exception) -> bool:
        status = getattr(error, "get_http_status_code", None)
        return self._wire.is_silent or (status is not None and status() in _AWAY)

    def _keep(self, log: RunLog) -> None:
        with self._lock:
            self._journal.add(log)
            self._is_open = True
        self._wire.hang_up()  # nor does any other call of the block wait for it


def _metric(given: Given) -> RunLog:
    at, step = given.get("timestamp"), given.get("step")
    return RunLog(
        points=[
            Point(
                str(given["key"]),
                step if isinstance(step, int) else 0,
                float(str(given["value"])),
                at if isinstance(at, int) else int(time.time() * 1000),
            )
        ]
    )


def _batch(given: Given) -> RunLog:
    def items(name: str) -> list[object]:
        found = given.get(name)
        return list(found) if isinstance(found, list | tuple) else []

    return RunLog(
        params={_text(item, "key"): _text(item, "value") for item in items("params")},
        tags={_text(item, "key"): _text(item, "value") for item in items("tags")},
        points=[
            Point(
                _text(item, "key"),
                int(_text(item, "step")),
                float(_text(item, "value")),
                int(_text(item, "timestamp")),
            )
            for item in items("metrics")
        ],
    )


def _text(item: object, name: str) -> str:
    return str(getattr(item, name))


def _param(given: Given) -> RunLog:
    return RunLog(params={str(given["key"]): str(given["value"])})


def _tag(given: Given) -> RunLog:
    return RunLog(tags={str(given["key"]): str(given["value"])})


def _file(given: Given) -> RunLog:
    path = Path(os.fspath(str(given["local_path"])))
    return RunLog(artifacts=list(_below(path, path.parent, given)))


def _folder(given: Given) -> RunLog:
    path = Path(str(given["local_dir"]))
    return RunLog(artifacts=list(_below(path, path, given)))


def _below(path: Path, root: Path, given: Given) -> Iterator[Artifact]:
    place = PurePosixPath(str(given.get("artifact_path") or ""))
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            yield Artifact((place / file.relative_to(root).as_posix()).as_posix(), file)


_READERS: Mapping[str, Callable[[Given], RunLog]] = {
    "log_metric": _metric,
    "log_batch": _batch,
    "log_param": _param,
    "set_tag": _tag,
    "log_artifact": _file,
    "log_artifacts": _folder,
}
