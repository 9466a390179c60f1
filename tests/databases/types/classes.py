"""Which type classes SQLAlchemy ships, found by looking, and types of a user's own."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine


class Color(enum.Enum):
    red = "r"
    green = "it's 50% : \\"


class Slug(sa.types.TypeDecorator[str]):
    impl = sa.String(20)
    cache_ok = True


class Point(sa.types.UserDefinedType[Any]):
    """A type by a name that each database here has."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "NUMERIC(7, 3)"


class Chosen(sa.types.TypeDecorator[str]):
    """A decorated enum."""

    impl = sa.Enum("on", "off", name="chosen")
    cache_ok = True


@dataclass(frozen=True)
class Absent:
    """Why a class has no column on a database."""

    reason: str


ABSTRACT = Absent("a base of other classes")
NOT_HERE = Absent("the database has no such type")


def classes(module: ModuleType) -> dict[str, type[TypeEngine[Any]]]:
    """The public type classes of a module, by name."""
    names = {*getattr(module, "__all__", ()), *(n for n in vars(module) if not n.startswith("_"))}
    found = {name: getattr(module, name, None) for name in sorted(names)}
    return {n: c for n, c in found.items() if isinstance(c, type) and issubclass(c, TypeEngine)}
