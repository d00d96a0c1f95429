"""Files that arrive in the project, once nobody writes to them any more."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, RowMapping, select

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import FOLDER, Project
from jupyter_mlops.pipelines.scheduling import schedules, triggers
from jupyter_mlops.pipelines.scheduling.look import Signal
from jupyter_mlops.pipelines.scheduling.schedules import FIRINGS

MOST = 10_000
_QUIET_S = 2.0
_POLL_S = 5.0
_SCHEME = "file:"


class Arrivals:
    """Compare what patterns find with what they found before.

    A file that is written again is another one: what makes it one is its path, its size and its time of change.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, set[str]] = {}
        self._settling: dict[str, dict[str, float]] = {}
        self._next = float("-inf")

    def read(self) -> bool:
        """Note the files that are new, and were the same at a look some seconds ago; tell whether there are any."""
        now = self._project.clock.monotonic()
        if now < self._next:
            return False
        with self._project.store.read() as connection:
            rows = [row for row in schedules.watching(connection, ["file"]) if not row["is_paused"]]
            found = {row["name"]: self._look(connection, row, now) for row in rows}
        self._next = now + (_QUIET_S if any(self._settling.values()) else _POLL_S)
        arrived = [(row, signal) for row in rows for signal in found[row["name"]]]
        if not arrived:
            return False
        with self._project.store.write() as connection:
            for row, signal in arrived:
                triggers.tell(connection, row, signal, self._project.clock.now())
        for row, signal in arrived:
            self._known[row["name"]].add(signal.slot)
            self._settling[row["name"]].pop(signal.slot, None)
        return True

    def _look(self, connection: Connection, row: RowMapping, now: float) -> list[Signal]:
        name = row["name"]
        if name not in self._known:
            self._known[name] = _rows(connection, name)
        before = self._settling.get(name, {})
        try:
            found = {signal.slot: signal for signal in matches(self._project.root, row["trigger"]["pattern"])}
        except Invalid as error:
            return [Signal("file", f"{_SCHEME}{row['updated_at']}", "", problem=error.message)]
        self._settling[name] = {
            slot: before.get(slot, now) for slot in found if slot not in self._known[name]
        }
        return [found[slot] for slot, since in self._settling[name].items() if now - since >= _QUIET_S]


def check_pattern(pattern: str) -> str:
    """Return *pattern* if it stays within the project.

    Raises
    ------
    Invalid
        It leaves the project, or is empty.
    """
    parts = PurePosixPath(pattern).parts
    if not parts or pattern.startswith("/") or ".." in parts or "\0" in pattern or "\\" in pattern:
        raise Invalid(
            f"{pattern!r} is no pattern within the project.", hint="Write it from its root: incoming/*.csv."
        )
    if parts[0] == FOLDER:
        raise Invalid(f"{pattern!r} lies in the project's own state.", hint="Watch another folder.")
    return pattern


def matches(root: Path, pattern: str) -> list[Signal]:
    """Return the files that a pattern finds now, the last written last, within the project and outside its own state.

    Raises
    ------
    Invalid
        There are too many.
    """
    home = root.resolve()
    found = (path for path in root.glob(pattern) if FOLDER not in path.relative_to(root).parts)
    looked = (_look(home, path, path.relative_to(root).as_posix()) for path in islice(found, MOST + 1))
    there = [one for one in looked if one is not None]
    if len(there) > MOST:
        raise Invalid(f"{pattern!r} finds more than {MOST:,} files.", hint="Watch a folder with fewer.")
    return [signal for _, signal in sorted(there, key=lambda one: (one[0], one[1].slot))]


def _look(home: Path, path: Path, name: str) -> tuple[int, Signal] | None:
    """Return when a file was written, and what that signals; None when it is none of ours."""
    try:
        state = os.stat(path)  # noqa: PTH116
        if not path.is_file() or not path.resolve().is_relative_to(home):
            return None
    except OSError:
        return None  # gone meanwhile
    written = state.st_mtime_ns
    return written, Signal("file", f"{_SCHEME}{name}#{written:x}-{state.st_size:x}", name, f"file {name}")


def _rows(connection: Connection, schedule: str) -> set[str]:
    here = FIRINGS.c.schedule == schedule, FIRINGS.c.slot.like(f"{_SCHEME}%")
    return set(connection.execute(select(FIRINGS.c.slot).where(*here)).scalars())
