"""What somebody with write access can do to a ledger."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from jupyter_mlops.core import checkpoint, copies, keys, ledger
from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.ledger import AuditEvent
from jupyter_mlops.core.project import Project
from tests.fakes import FakeClock

Tamper = Callable[[Project], None]


def entry(project: Project, verb: str) -> AuditEvent:
    return AuditEvent(
        at=project.clock.now().isoformat(),
        actor="ada",
        source="os",
        face="python",
        verb=verb,
        phase="outcome",
        outcome="ok",
        arguments={"to": "champion"},
    )


def write(project: Project, count: int) -> None:
    """Add lines as the door does, a second apart; those between two checkpoints in one transaction."""
    assert isinstance(project.clock, FakeClock)
    while count:
        signed = False
        with project.store.write() as connection:
            while count and not signed:
                ledger.append(connection, entry(project, "promote"))
                signed = checkpoint.when_due(project, connection)
                project.clock.advance(1)
                count -= 1
        if signed:
            copies.publish(project)


def execute(project: Project, *statements: str) -> None:
    """Write past every guard of the store, as its owner can."""
    project.store.engine.dispose()
    with sqlite3.connect(project.folder / "mlops.db", isolation_level=None) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def rechain(project: Project, *, first: int = 1) -> None:
    """Compute the chain anew, so that it holds."""
    execute(project)
    with project.store.write() as connection:
        query = ledger.LEDGER.select().where(ledger.LEDGER.c.seq >= first - 1).order_by(ledger.LEDGER.c.seq)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        previous = rows.pop(0)["hash"] if first > 1 else ledger.GENESIS
        for row in rows:
            row["previous"] = previous
            row["hash"] = previous = ledger.digest(row)
            here = ledger.LEDGER.c.seq == row["seq"]
            connection.execute(ledger.LEDGER.update().where(here).values(**row))
        connection.execute(ledger.HEAD.update().values(seq=rows[-1]["seq"], hash=previous))


def edit(project: Project) -> None:
    execute(project, "UPDATE ledger SET actor = 'eve' WHERE seq = 30")


def delete(project: Project) -> None:
    execute(project, "DELETE FROM ledger WHERE seq = 30")


def reorder(project: Project) -> None:
    moves = ((99_999, 30), (30, 31), (31, 99_999))
    execute(project, *(f"UPDATE ledger SET seq = {to} WHERE seq = {old}" for to, old in moves))


def reformat(project: Project) -> None:
    execute(project, "UPDATE ledger SET at = replace(at, '+00:00', 'Z') WHERE seq = 30")


def insert(project: Project) -> None:
    """A line in the middle: all that follow move by one."""
    shift = "UPDATE ledger SET seq = seq + 100000 WHERE seq > 30"
    copy = "INSERT INTO ledger SELECT 31, at, 'eve', source, face, verb, phase, intent, parent, arguments, inputs,"
    copy += (
        " outputs, outcome, reason, duration_ms, previous, 'f' || substr(hash, 2) FROM ledger WHERE seq = 30"
    )
    execute(project, shift, copy, "UPDATE ledger SET seq = seq - 99999 WHERE seq > 100000")


def replay(project: Project) -> None:
    """An old line once more, at the end."""
    copy = "INSERT INTO ledger SELECT seq + 1000, at, actor, source, face, verb, phase, intent, parent, arguments,"
    copy += " inputs, outputs, outcome, reason, duration_ms, previous, 'f' || substr(hash, 2) FROM ledger WHERE seq = 30"
    last = "(SELECT max(seq) FROM ledger WHERE seq < 1000) + 1"
    execute(project, copy, f"UPDATE ledger SET seq = {last} WHERE seq > 1000")


def truncate(project: Project, *, last: int = 150) -> None:
    head = f"UPDATE ledger_head SET seq = {last}, hash = (SELECT hash FROM ledger WHERE seq = {last})"
    execute(project, f"DELETE FROM ledger WHERE seq > {last}", head)


def truncate_unsigned(project: Project) -> None:
    """Only what came after the last checkpoint."""
    truncate(project, last=201)


def rewrite(project: Project) -> None:
    edit(project)
    rechain(project)


def rewrite_from_one(project: Project) -> None:
    """All of it anew, the key included."""
    execute(project, "UPDATE ledger SET actor = 'eve'")
    rechain(project)
    drop_checkpoints(project)
    keys.put(project, keys.fresh())


def drop_checkpoints(project: Project) -> None:
    execute(project, "DELETE FROM checkpoints", "DELETE FROM checkpoint_copies")
    (project.folder / "checkpoint.txt").unlink(missing_ok=True)


def rewrite_and_drop(project: Project) -> None:
    rewrite(project)
    drop_checkpoints(project)


def fork(project: Project) -> None:
    """An insider with the key signs another history."""
    rewrite_and_drop(project)
    with suppress(NotFound), project.store.write() as connection:
        signer = keys.load(project)
        assert signer is not None
        checkpoint.take(project, connection, signer)


def back_up(project: Project, to: Path) -> None:
    project.store.engine.dispose()
    with sqlite3.connect(project.folder / "mlops.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copytree(project.folder, to)


def restore(project: Project, source: Path, *names: str) -> None:
    """Put files of a backup in the place of what is there; all of them when none is named."""
    project.store.engine.dispose()
    for path in project.folder.glob("mlops.db*"):
        path.unlink()
    for name in names or ("mlops.db", "checkpoint.txt"):
        if (source / name).exists():
            shutil.copy(source / name, project.folder / name)
