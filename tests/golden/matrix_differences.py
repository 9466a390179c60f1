"""Where our SQL is not Alembic's, and why: the first entry that names a cell is its reason."""

from __future__ import annotations

_MY = "mysql mariadb"
_REBUILT = """
    add_col_uq add_col_pk add_col_pk_inline add_col_identity alter_nullable_T alter_nullable_F
    alter_nullable_noext alter_type alter_type_existing_nullable alter_type_using alter_default
    alter_default_text alter_default_None alter_default_exist alter_everything alter_computed
    alter_bool_to_int alter_to_bool create_fk_notvalid create_pk create_ck create_ck_expr drop_fk
    drop_pk drop_uq drop_ck drop_notype drop_ifexists
"""

_DIFFERENCES: tuple[tuple[str, str, str], ...] = (
    # reason, variants, dialects
    (
        "The table is rebuilt where the run knows it; where not, the script is refused at once: "
        "Alembic's ALTER is no SQL that SQLite has, or it raises.",
        _REBUILT,
        "sqlite",
    ),
    ("One ALTER TABLE does it: the table is copied once.", "add_col_idx_uq add_col_uq", _MY),
    ("One ALTER TABLE does it, and it fails or holds as a whole.", "add_col_fk add_col_bool", _MY),
    ("An AUTO_INCREMENT column must be a key in the statement that adds it.", "add_col_pk", _MY),
    ("The key was lost.", "add_col_pk_inline", "mssql oracle"),
    ("ADD COLUMN takes the key, so none is lost and no rebuild needed.", "add_col_fk", "sqlite"),
    ("The foreign key was lost.", "add_col_fk_inline", "mssql oracle"),
    ("MySQL reads REFERENCES behind a column and forgets it.", "add_col_fk_inline", "mysql"),
    ("IF NOT EXISTS was lost.", "add_col_ifne", "mssql oracle"),
    (
        "MySQL and SQLite have no such IF (NOT) EXISTS: it was invalid SQL.",
        "add_col_ifne drop_col_schema_ifex",
        "mysql sqlite",
    ),
    ("MySQL has no DROP INDEX IF EXISTS: it was invalid SQL.", "drop_index_pg", "mysql"),
    ("Oracle has no IF EXISTS inside ALTER TABLE.", "drop_col_schema_ifex drop_ifexists", "oracle"),
    ("The check was lost.", "add_col_check", "mssql oracle"),
    ("MySQL's checks behind a column have names, MariaDB's have none.", "add_col_check", _MY),
    ("ADD COLUMN takes the check, so none is lost.", "add_col_bool", "sqlite"),
    ("The enum type must exist first: CREATE TYPE was missing.", "add_col_enum", "postgresql"),
    (
        "Alembic crashes offline, where it does not know the default schema.",
        "add_col_comment alter_comment alter_comment_exist alter_comment_None alter_everything "
        "create_table drop_table_comment",
        "mssql",
    ),
    (
        "Also right where there is a comment already, and names are literals.",
        "table_comment",
        "mssql",
    ),
    (
        "All constraints of the kind are dropped, and none is no error.",
        "drop_col_mssql_all alter_default_None alter_default_exist",
        "mssql",
    ),
    ("Says what to pass.", "alter_nullable_noext", "mysql mariadb mssql"),
    ("Says what to pass.", "drop_notype", _MY),
    (
        "SET DEFAULT or MODIFY is enough: CHANGE was forced on DateTime columns.",
        "alter_default_text",
        _MY,
    ),
    (
        "A column that takes NULL and has no default would have to be given in strict mode.",
        "alter_default_None",
        _MY,
    ),
    (
        "RENAME COLUMN cannot lose what the script leaves unsaid.",
        "alter_name alter_name_schema",
        _MY,
    ),
    (
        "Names are string literals, so that each is taken as it is.",
        "alter_name alter_name_schema rename_table rename_table_schema",
        "mssql",
    ),
    (
        "SQLite keeps no comments: scripts for several databases pass.",
        "alter_comment alter_comment_exist alter_comment_None table_comment drop_table_comment",
        "sqlite",
    ),
    ("There is no identity to drop.", "alter_drop_identity", "sqlite"),
    (
        "The refusal says what to do instead.",
        "alter_add_identity alter_chg_identity alter_drop_identity",
        "mysql mariadb sqlite mssql",
    ),
    (
        "The refusal says what to do instead.",
        "alter_computed",
        "postgresql mysql mariadb mssql oracle",
    ),
    (
        "There is no cast that PostgreSQL would find by itself.",
        "alter_bool_to_int alter_to_bool",
        "postgresql",
    ),
    ("The check of the old type would refuse the new values.", "alter_bool_to_int", _MY),
    ("MySQL wants an expression in parentheses of its own.", "create_index", "mysql"),
    ("These have no indexes on expressions: it was invalid SQL.", "create_index", "mariadb mssql"),
    ("MySQL has no CREATE INDEX IF NOT EXISTS: it was invalid SQL.", "create_index_pg", "mysql"),
    ("IF NOT EXISTS was lost.", "create_index_pg", "mssql oracle"),
    (
        "It said ON no_table.",
        "drop_index_notable",
        "mysql mariadb mssql",
    ),
    ("The refusal says what to do instead.", "create_fk", "mysql mariadb sqlite"),
    ("They have no MATCH or DEFERRABLE: it was invalid SQL.", "create_fk", "mssql oracle"),
    (
        "They have no DEFERRABLE here: it was invalid SQL.",
        "create_uq",
        "mysql mariadb sqlite mssql",
    ),
    ("The refusal says what to do instead.", "create_excl", "mysql mariadb sqlite mssql oracle"),
    ("IF EXISTS was lost.", "drop_ifexists", _MY),
    (
        "The indexes of a table that may exist may exist too.",
        "create_table",
        "postgresql mariadb sqlite oracle",
    ),
    (
        "IDENTITY_INSERT is an error for a table without an identity.",
        "bulk_insert",
        "mssql",
    ),
)


def reason(variant: str, dialect: str) -> str | None:
    """Why our SQL is another one there, None where it is not."""
    for text, variants, dialects in _DIFFERENCES:
        if variant in variants.split() and dialect in dialects.split():
            return text
    return None
