"""Programs that drive Alembic through its Python interface, with the alias installed."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.compat import alembic as compat

ENV = """
from alembic import context
import sqlalchemy as sa

config = context.config
engine = config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=config.attributes.get("metadata"),
        **config.attributes.get("configure", {}),
    )
    with context.begin_transaction():
        context.run_migrations()
"""
TEMPLATE = '''"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


@pytest.fixture(autouse=True)
def alias() -> Iterator[None]:
    compat.install()
    yield
    compat.uninstall()


class Folder:
    """An Alembic-style project on SQLite in memory."""

    def __init__(self, path: Path) -> None:
        from alembic.config import Config

        self.path = path
        (path / "versions").mkdir(parents=True)
        (path / "env.py").write_text(ENV)
        (path / "script.py.mako").write_text(TEMPLATE)
        self.engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
        self.config = Config(stdout=self)
        self.config.set_main_option("script_location", str(path))
        self.config.attributes["engine"] = self.engine
        self.said = ""

    def write(self, text: str) -> None:
        self.said += text

    def flush(self) -> None:
        pass

    def configure(self, **kw: Any) -> None:
        self.config.attributes["configure"] = kw

    def revision(self, rev: str, body: str = "pass", down: str | None = None) -> None:
        text = (
            f'"""message {rev}"""\nfrom alembic import op\nimport sqlalchemy as sa\n'
            f"revision = {rev!r}\ndown_revision = {down!r}\n"
            f"def upgrade(**kw):\n    {body}\n\ndef downgrade(**kw):\n    pass\n"
        )
        (self.path / "versions" / f"{rev}.py").write_text(text)

    @property
    def written(self) -> str:
        return "\n".join(p.read_text() for p in sorted((self.path / "versions").glob("*.py")))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "migrations")


# -- modules ------------------------------------------------------------------------------------


def test_uninstalling_gives_the_modules_back_that_were_there() -> None:
    import alembic

    assert alembic.__file__ is not None
    assert "limbeck" in alembic.__file__
    compat.uninstall()
    sys.modules["alembic"] = before = SimpleNamespace()  # type: ignore[assignment]
    compat.install()
    assert importlib.import_module("alembic") is not before
    compat.uninstall()
    assert sys.modules.pop("alembic") is before


def test_verbs_can_be_imported_when_no_migration_runs() -> None:
    from alembic.op import add_column, drop_column

    with pytest.raises(NameError, match="Can't invoke function 'add_column'"):
        add_column("t", sa.Column("c", sa.Integer()))
    assert drop_column.__name__ == "drop_column"


def test_a_module_that_alembic_lacks_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"alembic\.nonsense"):
        importlib.import_module("alembic.nonsense")


# -- operations ---------------------------------------------------------------------------------


def context_on(connection: sa.Connection, **opts: Any) -> Any:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection, opts=opts)


def test_operations_run_directly_on_a_context() -> None:
    from alembic.operations import Operations

    with sa.create_engine("sqlite://").connect() as connection:
        op = Operations(context_on(connection))
        table = op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
        op.bulk_insert(table, [{"id": 7}])
        op.add_column("t", sa.Column("name", sa.String(5)))
        with op.batch_alter_table("t") as batch:
            batch.alter_column("name", new_column_name="title", existing_type=sa.String(5))
            batch.create_unique_constraint("uq", ["title"])
        assert connection.execute(sa.select(table.c.id)).scalar() == 7
        columns = [c["name"] for c in sa.inspect(connection).get_columns("t")]
        assert columns == ["id", "title"]
        assert sa.inspect(connection).get_unique_constraints("t")[0]["name"] == "uq"


def test_an_operation_of_ones_own_is_a_verb_everywhere() -> None:
    from alembic import op
    from alembic.operations import BatchOperations, MigrateOperation, Operations

    import limbeck.op

    @Operations.register_operation("note")
    @BatchOperations.register_operation("note", "batch_note")
    class NoteOp(MigrateOperation):
        def __init__(self, text: str) -> None:
            self.text = text

        @classmethod
        def note(cls, operations: Any, text: str) -> Any:
            return operations.invoke(cls(text))

        @classmethod
        def batch_note(cls, operations: Any, text: str) -> Any:
            return operations.invoke(cls(f"{operations.impl.table_name}: {text}"))

    said = []

    @Operations.implementation_for(NoteOp)
    def run(operations: Any, operation: NoteOp) -> str:
        said.append(operation.text)
        operations.execute(f"INSERT INTO notes VALUES ('{operation.text}')")
        return operation.text.upper()

    with sa.create_engine("sqlite://").connect() as connection:
        context = context_on(connection)
        with Operations.context(context):
            op.create_table("notes", sa.Column("text", sa.String()))
            assert op.note("one") == "ONE"
            assert limbeck.op.note("two") == "TWO"
            with op.batch_alter_table("notes") as batch:
                batch.note("three")
        rows = connection.exec_driver_sql("SELECT text FROM notes").scalars().all()
    assert rows == said == ["one", "two", "notes: three"]


def test_what_an_operation_does_can_be_replaced() -> None:
    from alembic import op
    from alembic.operations import Operations, ops

    kept = Operations._to_impl._registry.copy()
    seen = []
    try:

        @Operations.implementation_for(ops.DropTableOp, replace=True)
        def refuse(operations: Any, operation: ops.DropTableOp) -> None:
            seen.append(operation.table_name)

        with (
            sa.create_engine("sqlite://").connect() as connection,
            Operations.context(context_on(connection)),
        ):
            op.drop_table("never_there")
    finally:
        Operations._to_impl._registry = kept
    assert seen == ["never_there"]


def test_a_patched_method_is_what_the_verb_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op
    from alembic.operations import Operations

    called = []
    monkeypatch.setattr(Operations, "drop_column", lambda self, *args: called.append(args))
    with (
        sa.create_engine("sqlite://").connect() as connection,
        Operations.context(context_on(connection)),
    ):
        op.drop_column("t", "c")
    assert called == [("t", "c")]


def test_operation_objects_reverse_and_tell_what_they_are() -> None:
    from alembic.operations import ops

    metadata = sa.MetaData()
    sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True))
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("p_id", sa.ForeignKey("p.id", name="fk", ondelete="CASCADE")),
        sa.Column("x", sa.String(5), index=True, unique=True),
        comment="c",
    )
    dropped = ops.CreateTableOp.from_table(table).reverse()
    assert isinstance(dropped, ops.DropTableOp)
    assert dropped.reverse().to_table().comment == "c"
    [key] = table.foreign_key_constraints
    added = ops.AddConstraintOp.from_constraint(key)
    assert isinstance(added, ops.CreateForeignKeyOp)
    assert (added.referent_table, added.local_cols, added.kw["ondelete"]) == (
        "p",
        ["p_id"],
        "CASCADE",
    )
    assert added.reverse().to_diff_tuple()[0] == "remove_fk"
    altered = ops.AlterColumnOp(
        "t", "x", existing_type=sa.String(5), modify_type=sa.String(6), existing_nullable=True
    )
    back = altered.reverse()
    assert (back.modify_type.length, back.existing_type.length) == (5, 6)
    assert altered.to_diff_tuple()[0][:4] == ("modify_type", None, "t", "x")
    with pytest.raises(ValueError, match="original column is not present"):
        ops.DropColumnOp("t", "x").reverse()
    assert ops.RenameTableOp("a", "b").reverse().to_diff_tuple() == ("rename_table", None, "b", "a")


# -- revisions ----------------------------------------------------------------------------------


def test_a_revision_map_of_ones_own() -> None:
    from alembic.script.revision import MultipleHeads, Revision, RevisionMap

    given = [
        Revision("a1", None),
        Revision("b2", "a1"),
        Revision("c3", "b2", branch_labels=["left"]),
        Revision("d4", "b2", dependencies="c3"),
    ]
    found = RevisionMap(lambda: given)
    assert found.heads == ("c3", "d4")
    assert found._real_heads == ("d4",)
    assert found.get_revision("left").revision == "c3"
    assert found.get_revision("a1").nextrev == frozenset({"b2"})
    walked = [r.revision for r in found.iterate_revisions("c3", "a1")]
    assert walked == ["c3", "b2"]
    assert [r.revision for r in found.iterate_revisions("c3", "a1", inclusive=True)][-1] == "a1"
    up = found.iterate_revisions("d4", "a1", implicit_base=True)
    assert [r.revision for r in up] == ["d4", "c3", "b2"]
    with pytest.raises(MultipleHeads):
        found.get_current_head()


def test_the_script_directory_answers_by_alembics_names(folder: Folder) -> None:
    from alembic.script import Script, ScriptDirectory
    from alembic.util import CommandError

    folder.revision("aaaa")
    folder.revision("bbbb", down="aaaa")
    scripts = ScriptDirectory.from_config(folder.config)
    assert scripts.get_current_head() == "bbbb"
    assert [s.revision for s in scripts.walk_revisions()] == ["bbbb", "aaaa"]
    head = scripts.get_revision("head")
    assert isinstance(head, Script)
    assert (head.down_revision, head.is_head, head.doc) == ("aaaa", True, "message bbbb")
    assert head.module.revision == "bbbb"
    assert scripts.as_revision_number("heads") == ("bbbb",)
    assert [s.revision.revision for s in scripts._upgrade_revs("heads", ())] == ["aaaa", "bbbb"]
    assert [str(s) for s in scripts._downgrade_revs("base", ("bbbb",))] == [
        "downgrade bbbb -> aaaa, message bbbb",
        "downgrade aaaa -> , message aaaa",
    ]
    with pytest.raises(CommandError, match="Can't locate revision identified by 'zzz'"):
        scripts.get_revision("zzz")
    made = scripts.generate_revision("cccc", "third", head="head")
    assert made is not None
    assert (made.revision, scripts.get_heads()) == ("cccc", ["cccc"])


def test_folders_of_revisions_may_be_assigned_late(folder: Folder, tmp_path: Path) -> None:
    from alembic.script import ScriptDirectory

    folder.revision("aaaa")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    scripts = ScriptDirectory.from_config(folder.config)
    assert scripts.get_heads() == ["aaaa"]
    scripts.version_locations = [str(elsewhere)]
    assert scripts.get_heads() == []
    scripts.__dict__["_version_locations"] = [str(folder.path / "versions")]
    scripts.reload()
    assert scripts.get_heads() == ["aaaa"]


# -- environments -------------------------------------------------------------------------------


def test_an_environment_runs_a_function_of_ones_own(folder: Folder) -> None:
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    folder.revision("aaaa", "op.create_table('t', sa.Column('id', sa.Integer))")
    scripts = ScriptDirectory.from_config(folder.config)
    seen: list[Any] = []

    def upgrade(rev: Any, context: Any) -> Any:
        seen.append((rev, context.script is scripts))
        return scripts._upgrade_revs("heads", rev)

    with EnvironmentContext(folder.config, scripts, fn=upgrade):
        scripts.run_env()
    assert seen == [((), True)]
    assert sa.inspect(folder.engine).has_table("t")


def test_hooks_after_a_step_are_told_in_alembics_words(folder: Folder) -> None:
    from alembic import command

    told: list[Any] = []

    def applied(ctx: Any, step: Any, heads: Any, run_args: Any, **kw: Any) -> None:
        told.append((step.up_revision.revision, step.up_revision.doc, step.is_upgrade, heads))

    folder.configure(on_version_apply=applied)
    folder.revision("aaaa")
    command.upgrade(folder.config, "head")
    assert told == [("aaaa", "message aaaa", True, {"aaaa"})]


def test_a_context_tells_of_its_version_table() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        context = context_on(connection, version_table="v")
        assert context._version.name == "v"
        assert not context._has_version_table()
        context._ensure_version_table()
        assert context._has_version_table()
        assert context.get_current_revision() is None
        assert type(context.impl).__name__ == "SQLiteImpl"


def test_a_transaction_that_a_query_began_is_used() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    with engine.connect() as connection:
        context = context_on(connection)
        connection.exec_driver_sql("SELECT 1")
        with context.begin_transaction():
            context.execute("CREATE TABLE t (id INTEGER)")
    assert sa.inspect(engine).has_table("t")


def test_a_script_directory_of_ones_own_serves_the_commands(folder: Folder) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    class Ours(ScriptDirectory):
        made = 0

        def __init__(self, *args: Any, **kw: Any) -> None:
            super().__init__(*args, **kw)
            Ours.made += 1

    folder.revision("aaaa")
    kept = command.ScriptDirectory
    command.ScriptDirectory = Ours  # type: ignore[misc]
    try:
        command.heads(folder.config)
    finally:
        command.ScriptDirectory = kept  # type: ignore[misc]
    assert Ours.made == 1
    assert folder.said == "aaaa (head)\n"


# -- autogenerate -------------------------------------------------------------------------------


def models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20), nullable=False, info={"secret": True}),
        sa.Index("ix_t_name", "name"),
        info={"kept": True},
    )
    return metadata


def test_a_hook_sees_operations_that_it_can_change(folder: Folder) -> None:
    from alembic import command
    from alembic.operations import ops

    def hook(context: Any, revision: Any, directives: Any) -> None:
        [script] = directives
        script.rev_id = "first"
        created, modified = script.upgrade_ops.ops
        assert isinstance(created, ops.CreateTableOp)
        assert created.info == {"kept": True}
        assert isinstance(modified, ops.ModifyTableOps)
        created.columns = [c for c in created.columns if getattr(c, "name", "") != "name"]
        created.columns.append(sa.Column("label", sa.Text(), nullable=True))
        modified.ops.clear()
        script.upgrade_ops.ops.append(ops.ExecuteSQLOp("SELECT 1"))
        script.imports.add("import math")
        script.downgrade_ops.ops = [ops.DropTableOp("t")]

    folder.config.attributes["metadata"] = models()
    folder.configure(process_revision_directives=hook)
    made = command.revision(folder.config, "m", autogenerate=True)
    assert type(made).__name__ == "Script"
    assert made.revision == "first"
    text = folder.written
    assert "import math" in text
    assert 'sa.Column("label", sa.Text(), nullable=True)' in text
    assert "name" not in text.partition("def upgrade")[2]
    assert 'op.execute("SELECT 1")' in text
    command.upgrade(folder.config, "head")
    assert [c["name"] for c in sa.inspect(folder.engine).get_columns("t")] == ["id", "label"]
    command.downgrade(folder.config, "base")
    assert not sa.inspect(folder.engine).has_table("t")


def test_what_no_hook_looked_at_is_written_as_it_was_found(folder: Folder) -> None:
    from alembic import command

    asked = []
    folder.configure(
        process_revision_directives=lambda c, r, d: asked.append(d[0].upgrade_ops.is_empty())
    )
    folder.config.attributes["metadata"] = models()
    command.revision(folder.config, "m", autogenerate=True, rev_id="with")
    with_hook = folder.written
    next(folder.path.glob("versions/with*.py")).unlink()
    folder.configure()
    command.revision(folder.config, "m", autogenerate=True, rev_id="with")
    assert folder.written == with_hook
    assert asked == [False]


def test_a_hook_that_empties_the_list_writes_nothing(folder: Folder) -> None:
    from alembic import command

    folder.config.attributes["metadata"] = models()
    folder.configure(process_revision_directives=lambda c, r, d: d.clear())
    assert command.revision(folder.config, "m", autogenerate=True) == []
    assert folder.written == ""


def test_a_rewriter_replaces_operations_and_is_chained(folder: Folder) -> None:
    from alembic import command
    from alembic.autogenerate.rewriter import Rewriter
    from alembic.operations import ops

    first, second = Rewriter(), Rewriter()

    @first.rewrites(ops.CreateTableOp)
    def announced(context: Any, revision: Any, op: ops.CreateTableOp) -> Any:
        return [ops.ExecuteSQLOp("SELECT 'before'"), op]

    @second.rewrites(ops.CreateIndexOp)
    def unwanted(context: Any, revision: Any, op: ops.CreateIndexOp) -> Any:
        return []

    folder.config.attributes["metadata"] = models()
    folder.configure(process_revision_directives=first.chain(second))
    command.revision(folder.config, "m", autogenerate=True)
    upgrade = folder.written.partition("def upgrade")[2].partition("def downgrade")[0]
    assert upgrade.count("SELECT 'before'") == 1
    assert "create_table" in upgrade
    assert "create_index" not in upgrade


def test_comparators_and_renderers_of_ones_own(folder: Folder) -> None:
    from alembic import command
    from alembic.autogenerate import comparators, renderers
    from alembic.operations import MigrateOperation
    from alembic.util import CommandError

    class GrantOp(MigrateOperation):
        def reverse(self) -> Any:
            return RevokeOp()

        def to_diff_tuple(self) -> Any:
            return ("grant", "t")

    class RevokeOp(MigrateOperation):
        def reverse(self) -> Any:
            return GrantOp()

        def to_diff_tuple(self) -> Any:
            return ("revoke", "t")

    kept = {key: list(value) for key, value in comparators._registry.items()}
    seen: list[Any] = []
    try:

        @comparators.dispatch_for("schema")
        def schema(context: Any, upgrade_ops: Any, schemas: Any) -> None:
            assert context.dialect.name == "sqlite"
            assert context.inspector.get_table_names() is not None
            upgrade_ops.ops.append(GrantOp())

        @comparators.dispatch_for("table")
        def table(context: Any, ops_: Any, schema: Any, name: Any, old: Any, new: Any) -> None:
            seen.append((schema, name, old is None, new.info))

        @renderers.dispatch_for(GrantOp)
        def grant(context: Any, op: Any) -> str:
            context.imports.add("import grants")
            return "op.grant('t')"

        @renderers.dispatch_for(RevokeOp)
        def revoke(context: Any, op: Any) -> list[str]:
            return ["op.revoke('t')"]

        folder.config.attributes["metadata"] = models()
        command.revision(folder.config, "m", autogenerate=True)
        text = folder.written
        assert "import grants" in text
        up, _, down = text.partition("def downgrade")
        assert "op.grant('t')" in up
        assert up.index("op.grant('t')") < up.index("create_table")
        assert down.index("drop_table") < down.index("op.revoke('t')")
        assert seen == [(None, "t", True, {"kept": True})]
        for file in folder.path.glob("versions/*.py"):
            file.unlink()
        with pytest.raises(CommandError, match="'grant', 't'"):
            command.check(folder.config)
    finally:
        comparators._registry.clear()
        comparators._registry.update(kept)


def test_comparing_and_rendering_without_an_env_py() -> None:
    from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code

    metadata = models()
    with sa.create_engine("sqlite://").connect() as connection:
        context = context_on(connection)
        diffs = compare_metadata(context, metadata)
        assert [diff[0] for diff in diffs] == ["add_table", "add_index"]
        [column] = diffs[1][1].columns
        assert not isinstance(column.type, sa.types.NullType)
        assert diffs[0][1].name == "t"
        script = produce_migrations(context, metadata)
        text = render_python_code(script.upgrade_ops, alembic_module_prefix="migrate.")
        assert text.startswith("migrate.create_table(")
        metadata.create_all(connection)
        assert compare_metadata(context, metadata) == []
        metadata.tables["t"].append_column(sa.Column("more", sa.Integer()))
        [added] = compare_metadata(context, metadata)
        assert added[:3] == ("add_column", None, "t")
        connection.exec_driver_sql("DROP TABLE t")
        metadata.create_all(connection)
        other = sa.MetaData()
        sa.Table("t", other, sa.Column("id", sa.Integer, primary_key=True))
        diffs = compare_metadata(context, other)
        assert sorted(diff[0] for diff in diffs) == [
            "remove_column",
            "remove_column",
            "remove_index",
        ]


def test_a_revision_context_writes_step_by_step(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    from alembic.autogenerate import RevisionContext
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    folder.config.attributes["metadata"] = models()
    scripts = ScriptDirectory.from_config(folder.config)
    made = RevisionContext(folder.config, scripts, {"message": "m", "rev_id": "abcd"})

    def compare(rev: Any, context: Any) -> Any:
        made.run_autogenerate(rev, context)
        return []

    with EnvironmentContext(folder.config, scripts, fn=compare, template_args=made.template_args):
        scripts.run_env()
    [script] = list(made.generate_scripts())
    assert script.revision == "abcd"
    assert capsys.readouterr().out == f"Generating {script.path} ...  done\n"
    assert "create_table" in folder.written


# -- dialects of third parties ------------------------------------------------------------------


def test_a_dialect_of_a_third_party_says_it_in_its_own_way() -> None:
    from alembic.ddl.base import ColumnType, alter_table, format_column_name, format_type
    from alembic.ddl.impl import DefaultImpl, _impls
    from alembic.operations import Operations
    from sqlalchemy.dialects.sqlite import pysqlite
    from sqlalchemy.ext.compiler import compiles

    class Strange(pysqlite.SQLiteDialect_pysqlite):
        name = "strange"
        supports_statement_cache = False

    class StrangeImpl(DefaultImpl):
        __dialect__ = "strange"
        transactional_ddl = True

        def version_table_impl(self, **kw: Any) -> sa.Table:
            table = super().version_table_impl(**kw)
            table.append_column(sa.Column("more", sa.Integer()))
            return table

    @compiles(ColumnType, "strange")
    def retype(element: Any, compiler: Any, **kw: Any) -> str:
        table = alter_table(compiler, element.table_name, element.schema)
        column = format_column_name(compiler, element.column_name)
        return f"{table} MODIFY {column} {format_type(compiler, element.type_)}"

    import io

    from alembic.runtime.migration import MigrationContext

    buffer = io.StringIO()
    try:
        context = MigrationContext.configure(
            dialect=Strange(), opts={"as_sql": True, "output_buffer": buffer}
        )
        op = Operations(context)
        op.alter_column("t", "c", type_=sa.Integer(), nullable=False)
        op.create_table("n", sa.Column("id", sa.Integer, primary_key=True))
        op.add_column("n", sa.Column("x", sa.String(3), server_default="a"))
        op.drop_constraint("uq", "n", type_="unique")
        names = [column.name for column in context._version.columns]
    finally:
        _impls.pop("strange")
    text = buffer.getvalue()
    assert "ALTER TABLE t MODIFY c INTEGER;" in text
    assert "ALTER TABLE t ALTER COLUMN c SET NOT NULL;" in text
    assert "CREATE TABLE n" in text
    assert "ALTER TABLE n ADD COLUMN x VARCHAR(3) DEFAULT 'a';" in text
    assert "ALTER TABLE n DROP CONSTRAINT uq;" in text
    assert context.transactional_ddl
    assert names == ["version_num", "more"]


# -- the command line ---------------------------------------------------------------------------


def test_a_command_of_ones_own_joins_the_command_line(
    folder: Folder, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from alembic.config import CommandLine

    told: list[Any] = []

    def greet(config: Any, revision: str, sql: bool = False) -> None:
        """Says hello."""
        told.append((config.config_ini_section, config.cmd_opts.x, revision, sql))

    (tmp_path / "alembic.ini").write_text(f"[other]\nscript_location = {folder.path}\n")
    line = CommandLine(prog="tool")
    line.register_command(greet)
    arguments = ["-c", str(tmp_path / "alembic.ini"), "-n", "other", "-x", "a=b"]
    line.main([*arguments, "greet", "--sql", "head"])
    assert told == [("other", ["a=b"], "head", True)]
    folder.revision("aaaa")
    line.main([*arguments, "heads"])
    assert capsys.readouterr().out == "aaaa (head)\n"
    with pytest.raises(SystemExit):
        line.main([*arguments, "show", "zzz"])
    assert "FAILED: Can't locate revision identified by 'zzz'" in capsys.readouterr().out


def test_importing_the_alias_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import alembic.autogenerate
        import alembic.config
        import alembic.ddl

        assert alembic.config.Config
