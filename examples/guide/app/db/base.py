"""The base class of all models."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Collects the tables of all models in `Base.metadata`."""
