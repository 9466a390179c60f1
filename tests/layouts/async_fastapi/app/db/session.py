from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from app.config import get_settings

engine = create_async_engine(get_settings().database.url.get_secret_value())
session = async_sessionmaker(engine)
