"""The tables of requests for approval and of the votes on them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from jupyter_mlops.core.store import METADATA

APPROVALS = Table(
    "approvals",
    METADATA,
    Column("id", String, primary_key=True),
    Column("subject", String, nullable=False, index=True),
    Column("evidence", String, nullable=False),
    Column("message", String, nullable=False),
    Column("requester", String, nullable=False),
    Column("source", String, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("created_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Column("settled_at", String),
    Column("spent_at", String),
)
VOTES = Table(
    "votes",
    METADATA,
    Column("approval", String, ForeignKey("approvals.id", ondelete="CASCADE"), primary_key=True),
    Column("actor", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("comment", String, nullable=False),
    Column("at", String, nullable=False),
)
