from advanced_alchemy.base import BigIntAuditBase
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class Shelf(Base):
    id: Mapped[int] = mapped_column(primary_key=True)


class Book(BigIntAuditBase):
    __tablename__ = "books"
    title: Mapped[str]
