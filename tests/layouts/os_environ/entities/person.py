from database import mapper_registry
from sqlalchemy.orm import Mapped, mapped_column


@mapper_registry.mapped
class Person:
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
