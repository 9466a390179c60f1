"""create notes

Revision ID: 4f1c
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa

from limbeck import op

revision = "4f1c"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("notes")
