import sqlalchemy as sa

from .meta import metadata

notes = sa.Table("notes", metadata, sa.Column("id", sa.Integer, primary_key=True))
