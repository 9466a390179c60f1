"""A history of thirty revisions with a bit of everything, for SQLite, PostgreSQL and MySQL."""

from __future__ import annotations

from tests.databases.project_folder import Folder

REVISIONS: tuple[tuple[str, str], ...] = (
    # upgrade, downgrade
    (
        """
        op.create_table(
            "account",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("email", sa.String(100), nullable=False),
            sa.Column("name", sa.String(50), server_default="it's"),
            comment="who: 100% of them",
        )
        """,
        'op.drop_table("account")',
    ),
    (
        """
        op.create_table(
            "post",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("account_id", sa.Integer),
            sa.ForeignKeyConstraint(
                ["account_id"], ["account.id"], ondelete="CASCADE", name="fk_post_account"
            ),
            sa.Column("title", sa.String(80), nullable=False),
            sa.Column("state", sa.Enum("draft", "live", name="post_state"), server_default="draft"),
            sa.CheckConstraint("length(title) > 0", name="ck_post_title"),
        )
        """,
        'op.drop_table("post")',
    ),
    (
        'op.create_index("ix_account_email", "account", ["email"], unique=True)',
        'op.drop_index("ix_account_email", "account")',
    ),
    (
        """
        columns = (sa.column(name) for name in ("id", "email", "name"))
        account = sa.table("account", *columns)
        op.bulk_insert(account, [
            {"id": 1, "email": "a@x.org", "name": "Anna: 50%"},
            {"id": 2, "email": "b@x.org", "name": "O'Neill \\\\ back"},
        ])
        """,
        'op.execute("DELETE FROM account")',
    ),
    (
        """
        op.execute("INSERT INTO post (id, account_id, title) VALUES (1, 1, 'one')")
        op.execute("INSERT INTO post (id, account_id, title) VALUES (2, 2, 'it''s \\\\:two')")
        """,
        'op.execute("DELETE FROM post")',
    ),
    (
        'op.add_column("post", sa.Column("views", sa.Integer, nullable=False, server_default="0"))',
        'op.drop_column("post", "views")',
    ),
    (
        """
        op.execute(sa.table("post", sa.column("views"), sa.column("id")).update()
                   .where(sa.column("id") == 2).values(views=7))
        """,
        "pass",
    ),
    (
        """
        op.alter_column("account", "name", existing_type=sa.String(50), type_=sa.String(60),
                        existing_server_default="it's")
        """,
        'op.alter_column("account", "name", existing_type=sa.String(60), type_=sa.String(50))',
    ),
    (
        'op.alter_column("account", "name", existing_type=sa.String(60), nullable=False)',
        'op.alter_column("account", "name", existing_type=sa.String(60), nullable=True)',
    ),
    (
        """
        op.create_table(
            "tag",
            sa.Column("name", sa.String(20), nullable=False),
            sa.Column("weight", sa.Numeric(6, 2), server_default=sa.text("1.5")),
        )
        """,
        'op.drop_table("tag")',
    ),
    (
        'op.create_primary_key("pk_tag", "tag", ["name"])',
        'op.drop_constraint("pk_tag", "tag", type_="primary")',
    ),
    (
        """
        op.create_table(
            "post_tag",
            sa.Column("post_id", sa.Integer, nullable=False),
            sa.Column("tag_name", sa.String(20), nullable=False),
            sa.PrimaryKeyConstraint("post_id", "tag_name", name="pk_post_tag"),
        )
        """,
        'op.drop_table("post_tag")',
    ),
    (
        """
        op.create_foreign_key(
            "fk_pt_post", "post_tag", "post", ["post_id"], ["id"], ondelete="CASCADE"
        )
        op.create_foreign_key("fk_pt_tag", "post_tag", "tag", ["tag_name"], ["name"])
        """,
        """
        op.drop_constraint("fk_pt_tag", "post_tag", type_="foreignkey")
        op.drop_constraint("fk_pt_post", "post_tag", type_="foreignkey")
        if op.get_context().dialect.name in ("mysql", "mariadb"):
            op.drop_index("fk_pt_tag", "post_tag")
        """,
    ),
    (
        """
        op.execute("INSERT INTO tag (name) VALUES ('red'), ('blue')")
        op.execute("INSERT INTO post_tag VALUES (1, 'red'), (2, 'blue')")
        """,
        'op.execute("DELETE FROM post_tag"); op.execute("DELETE FROM tag")',
    ),
    (
        'op.create_unique_constraint("uq_post_title", "post", ["title", "account_id"])',
        """
        op.drop_constraint("uq_post_title", "post", type_="unique")
        """,
    ),
    (
        """
        with op.batch_alter_table("post") as batch:
            batch.add_column(sa.Column("slug", sa.String(40), nullable=False, server_default="x"))
            batch.alter_column("views", existing_type=sa.Integer(), type_=sa.BigInteger(),
                               existing_nullable=False, existing_server_default="0")
            batch.create_check_constraint("ck_post_views", "views >= 0")
        """,
        """
        with op.batch_alter_table("post") as batch:
            batch.drop_constraint("ck_post_views", type_="check")
            batch.alter_column("views", existing_type=sa.BigInteger(), type_=sa.Integer(),
                               existing_nullable=False, existing_server_default="0")
            batch.drop_column("slug")
        """,
    ),
    (
        'op.alter_column("post", "slug", new_column_name="path", existing_type=sa.String(40), '
        'existing_nullable=False, existing_server_default="x")',
        'op.alter_column("post", "path", new_column_name="slug", existing_type=sa.String(40), '
        'existing_nullable=False, existing_server_default="x")',
    ),
    (
        'op.create_index("ix_post_path", "post", ["path", "views"])',
        'op.drop_index("ix_post_path", "post")',
    ),
    ('op.rename_table("tag", "label")', 'op.rename_table("label", "tag")'),
    (
        'op.alter_column("label", "weight", existing_type=sa.Numeric(6, 2), server_default="2.50")',
        'op.alter_column("label", "weight", existing_type=sa.Numeric(6, 2), '
        'server_default=sa.text("1.5"))',
    ),
    (
        'op.add_column("label", sa.Column("kind", sa.Enum("a", "b", name="label_kind")))',
        'op.drop_column("label", "kind")',
    ),
    ("op.execute(\"UPDATE label SET kind = 'b' WHERE name = 'red'\")", "pass"),
    (
        """
        op.add_column(
            "account", sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true())
        )
        """,
        'op.drop_column("account", "active")',
    ),
    (
        'op.add_column("account", sa.Column("born", sa.Date)); '
        'op.add_column("account", sa.Column("seen", sa.DateTime, index=True))',
        'op.drop_column("account", "seen"); op.drop_column("account", "born")',
    ),
    (
        'op.drop_constraint("ck_post_title", "post", type_="check")',
        'op.create_check_constraint("ck_post_title", "post", "length(title) > 0")',
    ),
    (
        'op.create_table("scrap", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("what", sa.Text))',
        'op.drop_table("scrap")',
    ),
    (
        """
        op.bulk_insert(sa.table("scrap", sa.column("what")), [{"what": "a;b"}, {"what": None}])
        """,
        'op.execute("DELETE FROM scrap")',
    ),
    (
        'op.drop_table("scrap")',
        'op.create_table("scrap", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("what", sa.Text))',
    ),
    (
        'op.drop_index("ix_account_email", "account"); '
        'op.create_unique_constraint("uq_account_email", "account", ["email"])',
        'op.drop_constraint("uq_account_email", "account", type_="unique"); '
        'op.create_index("ix_account_email", "account", ["email"], unique=True)',
    ),
    (
        """
        with op.batch_alter_table("account") as batch:
            batch.drop_column("born")
            batch.alter_column("name", existing_type=sa.String(60), server_default=None,
                               existing_nullable=False)
        """,
        """
        with op.batch_alter_table("account") as batch:
            batch.add_column(sa.Column("born", sa.Date))
            batch.alter_column("name", existing_type=sa.String(60), server_default="it's",
                               existing_nullable=False)
        """,
    ),
)


def written(folder: Folder) -> Folder:
    """The folder with the revisions r01 to r30."""
    for number, (up, down) in enumerate(REVISIONS, 1):
        folder.revision(f"r{number:02}", up, down)
    return folder
