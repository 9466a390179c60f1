from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass
class DatabaseSettings:
    URL: str = field(default_factory=lambda: os.getenv("DATABASE_URL", "sqlite+aiosqlite:///db"))
    ECHO: bool = False


@dataclass
class RedisSettings:
    URL: str = field(default_factory=lambda: os.getenv("REDIS_URL", "redis://localhost"))


@dataclass
class Settings:
    db: DatabaseSettings = field(default_factory=DatabaseSettings)
    redis: RedisSettings = field(default_factory=RedisSettings)

    @classmethod
    def from_env(cls) -> Settings:
        return Settings()


@lru_cache(maxsize=1, typed=True)
def get_settings() -> Settings:
    return Settings.from_env()
