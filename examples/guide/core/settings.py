"""Settings of the application, from the environment or a .env file."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL


class Settings(BaseSettings):
    """Where the database is."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    DB_DRIVER_NAME: str
    DB_HOST: str | None = None
    DB_PORT: int | None = None
    DB_USER: str | None = None
    DB_PASSWORD: str | None = None
    DB_NAME: str

    def get_db_url(self) -> str:
        """The URL with its password, whatever characters that holds."""
        return URL.create(
            drivername=self.DB_DRIVER_NAME,
            username=self.DB_USER,
            password=self.DB_PASSWORD,
            host=self.DB_HOST,
            port=self.DB_PORT,
            database=self.DB_NAME,
        ).render_as_string(hide_password=False)


settings = Settings()
