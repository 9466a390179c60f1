"""Types the set-up guide on SQLite, then native mode, and prints what happens."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent

INI_URL = "sqlalchemy.url = driver://user:pass@localhost/dbname"

IMPORTS = """\
from app.db.base import Base
from app.models.user import User  # noqa: F401
from core.settings import settings

"""

URL = "settings.get_db_url()"

SET_URL = 'config.set_main_option("sqlalchemy.url", {url})'


def main() -> int:
    """Both demonstrations; exit code 1 where a command fails."""
    try:
        guide(EXAMPLES / "guide" / ".build")
        native(EXAMPLES / "native" / ".build")
    except subprocess.CalledProcessError as error:
        print(f"\n{shlex.join(error.cmd)} ended with code {error.returncode}", file=sys.stderr)
        return 1
    return 0


def guide(folder: Path) -> None:
    """The guide as a user types it: init, two edits, a migration, up, down and up again."""
    _headline("The set-up guide, on sqlite+aiosqlite")
    copy_application(folder)
    write_settings(folder)
    _type(folder, "limbeck", "init", "-t", "async", "alembic")
    edit_ini(folder)
    print(f"\nalembic.ini: comment out\n    # {INI_URL}")
    edit_environment(folder)
    print("\nalembic/env.py: import the settings and the models, and set")
    print(f"    {SET_URL.format(url=URL)}")
    print("    target_metadata = Base.metadata")
    _revise_and_migrate(folder)


def native(folder: Path) -> None:
    """The same application with a table in pyproject.toml, and neither an ini file nor env.py."""
    _headline("Native mode: the same application and a pyproject.toml")
    copy_application(folder)
    write_settings(folder)
    shutil.copy(EXAMPLES / "native" / "pyproject.toml", folder)
    print((folder / "pyproject.toml").read_text(encoding="utf-8"))
    _revise_and_migrate(folder)


def copy_application(folder: Path) -> None:
    """The application of the guide in a folder of its own, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        EXAMPLES / "guide",
        folder,
        ignore=shutil.ignore_patterns(".build", "__pycache__", "README.md"),
    )


def write_settings(folder: Path) -> None:
    """The .env file that core/settings.py reads."""
    text = "DB_DRIVER_NAME=sqlite+aiosqlite\nDB_NAME=guide.db\n"
    (folder / ".env").write_text(text, encoding="utf-8")


def edit_ini(folder: Path) -> None:
    """The guide's edit of alembic.ini: the URL is commented out."""
    _replace(folder / "alembic.ini", f"\n{INI_URL}\n", f"\n# {INI_URL}\n")


def edit_environment(folder: Path, imports: str = IMPORTS, url: str = URL) -> None:
    """The guide's edits of alembic/env.py: the URL from the settings, the models' metadata."""
    env = folder / "alembic" / "env.py"
    line = "\nconfig = context.config\n"
    _replace(env, line, f"{line}{SET_URL.format(url=url)}\n")
    _replace(env, "\ntarget_metadata = None\n", "\ntarget_metadata = Base.metadata\n")
    env.write_text(imports + env.read_text(encoding="utf-8"), encoding="utf-8")


def _revise_and_migrate(folder: Path) -> None:
    _type(folder, "limbeck", "revision", "--autogenerate", "-m", "create_user_table")
    for file in sorted(folder.glob("*/versions/*.py")):
        print(f"\n{file.relative_to(folder)}:")
        print(file.read_text(encoding="utf-8"))
    _type(folder, "limbeck", "upgrade", "head")
    _print_tables(folder / "guide.db")
    _type(folder, "limbeck", "current")
    _type(folder, "limbeck", "check")
    _type(folder, "limbeck", "downgrade", "base")
    _print_tables(folder / "guide.db")
    _type(folder, "limbeck", "upgrade", "head")
    _print_tables(folder / "guide.db")


def _type(folder: Path, *command: str) -> None:
    print(f"\n$ {shlex.join(command)}", flush=True)
    environment = {name: value for name, value in os.environ.items() if name[:3] != "DB_"}
    subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=folder,
        env=environment,
        stderr=subprocess.STDOUT,
        check=True,
    )


def _print_tables(database: Path) -> None:
    print("\nTables of the database:")
    connection = sqlite3.connect(database)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for (name,) in names.fetchall():
        print(f"    {name}")
        for _, column, type_, required, default, key in connection.execute(
            f"PRAGMA table_info({name})"
        ):
            words = [type_, "NOT NULL" if required else "", f"DEFAULT {default}" if default else ""]
            words.append("PRIMARY KEY" if key else "")
            print(f"        {column:<12} {' '.join(word for word in words if word)}")
    connection.close()


def _headline(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}\n")


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(f"{file} has no line {old.strip()!r}")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
