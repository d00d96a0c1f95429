"""What is known of a version besides its content: how it was derived, what in it is personal."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of version 0003."""
    op.create_table(
        "facts",
        sa.Column("dataset", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
