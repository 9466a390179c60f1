from advanced_alchemy.extensions.litestar import (
    AsyncSessionConfig,
    SQLAlchemyAsyncConfig,
    SQLAlchemyPlugin,
)
from litestar import Litestar
from models import TodoItem  # noqa: F401

db_config = SQLAlchemyAsyncConfig(
    connection_string="sqlite+aiosqlite:///todo.sqlite",
    session_config=AsyncSessionConfig(expire_on_commit=False),
)
app = Litestar(plugins=[SQLAlchemyPlugin(config=db_config)])
