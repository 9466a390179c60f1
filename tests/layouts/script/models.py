import sqlalchemy as sa

metadata = sa.MetaData()
engine = sa.create_engine("sqlite:///notes.db")

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text),
)
