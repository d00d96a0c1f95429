"""Long calls that the server answers at once: each is a job that can be followed and cancelled."""

from __future__ import annotations

import contextvars
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import MlopsError, NotFound
from jupyter_mlops.core.record import Record

JobState = Literal["running", "done", "failed", "cancelled"]
_AT_ONCE = 8
_KEPT = 100


@dataclass
class Job:
    """One call under way, or ended.

    Parameters
    ----------
    actor
        Who asked for it: nobody else may look into it or cancel it.
    """

    verb: str
    actor: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    state: JobState = "running"
    done: int = 0
    total: int = 0
    label: str = ""
    answer: Record | None = None
    error: dict[str, object] | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def wire(self, *, is_whole: bool = True) -> dict[str, object]:
        """Return the job as plain JSON types, without its answer when it is one of a list."""
        shown = {
            name: getattr(self, name) for name in ("id", "verb", "state", "done", "total", "label", "error")
        }
        return shown | {"answer": self.answer.with_card() if self.answer is not None and is_whole else None}


class Jobs:
    """The jobs of one server.

    Parameters
    ----------
    changed
        Hears of every change, in the job's own thread.
    """

    def __init__(self, changed: Callable[[Job], None]) -> None:
        self._changed = changed
        self._jobs: dict[str, Job] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="mlops-job")

    def start(self, verb: str, actor: str, work: Callable[[], Record]) -> Job:
        """Begin *work* beside the server, and answer at once."""
        job = Job(verb, actor)
        self._jobs[job.id] = job
        for old in [key for key, item in self._jobs.items() if item.state != "running"][:-_KEPT]:
            del self._jobs[old]
        self._pool.submit(contextvars.copy_context().run, self._run, job, work)
        return job

    def listed(self, actor: str) -> list[Job]:
        """Return the actor's jobs, newest first."""
        return [job for job in reversed(self._jobs.values()) if job.actor == actor]

    def find(self, job_id: str, actor: str) -> Job:
        """Return the actor's job of that id.

        Raises
        ------
        NotFound
            The actor has none.
        """
        job = self._jobs.get(job_id)
        if job is None or job.actor != actor:
            raise NotFound(f"No job {job_id!r}.", hint="It may have ended before the server was restarted.")
        return job

    def cancel(self, job_id: str, actor: str) -> Job:
        """Ask a job to stop; it says itself when it has."""
        job = self.find(job_id, actor)
        job.cancelled.set()
        return job

    def close(self) -> None:
        """Ask every job to stop, and begin none anew."""
        for job in self._jobs.values():
            job.cancelled.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, job: Job, work: Callable[[], Record]) -> None:
        def report(done: int, total: int, label: str) -> None:
            job.done, job.total, job.label = done, total, label
            self._changed(job)

        try:
            with progress.listening(report, job.cancelled.is_set):
                job.answer = work()
            job.state = "done"
        except MlopsError as error:
            job.error = error.wire()
            job.state = "cancelled" if job.cancelled.is_set() else "failed"
        except BaseException as error:
            job.error = {
                "code": "error",
                "message": f"{type(error).__name__}: {error}",
                "hint": "",
                "docs": "",
            }
            job.state = "failed"
            raise
        finally:
            self._changed(job)
