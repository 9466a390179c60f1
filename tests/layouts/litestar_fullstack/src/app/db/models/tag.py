from advanced_alchemy.base import UUIDAuditBase
from advanced_alchemy.mixins import SlugKey, UniqueMixin
from sqlalchemy.orm import Mapped


class Tag(UUIDAuditBase, SlugKey, UniqueMixin):
    name: Mapped[str]
