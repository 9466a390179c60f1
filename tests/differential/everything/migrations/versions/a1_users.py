"""users"""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None
branch_labels = ("main",)
depends_on = None


def upgrade():
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
    )
    op.create_table("audit", sa.Column("last", sa.String(50)))
    op.bulk_insert(sa.table("audit", sa.column("last")), [{"last": "nothing"}])


def downgrade():
    op.drop_table("audit")
    op.drop_table("user")
