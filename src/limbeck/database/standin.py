"""A stand-in for a connection, where revisions run without a server."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any, NoReturn

from sqlalchemy import inspection
from sqlalchemy.engine import URL, Dialect


class ServerNeeded(Exception):
    """A script asked the stand-in for what only a server has."""


class StandIn:
    """What ``op.get_bind()`` gives while a history is folded: it knows its dialect, no more.

    Anything else raises ServerNeeded, and `asked` remembers it where the script catches that.
    """

    def __init__(self, dialect: Dialect, url: URL | None) -> None:
        self.dialect = dialect
        self.engine = SimpleNamespace(url=url, dialect=dialect, name=dialect.name)
        self.asked = False

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self.asked = True
        raise ServerNeeded(f"{name}() of the connection needs a server")

    def in_transaction(self) -> bool:
        """Never."""
        return False

    def get_isolation_level(self) -> str:
        """None in particular."""
        return ""

    def execution_options(self, **options: Any) -> StandIn:
        """Itself."""
        return self

    def get_transaction(self) -> None:
        """None."""

    def begin(self) -> AbstractContextManager[Any]:
        """Nothing to begin."""
        return nullcontext(self)

    begin_nested = begin

    def commit(self) -> None:
        """Nothing to end."""

    rollback = close = commit


@inspection._inspects(StandIn)
def _inspect(connection: StandIn) -> NoReturn:
    connection.asked = True
    raise ServerNeeded("sa.inspect() of the connection needs a server")
