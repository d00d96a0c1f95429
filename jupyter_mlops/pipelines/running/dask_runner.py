"""Run notebooks on the workers of a Dask cluster, which see the project's folder where this process sees it.

A worker runs them as this machine would, with our papermill engine. Dask would start a task again whose worker has died: a
notebook is started once, and its worker's death told.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.injection import with_parameters
from jupyter_mlops.pipelines.running.journal import Journal
from jupyter_mlops.pipelines.running.lost import settle
from jupyter_mlops.pipelines.running.runner import (
    ENDED_WELL,
    CellProgress,
    CellRun,
    Failure,
    Job,
    NotebookRun,
)

if TYPE_CHECKING:
    from distributed import Client, Future

_POLL_S = 0.2
_LOOK_S = 5.0
_CONNECT_S = 10.0
_HELD = "_jupyter_mlops_cancellations"


class DaskRunner:
    """Run notebooks on a Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler; what Dask's own configuration says by default (`DASK_SCHEDULER_ADDRESS`).
    """

    def __init__(self, project: Project, address: str | None = None) -> None:
        self._project = project
        self._address = address

    def run(
        self, job: Job, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]
    ) -> NotebookRun:
        """Run every cell on some worker until one fails, and answer truthfully how each ended.

        Raises
        ------
        Unavailable
            There is no cluster, or no worker sees the project.
        """
        key = f"notebook-{secrets.token_hex(8)}"
        told = _Told(job)
        with _client(self._address) as client:
            client.subscribe_topic(key, lambda event: told.hear(event[1]))
            future = client.submit(_run, str(self._project.root), job, key, key=key, pure=False, retries=0)
            errand = _Errand(client, future, key, told)
            try:
                errand.follow(observe, cancelled)
                return errand.answer(job)
            except BaseException:
                errand.cancel()
                raise
            finally:
                client.unsubscribe_topic(key)


class _Told:
    """What is known of a run from afar."""

    def __init__(self, job: Job) -> None:
        node = with_parameters(job.notebook.node, job.parameters, job.secrets)
        self.worker = ""
        self.events: SimpleQueue[CellProgress] = SimpleQueue()
        self.cells = [
            CellRun(
                number=number, id=node.cells[at].id, label=document.label(node.cells, at), status="not_run"
            )
            for number, at in enumerate(document.runnable(node.cells), 1)
        ]

    def hear(self, said: Mapping[str, object]) -> None:
        """Take in what a worker says of a cell; called from the client's own thread."""
        self.worker = str(said.get("worker", ""))
        cell = CellRun.model_validate(said["cell"])
        self.cells[cell.number - 1] = cell
        done = sum(found.status in ENDED_WELL for found in self.cells)
        self.events.put(CellProgress(done, len(self.cells), cell.label, cell, tuple(self.cells)))


@contextmanager
def _client(address: str | None) -> Iterator[Client]:
    try:
        from dask import config
        from distributed import Client
    except ImportError as error:
        raise Unavailable(
            "Dask is not installed.", hint="Run `pip install 'jupyter-mlops[dask]'`."
        ) from error
    where = address or config.get("scheduler-address", None)
    if where is None:
        raise Unavailable(
            "No Dask cluster is named.", hint="Set DASK_SCHEDULER_ADDRESS, like tcp://scheduler:8786."
        )
    try:
        client = Client(where, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise Unavailable(
            f"The Dask cluster at {where} does not answer.", hint="Start it, or name another."
        ) from error
    with client:
        yield client


class _Errand:
    """One notebook on its way through the cluster."""

    def __init__(self, client: Client, future: Future[NotebookRun | str], key: str, told: _Told) -> None:
        self._client = client
        self._future = future
        self._key = key
        self._told = told
        self._is_cancelled = False
        self._looked = time.monotonic()
        self._alone = 0

    def follow(self, observe: Callable[[CellProgress], None], cancelled: Callable[[], bool]) -> None:
        """Pass on what is told until the run ends, in the caller's own thread."""
        while not self._future.done() or not self._told.events.empty():
            with suppress(Empty):
                observe(self._told.events.get(timeout=_POLL_S))
            if cancelled() and not self._is_cancelled:
                self.cancel()
            if time.monotonic() - self._looked > _LOOK_S:
                self._look()

    def cancel(self) -> None:
        """Stop the notebook where it runs, or before it does."""
        stopped = self._client.run(_cancel, self._key, on_error="ignore")
        self._is_cancelled = True
        if not any(stopped.values()):
            self._future.cancel()

    def answer(self, job: Job) -> NotebookRun:
        """Return the worker's answer, or say that it died, or that the run was cancelled before it began."""
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        try:
            found = self._future.result()
        except (KilledWorker, FutureCancelledError, CommClosedError, OSError) as error:
            found = type(error).__name__
        if isinstance(found, NotebookRun):
            return found
        has_begun = any(cell.started_at is not None for cell in self._told.cells)
        return _lost(job, self._told, str(found)) if has_begun or not self._is_cancelled else _never(job)

    def _look(self) -> None:
        """Give up when all workers have gone with it: Dask would wait for new ones."""
        self._looked = time.monotonic()
        has_begun = any(cell.started_at is not None for cell in self._told.cells)
        self._alone = self._alone + 1 if has_begun and not self._client.nthreads() else 0
        if self._alone > 1:
            self._future.cancel()


def _never(job: Job) -> NotebookRun:
    node = with_parameters(job.notebook.node, job.parameters, job.secrets)
    job.output.parent.mkdir(parents=True, exist_ok=True)
    journal = Journal(node, lambda node: document.write(node, job.output), lambda _: None)
    journal.begin()
    journal.failed(None, "cancelled", "Cancelled before a worker took it.")
    journal.finish()
    return journal.answer(job.notebook.kernel or "", ())


def _lost(job: Job, told: _Told, name: str) -> NotebookRun:
    """Answer for a worker that died."""
    message = f"The Dask worker {told.worker} that ran it died."
    at = next((cell for cell in told.cells if cell.status == "running"), None)
    cells = settle(job.output, told.cells, "WorkerDied", message)
    number, label = (0, "") if at is None else (at.number, at.label)
    return NotebookRun(
        status="failed",
        kernel=job.notebook.kernel or "",
        duration_s=sum(cell.duration_s or 0.0 for cell in cells),
        cells=cells,
        failure=Failure(cause="worker_died", cell=number, label=label, name=name, message=message),
    )


def _run(root: str, job: Job, key: str) -> NotebookRun | str:
    """Run the notebook on this worker, unless another has begun; return its answer, or why there is none."""
    from distributed import get_worker

    from jupyter_mlops.pipelines.running.papermill import PapermillRunner

    folder = Path(root)
    if not folder.is_dir():
        raise Unavailable(
            f"A Dask worker does not see {root}.", hint="Share the project's folder with the cluster."
        )
    job.output.parent.mkdir(parents=True, exist_ok=True)
    mark = job.output.with_name(f".{key}")
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return "WorkerDied"
    worker = get_worker()
    stop = _held(worker).setdefault(key, threading.Event())
    try:
        return PapermillRunner(Project(folder)).run(
            job, lambda at: worker.log_event(key, {"cell": at.cell.wire()}), stop.is_set
        )
    finally:
        del _held(worker)[key]
        mark.unlink(missing_ok=True)


def _cancel(key: str, dask_worker: object = None) -> bool:
    """Stop the notebook if this worker runs it, and tell whether it does."""
    stop = _held(dask_worker).get(key)
    if stop is not None:
        stop.set()
    return stop is not None


def _held(worker: object) -> dict[str, threading.Event]:
    """Return what stops the notebooks of a worker, by their keys."""
    held: dict[str, threading.Event] = vars(worker).setdefault(_HELD, {})
    return held
