from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from . import orm


class Task(orm.Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(50))
