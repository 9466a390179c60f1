"""SQLite: the catalog is text, and what ALTER TABLE cannot do is a table made anew."""

from __future__ import annotations

from limbeck.dialects.base import Dialect
from limbeck.dialects.sqlite.commits import COMMITS
from limbeck.dialects.sqlite.compile import OVERRIDES
from limbeck.dialects.sqlite.hazards import hazards
from limbeck.dialects.sqlite.inspect import inspect
from limbeck.dialects.sqlite.lock import LOCKS
from limbeck.dialects.sqlite.normalize import normalize

DIALECT = Dialect(
    name="sqlite",
    transactional_ddl=True,
    overrides=OVERRIDES,
    inspect=inspect,
    hazards=hazards,
    normalize=normalize,
    adds_foreign_keys=False,
    rebuilds=True,
    locks=LOCKS,
    own_commits=COMMITS,
)
