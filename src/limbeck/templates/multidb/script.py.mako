<%! import re %>\
<%
    databases = re.split(r",\s*", config.get_main_option("databases", ""))
    databases = [name for name in databases if name]
%>\
"""${message}

Revision ID: ${up_revision}
Revises:${" " + comma(down_revision) if down_revision else ""}
Create Date: ${create_date}
"""

from collections.abc import Sequence

import sqlalchemy as sa
from limbeck import op
% if imports:
${imports}
% endif

# revision identifiers, used by Limbeck.
revision: str = ${repr(up_revision)}
down_revision: str | Sequence[str] | None = ${repr(down_revision)}
branch_labels: str | Sequence[str] | None = ${repr(branch_labels)}
depends_on: str | Sequence[str] | None = ${repr(depends_on)}


def upgrade(engine_name: str) -> None:
    """Upgrade the schema of one database."""
    globals()[f"upgrade_{engine_name}"]()


def downgrade(engine_name: str) -> None:
    """Downgrade the schema of one database."""
    globals()[f"downgrade_{engine_name}"]()
% for name in databases:


def upgrade_${name}() -> None:
    """Upgrade schema of ${name}."""
    ${context.get(f"{name}_upgrades") or "pass"}


def downgrade_${name}() -> None:
    """Downgrade schema of ${name}."""
    ${context.get(f"{name}_downgrades") or "pass"}
% endfor
