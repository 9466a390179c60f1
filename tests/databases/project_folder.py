"""A project in a folder, written and run by tests as a user would, within this process."""

from __future__ import annotations

import io
from pathlib import Path
from textwrap import dedent, indent

from limbeck import command
from limbeck.project.config import Config

ENV = """
from limbeck import context
import sqlalchemy as sa

config = context.config
options = config.attributes.get("options", {})

if context.is_offline_mode():
    context.configure(url=config.get_main_option("sqlalchemy.url"), **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = sa.create_engine(config.get_main_option("sqlalchemy.url"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        if config.attributes.get("caller_begins"):
            connection.begin()
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
        if config.attributes.get("caller_begins"):
            connection.commit()
"""


class Folder:
    """The project: revisions are added one after the other."""

    def __init__(self, path: Path, url: str) -> None:
        self.path = path
        self.url = url
        self.output = io.StringIO()
        self.config = Config(stdout=self.output, output_buffer=self.output)
        self.config.set_main_option("script_location", str(path))
        self.config.set_main_option("sqlalchemy.url", url)
        (path / "versions").mkdir(parents=True)
        (path / "env.py").write_text(ENV, encoding="utf-8")
        self.last: str | None = None

    def revision(self, id_: str, up: str, down: str = "pass") -> None:
        """Adds a revision on top of the last one."""
        text = dedent(
            f'''
            """message of {id_}"""
            import sqlalchemy as sa
            from limbeck import op

            revision = "{id_}"
            down_revision = {self.last!r}
            '''
        )
        for name, body in (("upgrade", up), ("downgrade", down)):
            text += f"\n\ndef {name}():\n" + indent(dedent(body).strip(), "    ") + "\n"
        (self.path / "versions" / f"{id_}.py").write_text(text, encoding="utf-8")
        self.last = id_

    def upgrade(self, target: str = "head", **kw: object) -> None:
        """``limbeck upgrade``."""
        command.upgrade(self.config, target, **kw)  # type: ignore[arg-type]

    def downgrade(self, target: str, **kw: object) -> None:
        """``limbeck downgrade``."""
        command.downgrade(self.config, target, **kw)  # type: ignore[arg-type]
