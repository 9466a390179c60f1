import os

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


def make_sessions() -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(create_async_engine(os.environ["BLOG_DATABASE_URL"]))
