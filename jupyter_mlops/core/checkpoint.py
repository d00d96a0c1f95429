"""Checkpoints: now and then the ledger's size and root are signed, so that what stands below cannot change unseen."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import JSON, Column, Connection, Integer, RowMapping, String, Table, select

from jupyter_mlops.core import durable, keys, note
from jupyter_mlops.core.errors import MlopsError
from jupyter_mlops.core.ledger import HEAD, LEDGER
from jupyter_mlops.core.merkle import Tree
from jupyter_mlops.core.note import Head, PublicKey, Signer
from jupyter_mlops.core.store import METADATA

if TYPE_CHECKING:
    from jupyter_mlops.core.project import Project

LINES = 100
AGE = timedelta(minutes=10)

CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("note", String, nullable=False),
    Column("keys", JSON, nullable=False),
    Column("edge", JSON, nullable=False),
)


@dataclass(frozen=True)
class Checkpoint:
    """One signed statement on the ledger's first lines.

    Parameters
    ----------
    note
        Its text, with signatures.
    keys
        Public keys of those who signed it, the one that goes on signing first.
    edge
        What the tree goes on from.
    """

    size: int
    at: datetime
    note: str
    keys: tuple[PublicKey, ...]
    edge: tuple[bytes, ...]


def when_due(project: Project, connection: Connection) -> bool:
    """Sign the ledger if a hundred lines or ten minutes have passed, in the caller's transaction; say whether it did.

    It never fails a call: where there is no key, nothing is signed, and `status` says so.
    """
    if not is_due(project, connection):
        return False
    try:
        signer = keys.load(project) or (keys.make(project) if newest(connection) is None else None)
        return signer is not None and take(project, connection, signer) is not None
    except (OSError, MlopsError):
        return False


def is_due(project: Project, connection: Connection) -> bool:
    """Whether a hundred lines or ten minutes have passed since the last checkpoint."""
    last = select(CHECKPOINTS.c.size, CHECKPOINTS.c.at).order_by(CHECKPOINTS.c.size.desc()).limit(1)
    before = connection.execute(last).one_or_none()
    size = connection.execute(select(HEAD.c.seq)).scalar() or 0
    if before is None or size <= before.size:
        return before is None and size > 0
    return size - before.size >= LINES or project.clock.now() - datetime.fromisoformat(before.at) >= AGE


def take(
    project: Project, connection: Connection, *signers: Signer, is_new: bool = False
) -> Checkpoint | None:
    """Sign the ledger as it stands, in the caller's transaction; None where there is nothing new to sign.

    Parameters
    ----------
    is_new
        Let a key sign that did not sign the checkpoint before: somebody said so.
    """
    before = newest(connection)
    names = tuple(signer.public for signer in signers)
    if before is not None and not is_new and not set(names) & set(before.keys):
        return None
    tree = Tree(before.size, before.edge) if before else Tree()
    origin = connection.execute(select(LEDGER.c.hash).where(LEDGER.c.seq == 1)).scalar()
    lines = select(LEDGER.c.hash).where(LEDGER.c.seq > tree.size).order_by(LEDGER.c.seq)
    for written in connection.execute(lines).scalars():
        tree.add(bytes.fromhex(written))
    if origin is None or (before is not None and tree.size == before.size):
        return None
    now = project.clock.now()
    head = Head(origin_of(origin), tree.size, tree.root(), (f"time {now.isoformat(timespec='seconds')}",))
    made = Checkpoint(tree.size, now, note.sign(head.body(), *signers), names, tuple(tree.edge))
    _add(connection, made)
    return made


def origin_of(first: str) -> str:
    """Return the name of the ledger whose first line has this hash."""
    return f"jupyter-mlops/{first[:16]}"


def newest(connection: Connection) -> Checkpoint | None:
    """Return the last checkpoint, if there is one."""
    row = (
        connection.execute(select(CHECKPOINTS).order_by(CHECKPOINTS.c.size.desc()).limit(1))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _checkpoint(row)


def after(connection: Connection, size: int = 0) -> Sequence[Checkpoint]:
    """Return the checkpoints of more than *size* lines, the shortest first."""
    query = select(CHECKPOINTS).where(CHECKPOINTS.c.size > size).order_by(CHECKPOINTS.c.size)
    return [_checkpoint(row) for row in connection.execute(query).mappings()]


def is_known(connection: Connection, text: str) -> bool:
    """Whether the store has this note; one that lies elsewhere came from it."""
    ours = select(CHECKPOINTS.c.note).where(CHECKPOINTS.c.size == size_of(text))
    return connection.execute(ours).scalar() == text


def size_of(text: str) -> int:
    """Return how many lines a note signs; 0 where it is damaged."""
    try:
        return Head.parse(note.Note.parse(text).body).size
    except MlopsError:
        return 0


def remember(project: Project, made: Checkpoint) -> None:
    """Keep the last checkpoint beside the store too: a store restored from a backup is noticed by it."""
    known = remembered(project)
    if known is None or size_of(known) < made.size:
        fresh = _beside(project).with_suffix(f".{secrets.token_hex(4)}")
        durable.write(fresh, made.note.encode())
        fresh.replace(_beside(project))


def remembered(project: Project) -> str | None:
    """Return the note that lies beside the store."""
    try:
        return _beside(project).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _beside(project: Project) -> Path:
    return project.folder / "checkpoint.txt"


def _add(connection: Connection, made: Checkpoint) -> None:
    connection.execute(
        CHECKPOINTS.insert().values(
            size=made.size,
            at=made.at.isoformat(),
            note=made.note,
            keys=[str(key) for key in made.keys],
            edge=[part.hex() for part in made.edge],
        )
    )


def _checkpoint(row: RowMapping) -> Checkpoint:
    return Checkpoint(
        row["size"],
        datetime.fromisoformat(row["at"]),
        row["note"],
        tuple(PublicKey.parse(text) for text in row["keys"]),
        tuple(bytes.fromhex(part) for part in row["edge"]),
    )
