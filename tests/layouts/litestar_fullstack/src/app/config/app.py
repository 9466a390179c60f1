from advanced_alchemy.extensions.litestar import SQLAlchemyAsyncConfig

from app.lib.settings import get_settings

settings = get_settings()
alchemy = SQLAlchemyAsyncConfig(connection_string=settings.db.URL)
