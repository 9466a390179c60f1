from sqlalchemy import Column, ForeignKey, Integer, Table

from tables.meta import metadata as everything

tags = Table(
    "tags",
    everything,
    Column("id", Integer, primary_key=True),
    Column("note_id", ForeignKey("notes.id"), index=True),
)
