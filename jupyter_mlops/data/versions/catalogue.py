"""The datasets and their versions, as the store knows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    RowMapping,
    String,
    Table,
    and_,
    func,
    select,
    text,
)

from jupyter_mlops.core.card import Card, State
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.store import METADATA
from jupyter_mlops.core.types import DatasetName, SnapshotRef
from jupyter_mlops.data.privacy.scan import Personal

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("dataset", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("manifest", String, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("created_at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("note", String, nullable=False),
    Column("parent", Integer),
)
_UNITS = ("B", "KB", "MB", "GB", "TB")


class Snapshot(Record):
    """One immutable version of a dataset.

    Parameters
    ----------
    digest
        Identity of the content: equal for equal frames, on every machine.
    manifest
        The object that lists what the content is made of.
    size_bytes
        As stored, shared parts included.
    is_new
        Whether this call made it, or found its content unchanged; None when it was only looked up.
    parent
        The version before it.
    same_as
        An older version with the same content, whose objects it shares.
    made_by, made_from
        What a derived version was made by, and from which versions.
    newer
        Versions that came after those, or after what those were made from: it is due to be made again.
    renewed
        Sources that this call made again first, since they were stale.
    personal
        Columns that look personal, unless that was allowed.
    findings
        What breaks the dataset's contract, when this call made it.
    breaches
        How many things broke the contract when the version was made; None where there was none.
    """

    ref: SnapshotRef
    dataset: DatasetName
    version: int
    digest: str
    manifest: str
    rows: int
    columns: int
    size_bytes: int
    created_at: datetime
    actor: str
    note: str = ""
    parent: int | None = None
    is_new: bool | None = None
    same_as: int | None = None
    made_by: str = ""
    made_from: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    personal: tuple[Personal, ...] = ()
    findings: tuple[str, ...] = ()
    breaches: int | None = None

    def card(self) -> Card:
        """Say whether it is new, what it holds, and how to use it."""
        facts = [
            ("content", f"{shown_shape(self.rows, self.columns)}, {shown_size(self.size_bytes)}"),
            ("digest", self.digest[:12]),
            ("made", f"{self.created_at:%Y-%m-%d %H:%M} UTC by {self.actor}"),
        ]
        if self.made_by:
            origin = f" from {', '.join(self.made_from)}" if self.made_from else ""
            facts.append(("derived", f"by {self.made_by}{origin}"))
        if self.renewed:
            facts.append(("first", f"{', '.join(self.renewed)} made again"))
        if self.newer:
            facts.append(("stale", f"{', '.join(self.newer)} came since"))
        if self.personal:
            facts.append(("personal", "; ".join(map(str, self.personal))))
        if self.note:
            facts.append(("note", self.note))
        titles = {
            True: f"Recorded {self.ref}",
            False: f"No new version: {self.ref} has this content already",
            None: f"Snapshot {self.ref}",
        }
        notes = [f"Same content as {self.dataset}@{self.same_as}; it takes no room."] * bool(self.same_as)
        steps = [f"%mlops load {self.ref}", f"%mlops datasets {self.dataset}"]
        if self.newer:
            steps.insert(0, f"%mlops derive {self.dataset} --again")
        if self.personal:
            steps.insert(0, f"%mlops mask {self.ref}")
        if self.findings:
            notes += self.findings
            steps.insert(0, f"%mlops validate {self.ref}")
        is_odd = self.newer or self.findings or (self.personal and self.is_new)
        state: State = "warning" if is_odd else "ok" if self.is_new else "info"
        return Card(titles[self.is_new], state, tuple(facts), notes=tuple(notes), next=tuple(steps))


def latest(connection: Connection, dataset: str) -> Snapshot | None:
    """Return the newest version of *dataset*, if it has one."""
    return next(iter(versions(connection, dataset, limit=1)), None)


def twin(connection: Connection, dataset: str, digest: str) -> Snapshot | None:
    """Return the newest version of *dataset* with this content, if it has one."""
    query = select(SNAPSHOTS).where(SNAPSHOTS.c.dataset == dataset, SNAPSHOTS.c.digest == digest)
    row = connection.execute(query.order_by(SNAPSHOTS.c.version.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _snapshot(row)


def versions(
    connection: Connection, dataset: str, *, limit: int | None = None, skip: int = 0
) -> Sequence[Snapshot]:
    """Return the versions of *dataset*, newest first."""
    query = select(SNAPSHOTS).where(SNAPSHOTS.c.dataset == dataset).order_by(SNAPSHOTS.c.version.desc())
    return [_snapshot(row) for row in connection.execute(query.limit(limit).offset(skip)).mappings()]


def newest(connection: Connection, *, limit: int, skip: int = 0) -> Sequence[Snapshot]:
    """Return the latest version of every dataset, by name."""
    last = select(SNAPSHOTS.c.dataset, func.max(SNAPSHOTS.c.version).label("version"))
    last_ = last.group_by(SNAPSHOTS.c.dataset).subquery()
    same = and_(SNAPSHOTS.c.dataset == last_.c.dataset, SNAPSHOTS.c.version == last_.c.version)
    query = select(SNAPSHOTS).join(last_, same).order_by(SNAPSHOTS.c.dataset).limit(limit).offset(skip)
    return [_snapshot(row) for row in connection.execute(query).mappings()]


def names(connection: Connection) -> Sequence[str]:
    """Return the names of all datasets."""
    query = select(SNAPSHOTS.c.dataset).distinct().order_by(SNAPSHOTS.c.dataset)
    return list(connection.execute(query).scalars())


def count(connection: Connection, dataset: str | None = None) -> int:
    """Return how many versions *dataset* has, or how many datasets there are."""
    query = select(func.count(SNAPSHOTS.c.dataset.distinct()))
    if dataset is not None:
        query = select(func.count()).where(SNAPSHOTS.c.dataset == dataset)
    return connection.execute(query).scalar() or 0


def lock(connection: Connection) -> None:
    """Keep other writers from choosing the same number; SQLite's writers are alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE snapshots IN EXCLUSIVE MODE"))


def add(connection: Connection, snapshot: Snapshot) -> None:
    """Write a version down."""
    values = {name: getattr(snapshot, name) for name in SNAPSHOTS.c.keys() if name != "created_at"}  # noqa: SIM118
    moment = snapshot.created_at.isoformat(timespec="microseconds")
    connection.execute(SNAPSHOTS.insert().values(**values, created_at=moment))


def mend(connection: Connection, snapshot: Snapshot, manifest: str) -> None:
    """Let a version name another manifest of the same content."""
    here = and_(SNAPSHOTS.c.dataset == snapshot.dataset, SNAPSHOTS.c.version == snapshot.version)
    connection.execute(SNAPSHOTS.update().where(here).values(manifest=manifest))


def every(connection: Connection) -> Sequence[Snapshot]:
    """Return all versions of all datasets, by name and number."""
    query = select(SNAPSHOTS).order_by(SNAPSHOTS.c.dataset, SNAPSHOTS.c.version)
    return [_snapshot(row) for row in connection.execute(query).mappings()]


def replace(connection: Connection, before: Snapshot, after: Snapshot) -> bool:
    """Let a version have other content under its number; False when it is no longer what it was before."""
    here = and_(SNAPSHOTS.c.dataset == before.dataset, SNAPSHOTS.c.version == before.version)
    same = and_(here, SNAPSHOTS.c.manifest == before.manifest)
    names = ("digest", "manifest", "rows", "columns", "size_bytes")
    values = {name: getattr(after, name) for name in names}
    return connection.execute(SNAPSHOTS.update().where(same).values(**values)).rowcount == 1


def remove(connection: Connection, snapshot: Snapshot) -> None:
    """Take a version off the list."""
    here = and_(SNAPSHOTS.c.dataset == snapshot.dataset, SNAPSHOTS.c.version == snapshot.version)
    connection.execute(SNAPSHOTS.delete().where(here))


def shown_size(size_bytes: int) -> str:
    """Return a size as people read it."""
    size, unit = float(size_bytes), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"


def shown_shape(rows: int, columns: int) -> str:
    """Return how many rows and columns there are, in words."""
    return f"{rows:,} row{'' if rows == 1 else 's'} × {columns:,} column{'' if columns == 1 else 's'}"


def _snapshot(row: RowMapping) -> Snapshot:
    return Snapshot(ref=f"{row['dataset']}@{row['version']}", **row)
