"""The ledger: what a line costs to append, alone and among sixteen writers, and how fast all of it is verified."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Claim, Sample, compare, report, timed, times

from jupyter_mlops.core import checkpoint, ledger
from jupyter_mlops.core.ledger import LEDGER, AuditEvent
from jupyter_mlops.core.project import Project
from jupyter_mlops.governance.verification import verify

if TYPE_CHECKING:
    from measure import Turn

APPENDS, LINES = 100, 50_000
WRITERS, EACH = 16, 25
APPEND, LIMIT = "append a line, one writer", "one synced SQLite transaction"
TOGETHER, VERIFY = f"append a line, {WRITERS} writers at once", f"verify {LINES:,} signed lines"
CHAIN = "hash them, the plain way"


def entry(number: int) -> AuditEvent:
    return AuditEvent(
        at="2026-11-20T12:00:00.123456+00:00",
        actor="ada",
        source="jupyter",
        face="magic",
        verb="snapshot",
        phase="outcome",
        arguments={"table": f"<DataFrame {number}×20>", "name": "customers", "note": ""},
        outputs=(f"snapshot:customers@{number}",),
        outcome="ok",
        duration_ms=12.345 + number,
    )


def append(project: Project, count: int) -> None:
    """Append as the door does: each line in a transaction of its own, signed when it is time."""
    for number in range(count):
        with project.store.write() as connection:
            ledger.append(connection, entry(number))
            checkpoint.when_due(project, connection)


def alone(folder: Path) -> Turn:
    project = Project.create(folder)
    return lambda _number: lambda: timed(lambda: append(project, APPENDS)) / APPENDS


def committed(folder: Path) -> Turn:
    connection = sqlite3.connect(folder / "limit.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE line (text TEXT)")

    def commits() -> None:
        for _ in range(APPENDS):
            connection.execute("INSERT INTO line VALUES (?)", ("x" * 500,))

    return lambda _number: lambda: timed(commits) / APPENDS


def together(folder: Path) -> Turn:
    """Sixteen processes, started before the clock is; afterwards nothing may be missing."""
    append(Project.create(folder), 1)

    def turn(number: int) -> Sample:
        gate, start = os.pipe()
        writers = [_fork(gate, start, folder) for _ in range(WRITERS)]

        def race() -> None:
            os.close(start)
            for writer in writers:
                os.waitpid(writer, 0)

        sample = timed(race)
        os.close(gate)
        with Project(folder).store.read() as connection:
            found = ledger.verify(connection)
        expected = 1 + (number + 1) * WRITERS * EACH
        if found != (expected, []):
            raise SystemExit(f"{expected} lines were appended, and these are there: {found}")
        return sample / (WRITERS * EACH)

    return lambda number: lambda: turn(number)


def _fork(gate: int, start: int, folder: Path) -> int:
    """Start a process that waits until the gate closes, then appends; multiprocessing lets its children have none."""
    child = os.fork()
    if child == 0:
        os.close(start)
        os.read(gate, 1)
        append(Project(folder), EACH)
        os._exit(0)
    return child


def verified(folder: Path) -> Turn:
    project = filled(folder)

    def check() -> None:
        verdict = verify(project)
        if verdict.flaws or verdict.lines != LINES or verdict.signed != LINES:
            raise SystemExit(str(verdict))

    return lambda _number: check


def hashed(folder: Path) -> Turn:
    project = filled(folder)

    def check() -> None:
        with project.store.read() as connection:
            rows = connection.execute(LEDGER.select().order_by(LEDGER.c.seq)).mappings()
            if not all(ledger.digest(row) == row["hash"] for row in rows):
                raise SystemExit("a line is not as it was written")

    return lambda _number: check


def filled(folder: Path) -> Project:
    """A ledger of fifty thousand lines, signed every hundred."""
    project = Project.create(folder)
    with project.store.write() as connection:
        for number in range(LINES):
            ledger.append(connection, entry(number))
            if (number + 1) % checkpoint.LINES == 0:
                checkpoint.when_due(project, connection)
    return project


def main() -> None:
    repetitions = times()
    contenders = {APPEND: alone, LIMIT: committed, TOGETHER: together, VERIFY: verified, CHAIN: hashed}
    found = compare(contenders, repetitions)
    report(
        f"ledger: {APPENDS} lines one by one, {EACH} by each of {WRITERS} writers, {LINES:,} verified",
        repetitions,
        found,
        Claim("append", found[APPEND] / 0.001, "ms", 5),
        Claim("append, ratio to the limit", found[APPEND] / found[LIMIT], "×"),
        Claim(f"append among {WRITERS}, nothing lost", found[TOGETHER] / 0.001, "ms"),
        Claim(
            f"verify {LINES:,} lines, so that they are 50,000 a second", found[VERIFY], "s", LINES / 50_000
        ),
        Claim("verify, ratio to hashing the plain way", found[VERIFY] / found[CHAIN], "×"),
    )


if __name__ == "__main__":
    main()
