"""The database of our own tables: SQLite in the project, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from jupyter_mlops.core.errors import Conflict, Interrupted, MlopsError, Unavailable

METADATA = MetaData()
REVISION = "0004"
_WAIT_S = 10
_IDLE_S = 120
_UPGRADE_LOCK = 0x6D6C6F7073  # "mlops"


class Store:
    """Open transactions on our tables, making them on first use.

    Parameters
    ----------
    url
        An SQLAlchemy URL.
    folder
        Where the lock of the first use stands.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        self._engine: Engine | None = None
        self._made: tuple[int, int] | None = None

    @property
    def engine(self) -> Engine:
        """The engine, on tables of this version; a new one when somebody replaced the file under us."""
        if self._engine is None or self._mark() != self._made:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = self._open()
            self._made = self._mark()
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with _answering(self.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that nobody else writes beside."""
        with _answering(self.url):
            engine = self.engine.execution_options(mlops_writes=True)
            with engine.begin() as connection:
                yield connection

    def _open(self) -> Engine:
        engine = create_engine(_driven(self.url), **_options(self.url))
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        with _answering(self.url):
            self._migrate(engine)
        return engine

    def _mark(self) -> tuple[int, int] | None:
        """Tell one database file from another of the same name; None where there is no file."""
        path = make_url(self.url).database if self.url.startswith("sqlite") else None
        try:
            state = os.stat(path) if path else None  # noqa: PTH116
        except FileNotFoundError:
            return None
        return (state.st_dev, state.st_ino) if state else None

    def _migrate(self, engine: Engine) -> None:
        found = _revision(engine)
        if found == REVISION:
            return
        if found is not None and found > REVISION:
            raise Conflict(
                f"The store {_shown(self.url)} has version {found}, newer than {REVISION}, which this package knows.",
                hint="Upgrade with `pip install -U jupyter-mlops`.",
            )
        try:
            with FileLock(self._folder / "store.lock", timeout=_WAIT_S):
                if _revision(engine) != REVISION:
                    _upgrade(engine)
        except Timeout as error:
            raise Unavailable(
                f"Another process has been preparing {_shown(self.url)} for {_WAIT_S} s.",
                hint="Try again in a moment.",
            ) from error


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, "alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engine: Engine) -> None:
    from alembic.command import upgrade
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.execution_options(mlops_writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))  # of other machines
        config.attributes["connection"] = connection
        upgrade(config, "head")


def _driven(url: str) -> str:
    """Name the driver that we bring, where a URL leaves the choice."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return f"postgresql+psycopg://{url.removeprefix(plain)}"
    return url


def _options(url: str) -> dict[str, object]:
    """Return what makes a database on a network answer in time, or be given up."""
    if url.startswith("sqlite"):
        return {}
    if not url.startswith("postgres"):
        return {"pool_pre_ping": True}
    limits = f"-c lock_timeout={_WAIT_S}s -c idle_in_transaction_session_timeout={_IDLE_S}s"
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": _WAIT_S, "options": limits}}


def _shown(url: str) -> str:
    return url.rpartition("@")[2]


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's own recipe: we say BEGIN ourselves
    connection.execute(f"PRAGMA busy_timeout={_WAIT_S * 1_000}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("mlops_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _answering(url: str) -> Iterator[None]:
    """Turn the driver's words into one sentence."""
    shown = _shown(url)
    try:
        yield
    except MlopsError:
        raise
    except DBAPIError as error:
        cause = str(error.orig).partition("\n")[0].rstrip(".")
        if error.connection_invalidated:
            raise Interrupted(f"The store {shown} broke off: {cause}.", hint="Try again.") from error
        if not isinstance(error, OperationalError):
            raise Unavailable(
                f"The store {shown} refused: {cause}.", hint="See `jupyter mlops doctor`."
            ) from error
        is_busy = "locked" in cause or "lock timeout" in cause
        hint = "Another process is writing; try again." if is_busy else "Check that it exists and has room."
        raise Unavailable(f"The store {shown} does not answer: {cause}.", hint=hint) from error
