from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s"})


class Base(DeclarativeBase):
    metadata = metadata
