"""Signed checkpoints of the ledger, and how far their copies are; on PostgreSQL the ledger is append-only too."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_REFUSE = """
CREATE FUNCTION mlops_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$ LANGUAGE plpgsql
"""


def upgrade() -> None:
    """Make the tables of version 0004."""
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("keys", sa.JSON, nullable=False),
        sa.Column("edge", sa.JSON, nullable=False),
    )
    op.create_table(
        "checkpoint_copies",
        sa.Column("destination", sa.String, primary_key=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER checkpoints_no_{event.lower()} BEFORE {event} ON checkpoints "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
    if dialect == "postgresql":
        op.execute(_REFUSE)
        for table in ("ledger", "checkpoints"):
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION mlops_append_only()"
            )
