"""Read what a query answers, on a database that settings name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, CursorResult, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from jupyter_mlops.core import secret
from jupyter_mlops.core.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.data.sources.flow import Flow, cause, joined
from jupyter_mlops.data.sources.pieces import collected
from jupyter_mlops.data.sources.scratch import Room, folder_of

if TYPE_CHECKING:
    import pyarrow as pa

_WORD = re.compile(r"sql:(?P<name>[\w.-]+):(?P<query>.+)", re.DOTALL)
_ROWS = 20_000
_WAITING = {"postgresql": "connect_timeout", "mysql": "connect_timeout", "mariadb": "connect_timeout"}


def is_query(text: str) -> bool:
    """Tell whether a word is a query."""
    return text.startswith("sql:")


def open_query(project: Project, text: str) -> Flow:
    """Open what a query answers: `sql:shop:select * from orders`. It changes nothing: it is rolled back.

    Raises
    ------
    Invalid
        It is no query, or its answer is no table.
    NotFound
        No connection has that name.
    Unavailable
        The database does not answer.
    """
    match = _WORD.fullmatch(text.strip())
    if match is None:
        raise Invalid(f"{text!r} is no query.", hint="Write 'sql:CONNECTION:select …', in quotes.")
    engine = _engine(project, match["name"])
    name = f"sql:{match['name']}"
    with _connected(match["name"], engine) as connection, _asking(match["name"], engine):
        answer = connection.execution_options(stream_results=True).exec_driver_sql(match["query"])
        part = collected(name, _batches(connection, answer, match["name"]), Room(folder_of(project)))
    return joined(name, [part])


def _engine(project: Project, name: str) -> Engine:
    known = project.settings.connections
    if name not in known:
        made = f"Set connections.{name} = 'env:{name.upper().replace('-', '_')}_URL' in [tool.jupyter-mlops]."
        raise NotFound(f"No connection is called {name!r}.", hint=did_you_mean(name, known) or made)
    address = _address(project, name)
    try:
        url = make_url(address)
        waiting = _WAITING.get(url.get_backend_name())
        limit = {waiting: max(1, int(project.settings.url_timeout_s))} if waiting else {}
        return create_engine(url, poolclass=NullPool, connect_args=limit, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise Invalid(
            f"The secret of the connection {name!r} is no URL of a database that can be opened.",
            hint="Write it like postgresql+psycopg://user:password@host/shop, and install its driver.",
        ) from None


def _address(project: Project, name: str) -> str:
    try:
        return secret.read(project.root, project.settings.connections[name])
    except (Invalid, NotFound) as error:
        raise type(error)(f"The connection {name!r} has no URL: {error.message}", hint=error.hint) from None


def _batches(connection: Connection, answer: CursorResult[object], name: str) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    if not answer.returns_rows:
        connection.rollback()
        raise Invalid(f"The query on {name!r} answers no table.", hint="Write one that begins with select.")
    names = list(answer.keys())
    if len(set(names)) < len(names):
        raise Invalid(f"The query on {name!r} answers a column twice.", hint="Name them apart, with AS.")
    yield pa.RecordBatch.from_arrays([pa.nulls(0) for _ in names], names=names)
    row = 0
    while rows := answer.fetchmany(_ROWS):
        columns = zip(*cast("Sequence[Sequence[object]]", rows), strict=True)
        arrays = [_array(label, values, row) for label, values in zip(names, columns, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=names)
        row += len(rows)


def _array(label: str, values: Sequence[object], row: int) -> pa.Array:
    import uuid

    import pyarrow as pa

    try:
        return pa.array([str(value) if isinstance(value, uuid.UUID) else value for value in values])
    except (pa.ArrowException, OverflowError, TypeError) as error:
        raise Invalid(
            f"Column {label!r} of the query holds values after row {row:,} that have no one type: {cause(error)}.",
            hint="Make it one type in the query, with CAST.",
        ) from error


def _connected(name: str, engine: Engine) -> Connection:
    try:
        return engine.connect()
    except SQLAlchemyError as error:
        raise _silent(name, error, engine) from None


@contextmanager
def _asking(name: str, engine: Engine) -> Iterator[None]:
    """Turn the driver's words into one sentence, without the URL and its password."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _silent(name, error, engine) from None
        raise Invalid(
            f"The query on {name!r} failed: {_said(error, engine)}.", hint="Check the query."
        ) from None
    except SQLAlchemyError as error:
        raise Invalid(
            f"The query on {name!r} failed: {_said(error, engine)}.", hint="Check the query."
        ) from None


def _silent(name: str, error: SQLAlchemyError, engine: Engine) -> Unavailable:
    return Unavailable(
        f"The connection {name!r} does not answer: {_said(error, engine)}.",
        hint="Check the database and the secret that holds its URL.",
    )


def _said(error: SQLAlchemyError, engine: Engine) -> str:
    said, password = cause(getattr(error, "orig", None) or error), engine.url.password
    said = said.rstrip("?")  # drivers ask whether the server is running
    return said.replace(str(password), "***") if password else said
