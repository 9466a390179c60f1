from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    SQLITE_URL: str = "sqlite:///shop.db"


settings = Settings()
