from sqlalchemy.orm import Mapped, mapped_column

from catalog.db import Base


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
