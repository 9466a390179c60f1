from functools import lru_cache

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings


class Database(BaseModel):
    url: SecretStr = SecretStr("sqlite+aiosqlite:///fast.db")


class Settings(BaseSettings):
    app_name: str = "Awesome API"
    redis_url: str = "redis://localhost"
    database: Database = Database()


@lru_cache
def get_settings() -> Settings:
    return Settings()
