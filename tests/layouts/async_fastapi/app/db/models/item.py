from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Timestamped(Base):
    __abstract__ = True


class Item(Timestamped):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
