"""The live channel: hints on Jupyter's own event socket that something changed; REST says what."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.core import ledger
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.project import FOLDER, Project, find
from jupyter_mlops.pipelines.durable import state

if TYPE_CHECKING:
    from jupyter_events import EventLogger

CHANGED = "https://schema.jupyter-mlops.dev/changed/v1"
PROGRESS = "https://schema.jupyter-mlops.dev/progress/v1"
SCHEMAS = Path(__file__).parent / "event_schemas"
_LOOK_S = 0.1
_LOOK_FOR_PROJECT_S = 2.0
_FAR_S = 1.0
_NAMED = 50
_MOVED = "executions"  # what lists them: an execution goes on without a line in the ledger


def register(logger: EventLogger) -> None:
    """Make the two kinds of event known to the server."""
    for schema in sorted(SCHEMAS.glob("*.yaml")):
        logger.register_event_schema(schema)


class Feed:
    """Tail the ledger once for the whole server, however many tabs listen.

    Parameters
    ----------
    start
        The folder that the server serves.
    emit
        Sends an event: its schema and its data.
    """

    def __init__(self, start: Path, emit: Callable[[str, dict[str, object]], None]) -> None:
        self._start = start
        self._emit = emit
        self._project: Project | None = None
        self._first: int | None = None
        self._upto: int | None = None
        self._moved = ""
        self._state: tuple[float, ...] = ()

    async def run(self) -> None:
        """Look until cancelled: at a file's state, which costs next to nothing; at a far store by a question a second."""
        while True:
            try:
                pause = self.look()
            except MlopsError:
                pause = _LOOK_FOR_PROJECT_S  # the panel's own questions will say what is wrong
            await asyncio.sleep(pause)

    def look(self) -> float:
        """Emit what is new, and return how long to wait before the next look, in seconds."""
        root = find(self._start)
        if root is None or not (root / FOLDER).is_dir():
            self._first = 0  # whatever a project that appears later holds is news
            return _LOOK_FOR_PROJECT_S
        if self._project is None or self._project.root != root:
            self._project, self._upto, self._state = Project(root), self._first, ()
        if self._project.settings.store_url:
            self._tell(self._project)
            return _FAR_S
        state = _state_of(self._project.folder)
        if state != self._state:
            self._state = state
            self._tell(self._project)
        return _LOOK_S

    def _tell(self, project: Project) -> None:
        with project.store.read() as connection:
            upto, moved = ledger.last(connection), state.last_change(connection)
            if (upto, moved) == (self._upto, self._moved):
                return
            known = self._upto
            after = max(known or 0, upto - _NAMED)
            verbs = {event.verb for event in ledger.entries(connection, after=after)}
        if moved != self._moved:
            verbs.add(_MOVED)
        self._upto, self._moved = upto, moved
        if known is not None:
            self._emit(CHANGED, {"upto": upto, "verbs": sorted(verbs)})


def _state_of(folder: Path) -> tuple[float, ...]:
    """Return what changes whenever SQLite's file or its log is written."""
    state: list[float] = []
    for name in ("mlops.db", "mlops.db-wal"):
        try:
            found = os.stat(folder / name)  # noqa: PTH116
        except OSError:
            continue
        state += [found.st_ino, found.st_size, found.st_mtime_ns]
    return tuple(state)
