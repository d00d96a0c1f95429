"""Perform what is queued and due, until told to stop."""

from __future__ import annotations

import contextvars
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, cast

from pydantic import Field
from sqlalchemy import func, make_url, select

from jupyter_mlops.core import call, lock, progress
from jupyter_mlops.core.card import Card
from jupyter_mlops.core.errors import Conflict
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import check_name
from jupyter_mlops.core.verb import verb
from jupyter_mlops.pipelines.durable.engine import Engine
from jupyter_mlops.pipelines.durable.state import EXECUTIONS, moment
from jupyter_mlops.pipelines.durable.workers import Worker, listed
from jupyter_mlops.pipelines.scheduling.worker_loop import Terms, WorkerLoop

_LINGER_S = 2.0


class Worked(Record):
    """What a worker saw of the project while it worked.

    Parameters
    ----------
    ended
        How many executions ended meanwhile, by how they ended; other workers' too.
    is_done
        It stopped because nothing was left.
    """

    worker: str
    started_at: datetime
    finished_at: datetime
    ended: dict[str, int]
    is_done: bool = False

    @property
    def is_well(self) -> bool:
        """Whether it was told to stop, or all that there was went well."""
        return not (self.is_done and self.ended.get("failed"))

    def card(self) -> Card:
        """Show what ended."""
        facts = tuple((status, str(count)) for status, count in sorted(self.ended.items()))
        title = f"{self.worker} has stopped."
        return Card(title, "ok" if self.is_well else "failed", facts, next=("%mlops executions",))


@verb("worker", effect="write", long=True)
def worker(
    project: Project,
    *,
    slots: Annotated[
        int | None, Field(gt=0, le=256, description="Steps at once; settings say otherwise.")
    ] = None,
    queues: Annotated[
        tuple[str, ...], Field(description="A queue to serve, all by default; may be given several times.")
    ] = (),
    name: Annotated[
        str, Field(description="What to call it among the workers; by its machine and process by default.")
    ] = "",
    until_idle: Annotated[
        bool, Field(description="Stop once nothing is left to do but what waits for people, as in CI.")
    ] = False,
) -> Worked:
    """Perform what is queued and due, until told to stop.

    Raises
    ------
    Conflict
        A worker of that name is at work, or another one on this project's SQLite.
    Unavailable
        The store does not answer.
    """
    started = project.clock.now()
    asked = slots or project.settings.worker_slots
    known = [check_name(queue) for queue in queues]
    this = Worker.of_here(started, kind="worker", slots=asked, queues=known, name=name and check_name(name))
    engine = cast(Engine, project.service("engine", project.settings.engine))
    with _alone(project) as is_alone:
        terms = Terms(this, is_until_idle=until_idle, is_alone=is_alone)
        loop = WorkerLoop(project, engine, terms, progress.is_cancelled)
        context = contextvars.copy_context()
        context.run(call.current.set, None)  # whatever it does is a call of its own
        with _heard(), _stopped_by_signals(loop.stop):
            context.run(loop.run)
    return Worked(
        worker=this.id,
        started_at=started,
        finished_at=project.clock.now(),
        ended=_ended(project, started),
        is_done=loop.is_done,
    )


@contextmanager
def _alone(project: Project) -> Iterator[bool]:
    """Keep other workers from a store that has room for one only, and tell whether it is such."""
    url = make_url(project.store.url)
    with ExitStack() as stack:
        is_file = url.get_backend_name() == "sqlite"
        if is_file:
            try:
                stack.enter_context(
                    lock.exclusive(Path(url.database or "").with_name("worker.lock"), wait_s=0)
                )
            except Conflict:
                raise _busy(project) from None
        yield is_file


def _busy(project: Project) -> Conflict:
    with project.store.read() as connection:
        others = [other for other in listed(connection) if other.kind == "worker"]
    who = f"{others[-1].id}, process {others[-1].pid} on {others[-1].host}," if others else "Another worker"
    return Conflict(
        f"{who} is at work on this project, and SQLite has room for one.",
        hint="Stop it, give it more --slots, or let store_url name a PostgreSQL database.",
    )


@contextmanager
def _heard() -> Iterator[None]:
    """Have what the worker says seen, a line each, where nobody has arranged for it."""
    logger = logging.getLogger("jupyter_mlops")
    if logger.hasHandlers():
        yield
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(asctime)s %(message)s"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Redacting(logging.Formatter):
    """Keep secrets out of the log, those of errors too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        return redact(super().format(record))


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Stop in order at the first SIGTERM or SIGINT; the second has its usual effect."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    heard: list[int] = []

    def hear(number: int, _frame: object) -> None:
        heard.append(number)
        signal.signal(number, usual[signal.Signals(number)])
        stop()

    for number in usual:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
        if heard and "IPython" not in sys.modules:  # a kernel lives on
            _end_soon()


def _end_soon() -> None:
    """End this process even if a step that nobody can interrupt still runs: its claim is gone, it is done again."""
    timer = threading.Timer(_LINGER_S, os._exit, (0,))
    timer.daemon = True
    timer.start()


def _ended(project: Project, since: datetime) -> dict[str, int]:
    query = select(EXECUTIONS.c.status, func.count()).where(EXECUTIONS.c.finished_at >= moment(since))
    with project.store.read() as connection:
        rows = connection.execute(query.group_by(EXECUTIONS.c.status)).all()
    return {row[0]: row[1] for row in rows}
