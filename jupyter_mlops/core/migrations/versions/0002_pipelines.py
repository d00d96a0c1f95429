"""Executions of pipelines with their steps, schedules with their firings, workers, approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of version 0002."""
    _make_executions()
    _make_schedules()
    _make_approvals()


def _make_executions() -> None:
    op.create_table(
        "executions",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("pipeline", sa.String, nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("cause", sa.JSON, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("key", sa.String, unique=True),
        sa.Column("parent", sa.String),
        sa.Column("schedule", sa.String),
        sa.Column("queue", sa.String, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("held_by", sa.String),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("run_id", sa.String),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False, index=True),
        sa.Column("started_at", sa.String),
        sa.Column("finished_at", sa.String),
        sa.Column("due_at", sa.String, index=True),
        sa.Column("updated_at", sa.String, nullable=False, index=True),
    )
    op.create_index("executions_of_pipeline", "executions", ["pipeline", "created_at"])
    op.create_index("executions_of_schedule", "executions", ["schedule", "status"])
    op.create_table(
        "steps",
        sa.Column(
            "execution", sa.String, sa.ForeignKey("executions.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("item", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("claim", sa.String),
        sa.Column("worker", sa.String),
        sa.Column("due_at", sa.String),
        sa.Column("started_at", sa.String),
        sa.Column("finished_at", sa.String),
        sa.Column("outputs", sa.JSON, nullable=False),
        sa.Column("output", sa.String, nullable=False),
        sa.Column("run_id", sa.String),
        sa.Column("cells", sa.JSON, nullable=False),
        sa.Column("error", sa.JSON),
        sa.Column("approval", sa.String),
        sa.Column("cache_key", sa.String, index=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("updated_at", sa.String, nullable=False),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("process", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("slots", sa.Integer, nullable=False),
        sa.Column("queues", sa.JSON, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("seen_at", sa.String, nullable=False),
        sa.Column("is_stopping", sa.Boolean, nullable=False),
    )


def _make_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("pipeline", sa.String, nullable=False, index=True),
        sa.Column("watch", sa.String, nullable=False, index=True),
        sa.Column("trigger", sa.JSON, nullable=False),
        sa.Column("is_declared", sa.Boolean, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("kept", sa.String),
        sa.Column("overlap", sa.String, nullable=False),
        sa.Column("catchup", sa.String, nullable=False),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("mark", sa.String),
        sa.Column("due_at", sa.String, index=True),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("updated_at", sa.String, nullable=False),
    )
    op.create_table(
        "firings",
        sa.Column("schedule", sa.String, primary_key=True),
        sa.Column("slot", sa.String, primary_key=True),
        sa.Column("cause", sa.JSON, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("execution", sa.String),
        sa.Column("at", sa.String, nullable=False, index=True),
    )
    op.create_index("firings_of_schedule", "firings", ["schedule", "outcome", "at"])


def _make_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("subject", sa.String, nullable=False, index=True),
        sa.Column("evidence", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("requester", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("needed", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False, index=True),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("expires_at", sa.String, nullable=False),
        sa.Column("settled_at", sa.String),
        sa.Column("spent_at", sa.String),
    )
    op.create_table(
        "votes",
        sa.Column("approval", sa.String, sa.ForeignKey("approvals.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("actor", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
