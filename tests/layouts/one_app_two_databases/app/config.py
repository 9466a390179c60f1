from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    users_database_url: str = "sqlite:///users.db"
    logs_database_url: str = "sqlite:///logs.db"


settings = Settings()
