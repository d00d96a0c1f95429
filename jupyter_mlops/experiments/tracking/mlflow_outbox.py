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
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Artifact, Point, Run, RunLog, RunStatus
from jupyter_mlops.experiments.spool import Journal
from jupyter_mlops.experiments.tracking.mlflow_active import entity, replace
from jupyter_mlops.experiments.tracking.mlflow_reading import PART, read_run
from jupyter_mlops.experiments.tracking.mlflow_wire import Wire
from jupyter_mlops.experiments.unsent import unsent

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun

_AWAY = frozenset([502, 503, 504])
_NAME = "mlflow.runName"

Given = Mapping[str, object]
Answer = TypeVar("Answer")


class Outbox:
    """Stand before the calls of MLflow's client that write to the runs of one block.

    After the first that the server did not answer, it asks no more until the block ends: a cell waits once.

    Parameters
    ----------
    run
        The block's own; those that begin within it join it.
    """

    def __init__(self, project: Project, run: Run, wire: Wire) -> None:
        self._project = project
        self._run = run
        self._wire = wire
        self._journals = {run.id: Journal(project, run)}
        self._is_open = False
        self._lock = threading.Lock()

    def stand_for(self, run: Run) -> Journal:
        """Keep what *run* is not sent, too."""
        journal = self._journals[run.id] = Journal(self._project, run)
        return journal

    def install(self, stack: ExitStack) -> None:
        """Stand there until *stack* is closed."""
        from mlflow.tracking import MlflowClient

        for name, keep in _KEEPERS.items():
            replace(stack, MlflowClient, name, self._standing_before(getattr(MlflowClient, name), keep))
        replace(stack, MlflowClient, "create_run", self._starting(MlflowClient.create_run))

    def _standing_before(
        self, original: Callable[..., object], keep: Callable[[Journal, Given], None]
    ) -> Callable[..., object]:
        signature = inspect.signature(original)

        @functools.wraps(original)
        def call(*args: object, **options: object) -> object:
            given = signature.bind(*args, **options).arguments
            journal = self._journals.get(given["run_id"])
            if journal is None:
                return original(*args, **options)
            if not journal.is_of_unsent:
                for answer in self._asked(lambda: original(*args, **options)):
                    return answer
            self._keep(lambda: keep(journal, given))
            return given.get("value")

        return call

    def _starting(self, original: Callable[..., MlflowRun]) -> Callable[..., MlflowRun]:
        """Let a run that begins within the block begin all the same."""
        signature = inspect.signature(original)

        @functools.wraps(original)
        def create_run(*args: object, **options: object) -> MlflowRun:
            for made in self._asked(lambda: original(*args, **options)):
                self.stand_for(read_run(made, self._run.experiment))
                return made
            given = signature.bind(*args, **options).arguments
            begun = self._begun(given)
            self._keep(lambda: self.stand_for(begun).end("killed"))  # until it says how it ended
            return entity(begun, str(given["experiment_id"]))

        return create_run

    def _begun(self, given: Given) -> Run:
        tags = given.get("tags")
        known = {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}
        name = str(given.get("run_name") or known.get(_NAME) or self._run.name)
        return unsent(
            self._project,
            name,
            key=uuid4().hex,
            experiment=self._run.experiment,
            tags={**known, PART: "nested"},
        )

    def _asked(self, request: Callable[[], Answer]) -> list[Answer]:
        """Return what the server answers; nothing if it is away."""
        if self._is_open:
            return []
        try:
            return [request()]
        except OSError:
            if not self._wire.is_silent:
                raise
        except Exception as error:
            if not self._is_away(error):
                raise
        return []

    def _is_away(self, error: Exception) -> bool:
        status = getattr(error, "get_http_status_code", None)
        return self._wire.is_silent or (status is not None and status() in _AWAY)

    def _keep(self, write: Callable[[], None]) -> None:
        with self._lock:
            write()
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


def _adding(read: Callable[[Given], RunLog]) -> Callable[[Journal, Given], None]:
    return lambda journal, given: journal.add(read(given))


def _end(journal: Journal, given: Given) -> None:
    journal.end(_ENDS.get(str(given.get("status")), "finished"))


_ENDS: Mapping[str, RunStatus] = {"FAILED": "failed", "KILLED": "killed"}
_KEEPERS: Mapping[str, Callable[[Journal, Given], None]] = {
    **{name: _adding(read) for name, read in _READERS.items()},
    "set_terminated": _end,
}
