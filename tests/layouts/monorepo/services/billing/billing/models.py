from sqlalchemy.orm import Mapped, mapped_column

from billing.db import Base


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
