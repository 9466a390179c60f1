"""Histories of twenty revisions, of everything that scripts do."""

from __future__ import annotations

from textwrap import dedent

_COMMON_START = (
    """op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("age", sa.Integer),
    )""",
    """op.bulk_insert(
        sa.table("person", sa.column("id"), sa.column("name"), sa.column("age")),
        [{"id": n, "name": f"name {n}", "age": n} for n in range(1, 6)],
    )
    op.create_table(
        "town",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(30), index=True),
    )""",
    """op.add_column("person", sa.Column("town_id", sa.Integer, sa.ForeignKey("town.id")))
    op.add_column("person", sa.Column("mail", sa.String(50), server_default="none"))""",
)

MARIADB = (
    *_COMMON_START,
    """op.create_index("ix_name", "person", ["name"])
    op.create_unique_constraint("uq_mail", "person", ["mail", "name"])""",
    """op.alter_column("person", "age", existing_type=sa.Integer, type_=sa.BigInteger)
    op.alter_column("person", "age", existing_type=sa.BigInteger, server_default="7")
    op.alter_column("person", "mail", existing_type=sa.String(50), new_column_name="email")""",
    """bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id FROM person ORDER BY id")).all():
        bind.execute(sa.text("UPDATE person SET age = age + 100 WHERE id = :id"), {"id": row.id})
    op.add_column("person", sa.Column("note", sa.Text))""",
    """op.execute("ALTER TABLE person ADD COLUMN raw_one INT")
    op.execute("UPDATE person SET raw_one = id")
    op.execute("CREATE INDEX ix_raw ON person (raw_one)")""",
    """bind = op.get_bind()
    bind.execute(sa.text("CREATE TABLE by_hand (id INT PRIMARY KEY, label VARCHAR(20))"))
    bind.execute(sa.text("INSERT INTO by_hand VALUES (1, 'one'), (2, 'two')"))
    bind.execute(sa.text("ALTER TABLE by_hand ADD COLUMN more INT"))""",
    """if not sa.inspect(op.get_bind()).has_table("guarded"):
        op.create_table("guarded", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("guarded", sa.Column("more", sa.Integer))""",
    """op.rename_table("by_hand", "hand")
    op.drop_column("hand", "more")""",
    """with op.batch_alter_table("town") as batch:
        batch.add_column(sa.Column("zip", sa.String(10)))
        batch.alter_column("title", existing_type=sa.String(30), type_=sa.String(60))
        batch.create_index("ix_zip", ["zip"])""",
    """op.create_table_comment("town", "where people live")
    op.create_check_constraint("ck_age", "person", "age > 0")""",
    """op.execute("CREATE VIEW grown AS SELECT id, name FROM person WHERE age > 100")""",
    """op.execute("INSERT INTO town (id, title) VALUES (1, 'first')")
    op.execute("UPDATE person SET town_id = 1")
    op.alter_column("person", "town_id", existing_type=sa.Integer, nullable=False)""",
    """op.drop_index("ix_raw", "person")
    op.drop_column("person", "raw_one")""",
    """op.drop_constraint("ck_age", "person", type_="check")
    op.drop_constraint("uq_mail", "person", type_="unique")""",
    """for name in ("a", "b"):
        op.create_table(f"part_{name}", sa.Column("id", sa.Integer, primary_key=True))
        op.execute(f"INSERT INTO part_{name} VALUES (1)")""",
    """op.execute("RENAME TABLE part_a TO piece_a")
    op.drop_table("part_b")""",
    """op.alter_column("person", "note", existing_type=sa.Text, comment="what is known")""",
    """op.create_index("ix_label", "hand", ["label"])
    op.execute("DELETE FROM hand WHERE id = 2")""",
)

POSTGRESQL = (
    *_COMMON_START,
    """op.create_index("ix_name", "person", ["name"], postgresql_concurrently=True)
    op.create_unique_constraint("uq_mail", "person", ["mail", "name"])""",
    """op.alter_column("person", "age", existing_type=sa.Integer, type_=sa.BigInteger)
    op.execute("UPDATE person SET age = age + 100")""",
    """op.add_column("person", sa.Column("note", sa.Text))
    op.execute("CREATE UNIQUE INDEX CONCURRENTLY ix_note ON person (note, id)")
    op.add_column("person", sa.Column("after", sa.Integer))""",
    """bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id FROM person ORDER BY id")).all():
        bind.execute(sa.text("UPDATE person SET after = id + 1 WHERE id = :id"), {"id": row.id})
    with op.get_context().autocommit_block():
        op.create_index("ix_after", "person", ["after"], postgresql_concurrently=True)
    bind.execute(sa.text("UPDATE person SET after = after + 1"))""",
    """op.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    op.execute("ALTER TABLE person ADD COLUMN mood mood DEFAULT 'ok'")""",
    """op.execute("ALTER TYPE mood ADD VALUE 'happy'")
    op.execute("UPDATE person SET mood = 'happy' WHERE id = 1")""",
    """op.drop_index("ix_name", "person", postgresql_concurrently=True)
    op.execute("UPDATE person SET age = age + 1")
    op.create_index("ix_name", "person", ["name", "id"], postgresql_concurrently=True)""",
    """op.rename_table("town", "city")""",
    """op.execute("VACUUM person")
    op.execute("REINDEX INDEX CONCURRENTLY ix_name")""",
    """op.create_table("log", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO log VALUES (1)")
    op.execute("CREATE INDEX CONCURRENTLY ix_log ON log (id)")
    op.execute("INSERT INTO log VALUES (2)")
    op.execute("DROP INDEX CONCURRENTLY ix_log")
    op.execute("INSERT INTO log VALUES (3)")""",
    """op.execute("CREATE TABLE whole (id int, at date) PARTITION BY RANGE (at)")
    op.execute("CREATE TABLE piece PARTITION OF whole FOR VALUES FROM ('2020-01-01') TO "
               "('2021-01-01')")
    op.execute("INSERT INTO whole VALUES (1, '2020-05-05')")""",
    """op.execute("ALTER TABLE whole DETACH PARTITION piece CONCURRENTLY")
    op.execute("INSERT INTO piece VALUES (2, '2020-06-06')")""",
    """op.drop_column("person", "note")""",
    """op.create_check_constraint("ck_age", "person", "age > 0")""",
    """op.execute("COMMIT")
    op.execute("CREATE INDEX CONCURRENTLY ix_title ON city (title)")""",
    """op.execute("UPDATE person SET age = age + 1")""",
    """op.drop_constraint("uq_mail", "person", type_="unique")""",
)


def bodies(history: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each revision's id and the body of its upgrade."""
    return [(f"r{n:02}", dedent("    " + body)) for n, body in enumerate(history, 1)]
