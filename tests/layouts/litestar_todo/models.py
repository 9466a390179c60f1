from datetime import date

from advanced_alchemy.extensions.litestar import base
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column


class Author(base.UUIDAuditBase):
    name: Mapped[str]
    dob: Mapped[date]


class TodoItem(base.BigIntBase):
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
