from app.extensions import db
from sqlalchemy.orm import Mapped, mapped_column


class Post(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
