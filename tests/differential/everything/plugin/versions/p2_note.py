"""a note of the plugin"""

import verbs  # noqa: F401
from alembic import op

revision = "p2"
down_revision = "p1"
branch_labels = None
depends_on = None


def upgrade():
    op.create_note("note")


def downgrade():
    op.drop_note("note")
