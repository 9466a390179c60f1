"""PostgreSQL, 12 and newer."""

from __future__ import annotations

from typing import Any

from limbeck.dialects.base import Dialect
from limbeck.dialects.postgresql.certainty import decides_text, doubt
from limbeck.dialects.postgresql.commits import COMMITS
from limbeck.dialects.postgresql.compile import OVERRIDES, rewrite
from limbeck.dialects.postgresql.hazards import hazards
from limbeck.dialects.postgresql.inspect import inspect
from limbeck.dialects.postgresql.lock import LOCKS
from limbeck.dialects.postgresql.normalize import normalize
from limbeck.dialects.postgresql.online import ONLINE
from limbeck.dialects.postgresql.read_back import read_back
from limbeck.dialects.postgresql.scratch import SCRATCH
from limbeck.dialects.postgresql.sizes import sizes
from limbeck.dialects.postgresql.unsaid import with_unsaid
from limbeck.statements.traced import Tracer


def tracer(connection: Any) -> Tracer:
    """Watches statements on a scratch database; its module is read when somebody does."""
    from limbeck.dialects.postgresql.trace import PostgreSQLTracer

    return PostgreSQLTracer(connection)


DIALECT = Dialect(
    name="postgresql",
    transactional_ddl=True,
    overrides=OVERRIDES,
    rewrite=rewrite,
    inspect=inspect,
    hazards=hazards,
    sizes=sizes,
    tracer=tracer,
    normalize=normalize,
    read_back=read_back,
    doubt=doubt,
    with_unsaid=with_unsaid,
    decides_text=decides_text,
    scratch=SCRATCH,
    locks=LOCKS,
    own_commits=COMMITS,
    online=ONLINE,
)
