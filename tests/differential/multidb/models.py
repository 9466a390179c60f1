"""One table for each of two databases."""

import sqlalchemy as sa

METADATA = {"one": sa.MetaData(), "two": sa.MetaData()}

sa.Table("first", METADATA["one"], sa.Column("id", sa.Integer, primary_key=True))
sa.Table(
    "second",
    METADATA["two"],
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), unique=True),
)
