"""The stories of docs/stories.md, played as they stand there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import servers
from tests.cli.stories import Story

Tell = Callable[[str], Story]

SETTINGS = """\
[tool.limbeck]
metadata = "shop.models:Base"
models = ["shop"]
url = "$DATABASE_URL"
"""

BASE = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, mapped_column


class Base(DeclarativeBase):
    pass
"""


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """A story in an empty folder, on SQLite."""
    (tmp_path / ".git").mkdir()
    return lambda name: Story(name, tmp_path, {"DATABASE_URL": "sqlite:///shop.db"})


@pytest.fixture
def tell_on_postgresql(tell: Tell, postgresql_database: str) -> Tell:
    """A story on an empty PostgreSQL database."""
    url = servers.with_driver(postgresql_database, "postgresql+psycopg")

    def begin(name: str) -> Story:
        story = tell(name)
        story.variables["DATABASE_URL"] = url
        return story

    return begin


def _begin(story: Story, models: str, *, settings: bool = False) -> None:
    story.file("pyproject.toml", SETTINGS, language="toml", shown=settings)
    story.file("shop/models.py", f"{BASE}\n\n{models}", shown=False)
    story.parts.append(f"```python\n# shop/models.py\n{models.strip()}\n```")


USER = """\
class User(Base):
    __tablename__ = "users"
    id = mapped_column(sa.Integer, primary_key=True)
    name = mapped_column(sa.String(50), index=True)
"""


def test_a_rename(tell: Tell) -> None:
    story = tell("rename")
    _begin(story, USER, settings=True)
    story.type("limbeck revision --autogenerate -m users --rev-id a1")
    story.type("limbeck upgrade head")
    rows = "import sqlite3; db = sqlite3.connect('shop.db'); print(*db.execute('{}')); db.commit()"
    insert = 'INSERT INTO users VALUES (1, \\"Ada\\")'
    story.type(f'python -c "{rows.format(insert)}"')
    _begin(story, USER.replace("name =", "full_name ="))
    story.type("limbeck revision --autogenerate -m names --rev-id b1")
    story.body("migrations/versions/b1*")
    story.type("rm migrations/versions/b1_names.py")
    story.type("limbeck revision --autogenerate -m names --rev-id b1 --rename users.name=full_name")
    story.body("migrations/versions/b1*")
    story.type("limbeck upgrade head")
    story.type(f'python -c "{rows.format("SELECT * FROM users")}"')
    story.agrees()


def test_a_rename_that_is_asked_about(tell: Tell) -> None:
    story = tell("question")
    _begin(story, USER)
    story.type("limbeck revision --autogenerate -m users --rev-id a1")
    story.type("limbeck upgrade head")
    story.parts.clear()
    _begin(story, USER.replace("name =", "full_name ="))
    story.type("limbeck revision --autogenerate -m names --rev-id b1", answer="y")
    story.body("migrations/versions/b1*")
    story.agrees()


MOOD = """\
class Note(Base):
    __tablename__ = "notes"
    id = mapped_column(sa.Integer, primary_key=True)
    mood = mapped_column(sa.Enum("happy", "sad", name="mood"), server_default="happy")
"""


@pytest.mark.postgresql
def test_an_enum(tell_on_postgresql: Tell) -> None:
    story = tell_on_postgresql("enum")
    _begin(story, MOOD)
    story.type("limbeck revision --autogenerate -m notes --rev-id a1")
    story.type("limbeck upgrade head")
    _begin(story, MOOD.replace('"happy", "sad"', '"glad", "sad", "so-so"').replace("happy", "glad"))
    story.type("limbeck revision --autogenerate -m moods --rev-id b1 --rename mood.happy=glad")
    story.body("migrations/versions/b1*")
    story.type("limbeck upgrade head")
    story.type("limbeck check")
    story.body("migrations/versions/b1*", "downgrade")
    story.type("limbeck downgrade -1")
    story.agrees()


MEASURE = """\
class Measure(Base):
    __tablename__ = "measures"
    __table_args__ = {"postgresql_partition_by": "RANGE (day)"}
    day = mapped_column(sa.Date, primary_key=True)
    value = mapped_column(sa.Integer)
"""


@pytest.mark.postgresql
def test_a_partition(tell_on_postgresql: Tell) -> None:
    story = tell_on_postgresql("partition")
    _begin(story, MEASURE)
    story.type("limbeck revision --autogenerate -m measures --rev-id a1")
    story.type("limbeck upgrade head")
    partition = (
        "CREATE TABLE measures_2026 PARTITION OF measures "
        "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
    )
    story.file(
        "partition.py",
        "import os, sqlalchemy as sa\n\n"
        'with sa.create_engine(os.environ["DATABASE_URL"]).begin() as connection:\n'
        f'    connection.exec_driver_sql("{partition}")\n',
    )
    story.type("python partition.py")
    story.type("limbeck check --against database")
    story.agrees()


CYCLE = """\
class Team(Base):
    __tablename__ = "teams"
    id = mapped_column(sa.Integer, primary_key=True)
    captain_id = mapped_column(sa.ForeignKey("players.id"))


class Player(Base):
    __tablename__ = "players"
    id = mapped_column(sa.Integer, primary_key=True)
    team_id = mapped_column(sa.ForeignKey("teams.id"))
"""


@pytest.mark.postgresql
def test_a_cycle_of_foreign_keys(tell_on_postgresql: Tell) -> None:
    story = tell_on_postgresql("cycle")
    _begin(story, CYCLE)
    story.type("limbeck revision --autogenerate -m teams --rev-id a1")
    story.body("migrations/versions/a1*")
    story.body("migrations/versions/a1*", "downgrade")
    story.type("limbeck upgrade head")
    story.type("limbeck check")
    story.type("limbeck downgrade base")
    story.agrees()


def test_models_that_are_not_imported(tell: Tell) -> None:
    story = tell("unimported")
    story.type("limbeck -q init migrations")
    ini = (story.folder / "alembic.ini").read_text(encoding="utf-8")
    url = "sqlalchemy.url = sqlite:///shop.db\nmodels = shop"
    lines = [url if line.startswith("sqlalchemy.url") else line for line in ini.splitlines()]
    story.file("alembic.ini", "\n".join(lines), shown=False)
    story.parts.append(f"```ini\n# in alembic.ini\n{url}\n```")
    story.file("shop/base.py", BASE, shown=False)
    head = "import sqlalchemy as sa\nfrom sqlalchemy.orm import mapped_column\n"
    start = f"{head}from shop.base import Base\n\n\n"
    story.file("shop/users.py", start + USER)
    story.file("shop/orders.py", start + USER.replace("User", "Order").replace("users", "orders"))
    env = (story.folder / "migrations/env.py").read_text(encoding="utf-8")
    some = "from shop.base import Base\nfrom shop import users\ntarget_metadata = Base.metadata"
    story.file("migrations/env.py", env.replace("target_metadata = None", some), shown=False)
    story.parts.append(f"```python\n# in migrations/env.py\n{some}\n```")
    story.type("limbeck revision --autogenerate -m all --rev-id a1", status=255)
    every = (
        "import limbeck\nfrom shop.base import Base\n"
        'limbeck.import_models("shop")\ntarget_metadata = Base.metadata'
    )
    story.file("migrations/env.py", env.replace("target_metadata = None", every), shown=False)
    story.parts.append(f"```python\n# in migrations/env.py\n{every}\n```")
    story.type("limbeck revision --autogenerate -m all --rev-id a1")
    story.type("limbeck upgrade head")
    none = "from shop.base import Base\ntarget_metadata = Base.metadata"
    story.file("migrations/env.py", env.replace("target_metadata = None", none), shown=False)
    story.file("alembic.ini", "\n".join(lines).replace("models = shop\n", ""), shown=False)
    story.parts.append(
        f"```python\n# in migrations/env.py, and alembic.ini without models\n{none}\n```"
    )
    story.type("limbeck revision --autogenerate -m all --rev-id b1", status=255)
    story.agrees()


def test_tables_of_others(tell: Tell) -> None:
    story = tell("foreign")
    _begin(story, USER)
    story.type("limbeck revision --autogenerate -m users --rev-id a1")
    story.type("limbeck upgrade head")
    story.file(
        "other.py",
        "import sqlite3\n\n"
        'with sqlite3.connect("shop.db") as connection:\n'
        '    connection.execute("CREATE TABLE spatial_ref_sys (srid INTEGER PRIMARY KEY)")\n',
    )
    story.type("python other.py")
    story.type("limbeck check --against database")
    story.agrees()
