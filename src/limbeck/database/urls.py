"""URLs of databases, as they are read and as they are shown."""

from __future__ import annotations

import re
from typing import overload

from sqlalchemy import URL, make_url

_POSTGRES = re.compile(r"postgres(?=\+\w+://|://)")


@overload
def known(url: str) -> str: ...
@overload
def known(url: URL) -> URL: ...
def known(url: str | URL) -> str | URL:
    """The URL with ``postgresql`` for ``postgres``.

    libpq and those who host databases write the short name, SQLAlchemy does not know it.
    """
    if isinstance(url, URL):
        name = _POSTGRES.sub("postgresql", f"{url.drivername}://").removesuffix("://")
        return url.set(drivername=name)
    return _POSTGRES.sub("postgresql", url, count=1) if _POSTGRES.match(url) else url


def is_misread(url: URL) -> bool:
    """Whether part of the password was taken for the host or the database.

    That is so where it holds an ``@`` or a ``/`` that is not quoted.
    """
    parts = (url.host, url.database)
    return url.username is not None and any("@" in (part or "") for part in parts)


def shown(url: str | URL) -> str:
    """The URL without its password, also without the rest of one that was misread."""
    made = make_url(url)
    if not is_misread(made):
        return made.render_as_string(hide_password=True)
    port = "" if made.port is None else f":{made.port}"
    meant = f"{made.host or ''}{port}/{made.database or ''}".rpartition("@")[2]
    return f"{made.drivername}://***@{meant}"
