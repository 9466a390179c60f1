import os


def get_postgres_uri() -> str:
    return f"postgresql+psycopg://shop@{os.environ.get('DB_HOST', 'localhost')}/shop"
