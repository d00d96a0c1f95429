"""MLflow's own store in the project: made once, ready-made, before anybody uses it."""

from __future__ import annotations

import logging
import os
import sqlite3
import tempfile
import time
from contextlib import closing
from importlib import metadata
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project

SCHEMA = Path(__file__).with_name("mlflow_schema.sql")
_SCHEMA_OF = "3.17.2"
_SCHEMA_HEAD = "dc11669786a5"
_SQLITE = "sqlite:///"
_WAIT_S = 9


def address(project: Project) -> str:
    """Return the tracking URI: the one that settings give, or the project's own SQLite file."""
    return project.settings.tracking_uri or f"{_SQLITE}{project.folder / 'mlflow.db'}"


def artifacts(project: Project) -> Path:
    """Return where the artifacts of an embedded store lie."""
    return project.folder / "artifacts"


def prepare(project: Project) -> None:
    """Make the SQLite store if it is one and is not there yet.

    Raises
    ------
    Unavailable
        Another process is at it for too long, or the folder cannot be written.
    """
    path = _file(project)
    if path is None or _is_made(path):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=_WAIT_S):
            if not _is_made(path):
                _make(path, artifacts(project))
    except Timeout as error:
        raise Unavailable(
            f"Another process has been preparing {path} for {_WAIT_S} s.", hint="Try again in a moment."
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            f"{path} cannot be written: {error}.", hint="Check its permissions and the disk's room."
        ) from error


def aliases(project: Project) -> dict[str, dict[str, int]] | None:
    """Return where every alias of the SQLite store points; None where it is none, or another MLflow made it."""
    path = _file(project)
    if path is None:
        return None
    if not _is_made(path):
        return {}
    query = "SELECT name, alias, version FROM registered_model_aliases WHERE workspace = 'default'"
    found: dict[str, dict[str, int]] = {}
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_WAIT_S)) as connection:
            for name, alias, version in connection.execute(query):
                found.setdefault(name, {})[alias] = int(version)
    except sqlite3.Error:
        return None
    return found


def _file(project: Project) -> Path | None:
    uri = address(project)
    if not uri.startswith(_SQLITE) or uri == f"{_SQLITE}:memory:":
        return None
    return Path(uri.removeprefix(_SQLITE).partition("?")[0]).absolute()


def _is_made(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _make(path: Path, root: Path) -> None:
    """Build the database beside its place, and move it there whole."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        if _is_ours():
            _execute(fresh, SCHEMA.read_text(encoding="utf-8"))
        else:
            _migrate(fresh)
        _fill(fresh, root)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _is_ours() -> bool:
    """Tell whether the installed mlflow wants the schema that is shipped."""
    if metadata.version("mlflow") == _SCHEMA_OF:
        return True
    from mlflow.store.db.utils import _get_latest_schema_revision

    return bool(_get_latest_schema_revision() == _SCHEMA_HEAD)  # type: ignore[no-untyped-call]


def _execute(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.executescript(f"BEGIN;\n{script}\nCOMMIT;")
    finally:
        connection.close()


def _migrate(path: Path) -> None:
    """Let mlflow make the tables by its own migrations, in seconds and with a log line each."""
    from mlflow.store.db.utils import _initialize_tables, create_sqlalchemy_engine

    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    engine = create_sqlalchemy_engine(f"{_SQLITE}{path}")  # type: ignore[no-untyped-call]
    try:
        _initialize_tables(engine)  # type: ignore[no-untyped-call]
    finally:
        engine.dispose()
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _fill(path: Path, root: Path) -> None:
    """Add the experiment that MLflow expects, and let readers and a writer work at once."""
    now = int(time.time() * 1000)
    row = (0, "Default", (root / "0").as_uri(), "active", now, now, "default")
    columns = (
        "experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time, workspace"
    )
    connection = sqlite3.connect(path)
    try:
        connection.execute(f"INSERT INTO experiments ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608
        connection.commit()
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
