"""MySQL and MariaDB."""

from __future__ import annotations

from typing import Any

from limbeck.dialects.base import Dialect
from limbeck.dialects.mysql.batch import batch
from limbeck.dialects.mysql.certainty import decides_text, doubt
from limbeck.dialects.mysql.commits import COMMITS
from limbeck.dialects.mysql.compile import OVERRIDES
from limbeck.dialects.mysql.hazards import hazards
from limbeck.dialects.mysql.inspect import inspect
from limbeck.dialects.mysql.lock import LOCKS
from limbeck.dialects.mysql.normalize import normalize
from limbeck.dialects.mysql.read_back import read_back, without_implied
from limbeck.dialects.mysql.scratch import SCRATCH
from limbeck.dialects.mysql.sizes import sizes
from limbeck.operations.batch import Batch
from limbeck.statements.traced import Tracer


def tracer(connection: Any) -> Tracer:
    """Watches statements on a scratch database; its module is read when somebody does."""
    from limbeck.dialects.mysql.trace import MySQLTracer

    return MySQLTracer(connection)


DIALECT = Dialect(
    name="mysql",
    transactional_ddl=False,
    overrides={**OVERRIDES, Batch: batch},
    inspect=inspect,
    hazards=hazards,
    sizes=sizes,
    tracer=tracer,
    normalize=normalize,
    read_back=read_back,
    without_implied=without_implied,
    doubt=doubt,
    decides_text=decides_text,
    scratch=SCRATCH,
    pins_foreign_keys=True,
    locks=LOCKS,
    own_commits=COMMITS,
)
