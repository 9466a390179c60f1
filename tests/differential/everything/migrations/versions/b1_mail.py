"""mail

With a second line.
"""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = "a1"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("user") as batch:
        batch.add_column(sa.Column("mail", sa.String(200)))
        batch.alter_column("name", type_=sa.String(100), existing_nullable=False)


def downgrade():
    with op.batch_alter_table("user") as batch:
        batch.alter_column("name", type_=sa.String(50), existing_nullable=False)
        batch.drop_column("mail")
