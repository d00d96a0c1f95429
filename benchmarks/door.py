"""The door's own cost: a verb that does nothing, called through it and as the plain function it is."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Action, Claim, Prepare, Sample, Turn, compare, report, timed, times

from jupyter_mlops.core import door
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import DatasetName
from jupyter_mlops.core.verb import verb, verb_of

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 100
READ, WRITE, FOREIGN = "read verb, by the door", "write verb, by the door", "foreign write verb, by the door"
PLAIN, LIMIT = "the plain function", "one synced SQLite transaction"


class Nothing(Record):
    """An answer that says nothing but a name."""

    name: DatasetName


@verb("look", effect="read")
def look(_project: Project, name: DatasetName) -> Nothing:
    """Do nothing, and change nothing."""
    return Nothing(name=name)


@verb("touch", effect="write")
def touch(_project: Project, name: DatasetName) -> Nothing:
    """Do nothing, and have it recorded."""
    return Nothing(name=name)


@verb("reach", effect="write", foreign=True)
def reach(_project: Project, name: DatasetName) -> Nothing:
    """Do nothing to a store that is not ours, and have it recorded before and after."""
    return Nothing(name=name)


def plain(folder: Path) -> Turn:
    project = Project.create(folder)
    return _many(lambda: look(project, "customers"))


def entered(folder: Path, *, function: Callable[..., Nothing]) -> Turn:
    project = Project.create(folder)
    named = verb_of(function)
    assert named is not None
    return _many(lambda: door.enter(project, named, {"name": "customers"}))


def committed(folder: Path) -> Turn:
    connection = sqlite3.connect(folder / "limit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE line (text TEXT)")
    return _many(lambda: connection.execute("INSERT INTO line VALUES (?)", ("x" * 500,)))


def _many(action: Action) -> Turn:
    def calls() -> None:
        for _ in range(CALLS):
            action()

    def average() -> Sample:
        return timed(calls) / CALLS

    return lambda _number: average


def main() -> None:
    repetitions = times()
    contenders: dict[str, Prepare] = {
        PLAIN: plain,
        READ: partial(entered, function=look),
        WRITE: partial(entered, function=touch),
        FOREIGN: partial(entered, function=reach),
        LIMIT: committed,
    }
    found = compare(contenders, repetitions)
    claims = [
        Claim(f"{name}, over the function", (found[name] - found[PLAIN]) / 0.001, "ms", 5)
        for name in (READ, WRITE, FOREIGN)
    ]
    report(
        f"door: per call, of {CALLS}",
        repetitions,
        found,
        *claims,
        Claim("write verb, ratio to the limit", found[WRITE] / found[LIMIT], "×"),
    )


if __name__ == "__main__":
    main()
