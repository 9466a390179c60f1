"""Generated scripts are proven before they are kept; what may not be proven is kept and said."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import limbeck
from limbeck import command, errors
from limbeck.errors import ProofFailed
from limbeck.operations.columns import AddColumn
from limbeck.operations.data import Execute
from tests import servers
from tests.databases.project_folder import Folder

CREATE = 'op.create_table("a", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "alembic")


def project(path: Path, url: str) -> Folder:
    """A folder with a template."""
    made = Folder(path / "migrations", url)
    template = Path(limbeck.__file__).parent / "templates" / "script.py.mako"
    shutil.copy(template, made.path)
    return made


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Folder:
    made = project(tmp_path, database)
    made.revision("a1", CREATE, 'op.drop_table("a")')
    made.upgrade()
    return made


def models(folder: Folder, **options: Any) -> sa.MetaData:
    """Metadata with the table that is there, in a project that compares with it."""
    metadata = sa.MetaData()
    sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True))
    folder.config.attributes["options"] = {"target_metadata": metadata, **options}
    return metadata


def generate(folder: Folder, **kw: Any) -> Any:
    return command.revision(folder.config, "new", autogenerate=True, rev_id="new", **kw)


def files(folder: Folder) -> list[str]:
    return sorted(path.name for path in (folder.path / "versions").glob("*.py"))


def said(caplog: pytest.LogCaptureFixture, word: str) -> list[str]:
    return [message for message in caplog.messages if message.startswith(word)]


SERVER = {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL ", "mysql": "MariaDB ", "mariadb": "M"}


def server_of(folder: Folder) -> str:
    return SERVER[sa.make_url(folder.url).get_backend_name()]


@pytest.mark.postgresql
@pytest.mark.parametrize("against", ["database", "history"])
def test_a_script_may_make_the_schemas_of_its_tables(
    tmp_path: Path, postgresql_database: str, caplog: pytest.LogCaptureFixture, against: str
) -> None:
    folder = project(tmp_path, postgresql_database)
    metadata = sa.MetaData()
    sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="hr")
    columns = (sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
    sa.Table("b", metadata, *columns, sa.ForeignKeyConstraint(["a"], ["hr.a.id"]), schema="money")
    folder.config.attributes["options"] = {"target_metadata": metadata, "include_schemas": True}
    generate(folder, against=against)
    assert len(said(caplog, "Proven on ")) == 1
    folder.upgrade()
    command.check(folder.config)


def test_a_foreign_key_without_a_name_changes_and_is_changed_back(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    """MySQL names its index after the column, and after the key once that is made by its name."""
    metadata = models(folder)
    columns = (sa.Column("id", sa.Integer, primary_key=True), sa.Column("a_id", sa.Integer))
    sa.Table("b", metadata, *columns, sa.ForeignKeyConstraint(["a_id"], ["a.id"]))
    command.revision(folder.config, "one", autogenerate=True, rev_id="one")
    folder.upgrade()
    metadata = models(folder)
    columns = (sa.Column("id", sa.Integer, primary_key=True), sa.Column("a_id", sa.Integer))
    key = sa.ForeignKeyConstraint(["a_id"], ["a.id"], ondelete="CASCADE")
    sa.Table("b", metadata, *columns, key)
    generate(folder)
    assert said(caplog, "Proven on ")[-1].endswith("downgrade() gives back what was")
    folder.upgrade()
    command.check(folder.config)


@pytest.mark.parametrize("against", ["database", "history"])
def test_a_script_is_proven_and_it_is_said_on_which_server(
    folder: Folder, caplog: pytest.LogCaptureFixture, against: str
) -> None:
    metadata = models(folder)
    metadata.tables["a"].append_column(sa.Column("n", sa.String(20), server_default="x"))
    sa.Table("b", metadata, sa.Column("a_id", sa.ForeignKey("a.id"), primary_key=True))
    generate(folder, against=against)
    [line] = said(caplog, "Proven on ")
    assert line.startswith(f"Proven on {server_of(folder)}")
    assert "from the history" in line
    assert line.endswith("downgrade() gives back what was")
    assert "Proven" not in folder.output.getvalue()
    folder.upgrade()
    command.check(folder.config)
    command.check(folder.config, against="history")


def test_a_script_that_does_not_do_what_it_should_is_not_kept(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        return "sa.Integer()" if isinstance(item, sa.String) else False

    metadata = models(folder, render_item=render_item)
    metadata.tables["a"].append_column(sa.Column("n", sa.String(20)))
    before = files(folder)
    with pytest.raises(ProofFailed) as failure:
        generate(folder)
    assert files(folder) == before
    text = str(failure.value)
    assert "after upgrade()" in text
    assert "'a.n'" in text
    assert "--no-verify" in text
    assert folder.output.getvalue() == ""
    assert said(caplog, "Proven") == []
    generate(folder, verify=False)
    assert files(folder) == sorted([*before, "new_new.py"])
    assert "done" in folder.output.getvalue()


def test_a_script_that_fails_says_where(folder: Folder) -> None:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        return "no_such_name()" if isinstance(item, sa.String) else False

    metadata = models(folder, render_item=render_item)
    metadata.tables["a"].append_column(sa.Column("n", sa.String(20)))
    with pytest.raises(ProofFailed, match=r"upgrade\(\) fails on a scratch database") as failure:
        generate(folder)
    assert "new_new.py, line" in (errors.where(failure.value) or "")
    assert "new_new.py" not in files(folder)


def test_a_downgrade_that_does_not_give_back_what_was_is_found(folder: Folder) -> None:
    def forget(context: Any, rows: Any, directives: list[Any]) -> None:
        ops = directives[0].downgrade_ops.ops
        directives[0].downgrade_ops.ops = ops[:-1]

    metadata = models(folder, process_revision_directives=forget)
    metadata.tables["a"].append_column(sa.Column("n", sa.Integer))
    metadata.tables["a"].append_column(sa.Column("m", sa.Integer))
    with pytest.raises(ProofFailed, match=r"after downgrade\(\)(.|\n)*removed column 'a\.[nm]'"):
        generate(folder, verify=True)
    assert "new_new.py" not in files(folder)


def test_what_hooks_make_of_a_script_is_kept_where_nobody_asked_for_a_proof(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    def only_up(context: Any, rows: Any, directives: list[Any]) -> None:
        directives[0].upgrade_ops.ops = []

    metadata = models(folder, process_revision_directives=only_up)
    metadata.tables["a"].append_column(sa.Column("n", sa.Integer))
    generate(folder)
    [line] = said(caplog, "Not proven")
    assert line.startswith("Not proven, as hooks have changed the operations: downgrade() fails")
    assert "new_new.py" in files(folder)


def test_hooks_that_leave_something_undone_or_add_steps_are_no_failure(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    def hook(context: Any, rows: Any, directives: list[Any]) -> None:
        for ops in (directives[0].upgrade_ops, directives[0].downgrade_ops):
            ops.ops = [o for o in ops.ops if getattr(o, "column", None) is None or _is_n(o)]
        directives[0].upgrade_ops.ops.append(Execute(sa.text("UPDATE a SET n = 1")))

    def _is_n(operation: Any) -> bool:
        column = operation.column
        return getattr(column, "name", column) == "n"

    metadata = models(folder, process_revision_directives=hook)
    metadata.tables["a"].append_column(sa.Column("n", sa.Integer))
    metadata.tables["a"].append_column(sa.Column("m", sa.Integer))
    generate(folder)
    assert said(caplog, "Proven on ")
    text = (folder.path / "versions" / "new_new.py").read_text()
    assert "UPDATE a SET n = 1" in text
    assert "'m'" not in text


def test_what_a_hook_does_with_sql_is_told_and_no_failure(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    def hook(context: Any, rows: Any, directives: list[Any]) -> None:
        up, down = directives[0].upgrade_ops.ops, directives[0].downgrade_ops.ops
        up.append(Execute(sa.text("CREATE TABLE audit (id INTEGER)")))
        down.append(Execute(sa.text("DROP TABLE audit")))

    metadata = models(folder, process_revision_directives=hook)
    metadata.tables["a"].append_column(sa.Column("n", sa.Integer))
    generate(folder)
    [line] = said(caplog, "Proven on ")
    assert "left after upgrade(), which hooks have changed: removed table 'audit'" in line


def test_what_filters_leave_out_is_not_part_of_the_comparison(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.revision(
        "a2",
        'op.execute("CREATE TABLE theirs (id INTEGER)")',
        'op.execute("DROP TABLE theirs")',
    )
    folder.upgrade()

    def include_object(item: Any, name: str, kind: str, reflected: bool, other: Any) -> bool:
        return not (kind == "table" and name == "theirs")

    metadata = models(folder, include_object=include_object)
    metadata.tables["a"].append_column(sa.Column("n", sa.Integer))
    generate(folder)
    assert said(caplog, "Proven on ")


def test_a_database_that_somebody_else_began_is_proven_from_its_tables(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    engine = sa.create_engine(folder.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE old (id INTEGER PRIMARY KEY, t VARCHAR(9))")
    metadata = models(folder)
    sa.Table(
        "old",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("t", sa.String(9)),
        sa.Column("n", sa.Integer),
    )
    generate(folder, against="database")
    [line] = said(caplog, "Proven on ")
    assert "from the tables that the database has" in line


def test_a_history_that_does_not_run_is_no_failure_of_the_script(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    text = (folder.path / "versions" / "a1.py").read_text()
    (folder.path / "versions" / "a1.py").write_text(text.replace(CREATE, "raise KeyError('x')"))
    metadata = models(folder)
    metadata.tables["a"].append_column(sa.Column("n", sa.Integer))
    generate(folder, against="database")
    assert "from the tables that the database has" in said(caplog, "Proven on ")[0]


def test_an_interrupt_leaves_no_script(folder: Folder) -> None:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        return "__import__('os').kill(__import__('os').getpid(), 2)" if kind == "type" else False

    metadata = models(folder, render_item=render_item)
    metadata.tables["a"].append_column(sa.Column("n", sa.String(20)))
    before = files(folder)
    with pytest.raises(KeyboardInterrupt):
        generate(folder)
    assert files(folder) == before


def test_nothing_is_proven_where_nothing_was_found(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    models(folder)
    generate(folder)
    assert files(folder) == ["a1.py", "new_new.py"]
    assert said(caplog, "Proven") == said(caplog, "Not proven") == []


def test_env_py_of_several_databases_is_proven_for_each(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = Folder(tmp_path / "migrations", "sqlite://")
    (folder.path / "env.py").write_text(
        """
import sqlalchemy as sa
from limbeck import context

for name in ("one", "two"):
    metadata = sa.MetaData()
    sa.Table(f"of_{name}", metadata, sa.Column("id", sa.Integer, primary_key=True))
    with sa.create_engine("sqlite://").connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            upgrade_token=f"{name}_upgrades",
            downgrade_token=f"{name}_downgrades",
        )
        context.run_migrations(engine_name=name)
"""
    )
    (folder.path / "script.py.mako").write_text(
        '''"""${message}"""
import sqlalchemy as sa
from limbeck import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade(engine_name):
    globals()["upgrade_" + engine_name]()


def downgrade(engine_name):
    globals()["downgrade_" + engine_name]()

% for name in ("one", "two"):

def upgrade_${name}():
    ${context.get(name + "_upgrades", "pass")}


def downgrade_${name}():
    ${context.get(name + "_downgrades", "pass")}

% endfor
'''
    )
    generate(folder)
    assert len(said(caplog, "Proven on SQLite")) == 2
    found = command.check
    with pytest.raises(errors.CommandError, match="not up to date"):
        found(folder.config)
    found(folder.config, against="history")


@pytest.mark.postgresql
def test_a_role_that_may_not_create_databases_has_its_script_unproven(
    postgresql_database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    role = servers.with_database(postgresql_database, "x").rsplit("_", 1)[-1]
    role = f"limbeck_owner_{Path(postgresql_database).name[-12:]}"
    servers.execute(
        postgresql_database,
        f"CREATE ROLE {role} LOGIN",
        f"GRANT ALL ON SCHEMA public TO {role}",
    )
    url = sa.make_url(postgresql_database).set(username=role)
    folder = project(tmp_path, url.render_as_string(hide_password=False))
    try:
        metadata = models(folder)
        generate(folder, against="database")
        [line] = said(caplog, "Not proven: ")
        assert "permission denied to create database" in line
        assert files(folder) == ["new_new.py"]
        (folder.path / "versions" / "new_new.py").unlink()
        folder.config.set_main_option("scratch_url", postgresql_database)
        generate(folder, against="database")
        assert said(caplog, "Proven on PostgreSQL")
        assert metadata.tables
    finally:
        servers.execute(postgresql_database, f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}")


@pytest.mark.postgresql
@pytest.mark.parametrize("verify", [None, True])
def test_a_function_that_somebody_else_has_made_is_no_fault_of_the_script(
    tmp_path: Path, postgresql_url: str, caplog: pytest.LogCaptureFixture, verify: bool | None
) -> None:
    url = servers.create_database(postgresql_url, "proof")
    try:
        servers.execute(url, "CREATE FUNCTION ours() RETURNS int RETURN 1")
        folder = project(tmp_path, url)
        metadata = models(folder)
        folder.upgrade()
        metadata.clear()
        sa.Table("b", metadata, sa.Column("c", sa.Integer, server_default=sa.text("ours()")))
        if verify:
            with pytest.raises(ProofFailed, match=r"ours\(\) does not exist"):
                generate(folder, verify=True)
        else:
            generate(folder)
            assert "ours() does not exist" in said(caplog, "Not proven: ")[0]
        assert files(folder) == ([] if verify else ["new_new.py"])
    finally:
        servers.drop_database(url)


def test_an_added_column_operation_of_a_hook_counts(folder: Folder) -> None:
    """An edit that the fold understands, so that what it leaves is known."""
    from limbeck.metadata import load
    from limbeck.schema.names import Name

    def hook(context: Any, rows: Any, directives: list[Any]) -> None:
        column = load.column(sa.Column("extra", sa.Integer))
        operation = AddColumn(Name("a"), column)
        directives[0].upgrade_ops.ops.append(operation)
        directives[0].downgrade_ops.ops.insert(
            0, operation.reverse(directives[0].upgrade_ops.after)
        )

    metadata = models(folder, process_revision_directives=hook)
    metadata.tables["a"].append_column(sa.Column("n", sa.Integer))
    generate(folder)
    assert "new_new.py" in files(folder)
