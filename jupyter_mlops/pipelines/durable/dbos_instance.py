"""DBOS as we use it: quiet, without a network, without pickles, its tables beside ours."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from jupyter_mlops.core.errors import Invalid, Unavailable
from jupyter_mlops.core.redact import redact
from jupyter_mlops.pipelines.durable.engine import QueueLimits

if TYPE_CHECKING:
    from dbos import DBOSConfig, WorkflowStatus

SCHEMA = "mlops_engine"
_LOG = logging.getLogger(__name__)
_APPLICATION = "jupyter-mlops"
_VERSION = "1"  # any worker performs any task, whatever its own version: keys are all that tasks say
_CLOCK_S = 1.0  # SQLite's clock, as DBOS reads it, has whole seconds


def database(store: str) -> str:
    """Return the URL of the engine's tables, given that of ours."""
    url = make_url(store)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    if url.get_backend_name() == "sqlite" and url.database:
        return f"sqlite:///{Path(url.database).with_name('engine.db')}"
    raise Invalid(
        f"Pipelines cannot be kept in {url.get_backend_name()}.",
        hint="Let store_url name a SQLite file or a PostgreSQL database.",
    )


def prepare(url: str) -> None:
    """Make ready what DBOS does not do by itself, or would do otherwise."""
    _refuse_pickles()
    _hear_log()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database), timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def config(url: str, worker: str) -> DBOSConfig:
    """Return DBOS's settings."""
    from dbos import DBOSPortableJSONSerializer

    return {
        "name": _APPLICATION,
        "application_version": _VERSION,
        "executor_id": worker,
        "system_database_url": url,
        "dbos_system_schema": SCHEMA,
        "sys_db_pool_size": 5,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "use_listen_notify": False,
        "notification_listener_polling_interval_sec": 0.5,
        "scheduler_polling_interval_sec": 3600.0,
    }


def register(name: str, limits: QueueLimits, *, is_known: bool) -> None:
    """Make a queue.

    Parameters
    ----------
    is_known
        Its limits hold from now on for every worker; else those that it has stay.
    """
    from dbos import DBOS

    period = limits.per_s + _CLOCK_S  # the window that DBOS counts may be short by as much
    DBOS.register_queue(
        name,
        global_concurrency=limits.concurrency,
        limiter={"limit": limits.rate, "period": period} if limits.rate is not None else None,
        polling_interval_sec=limits.look_s,
        on_conflict="always_update" if is_known else "never_update",
    )


def listed(**query: Any) -> list[WorkflowStatus]:
    """Return the tasks that DBOS's own filters let pass."""
    from dbos import DBOS

    with answering():
        return DBOS.list_workflows(**query, load_input=False, load_output=False)


@contextmanager
def answering() -> Iterator[None]:
    """Turn what DBOS and the driver say into one sentence."""
    from dbos import error as dbos_error

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, dbos_error.DBOSException) as error:
        cause = redact(str(getattr(error, "orig", None) or error)).partition("\n")[0].rstrip(".")
        raise Unavailable(
            f"The engine's store does not answer: {cause}.", hint="Check that it exists and has room."
        ) from error


def _refuse_pickles() -> None:
    """Have DBOS refuse what others may have put into its tables; ours are JSON."""
    from dbos._serialization import DefaultSerializer

    def refuse(_self: object, _data: str) -> None:
        raise Invalid(
            "A task holds a pickle, which is not ours.", hint="Find out who writes to the engine's tables."
        )

    DefaultSerializer.deserialize = refuse  # type: ignore[assignment, method-assign]


def _hear_log() -> None:
    """Have DBOS's log in ours; it would bring a handler of its own."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.propagate = False
        logger.addHandler(_PassingOn())


class _PassingOn(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Let our logger say it."""
        _LOG.handle(record)
