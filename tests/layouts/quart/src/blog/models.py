from sqlalchemy.orm import Mapped, mapped_column

from blog.db import Base


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
