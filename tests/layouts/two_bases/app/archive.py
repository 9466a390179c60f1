from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class ArchiveBase(DeclarativeBase):
    pass


class Old(ArchiveBase):
    __tablename__ = "old"
    id: Mapped[int] = mapped_column(primary_key=True)
