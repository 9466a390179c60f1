from acme_models.user import User
from sqlalchemy import create_engine

from acme_api.settings import settings


def users() -> type[User]:
    create_engine(settings.database.url)
    return User
