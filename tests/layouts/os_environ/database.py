import os

from sqlalchemy import create_engine
from sqlalchemy.orm import registry

SQLALCHEMY_DATABASE_URL = os.environ.get("DATABASE_URL", "sqlite:///environ.db")
TEST_DATABASE_URL = "sqlite:///test.db"

engine = create_engine(SQLALCHEMY_DATABASE_URL)
mapper_registry = registry()
