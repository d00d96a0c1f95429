"""What is known of a version besides its content, one JSON value of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from sqlalchemy import JSON, Column, ColumnElement, Connection, Integer, String, Table, and_, select

from jupyter_mlops.core.store import METADATA

FACTS = Table(
    "facts",
    METADATA,
    Column("dataset", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("value", JSON, nullable=False),
)
Kind = Literal["recipe", "personal", "contract"]
Fact = Mapping[str, object]


def put(connection: Connection, dataset: str, version: int, kind: Kind, value: Fact) -> None:
    """Write a fact down, over an older one of its kind."""
    drop(connection, dataset, version, kind)
    connection.execute(FACTS.insert().values(dataset=dataset, version=version, kind=kind, value=dict(value)))


def drop(connection: Connection, dataset: str, version: int, kind: Kind) -> None:
    """Forget a fact, if it is known."""
    connection.execute(FACTS.delete().where(_one(dataset, version), FACTS.c.kind == kind))


def clear(connection: Connection, dataset: str, version: int) -> None:
    """Forget all that is known of a version that is no more."""
    connection.execute(FACTS.delete().where(_one(dataset, version)))


def get(connection: Connection, dataset: str, version: int, kind: Kind) -> Fact | None:
    """Return a fact, or None where it is not known."""
    query = select(FACTS.c.value).where(_one(dataset, version), FACTS.c.kind == kind)
    return cast("Fact | None", connection.execute(query).scalar())


def of_kind(connection: Connection, kind: Kind, dataset: str | None = None) -> dict[tuple[str, int], Fact]:
    """Return every fact of a kind by dataset and version, or those of one dataset."""
    query = select(FACTS).where(FACTS.c.kind == kind).order_by(FACTS.c.dataset, FACTS.c.version)
    if dataset is not None:
        query = query.where(FACTS.c.dataset == dataset)
    return {(row.dataset, row.version): row.value for row in connection.execute(query)}


def _one(dataset: str, version: int) -> ColumnElement[bool]:
    return and_(FACTS.c.dataset == dataset, FACTS.c.version == version)
