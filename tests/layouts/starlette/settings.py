from starlette.config import Config
from starlette.datastructures import URL

config = Config()
TESTING = config("TESTING", cast=bool, default=False)
DATABASE_URL = config("DATABASE_URL", cast=URL, default="sqlite:///star.db")
TEST_DATABASE_URL = DATABASE_URL.replace(path="/test.db")
