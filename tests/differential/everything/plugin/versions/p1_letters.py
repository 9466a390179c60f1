"""letters of the plugin"""

import sqlalchemy as sa
from alembic import op

revision = "p1"
down_revision = None
branch_labels = ("plugin",)
depends_on = "a1"


def upgrade():
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_letter_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )


def downgrade():
    op.drop_table("letter")
