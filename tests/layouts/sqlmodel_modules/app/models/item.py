from sqlmodel import Field

from .base import Timestamped


class Item(Timestamped, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
