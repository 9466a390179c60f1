from datetime import date
from uuid import UUID

from advanced_alchemy.extensions.litestar import base
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column


class Author(base.UUIDAuditBase):
    name: Mapped[str]
    dob: Mapped[date]


class TodoItem(base.BigIntBase):
    title: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("author.id"))
