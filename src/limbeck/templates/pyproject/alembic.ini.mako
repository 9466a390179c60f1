# Configuration of a database migration project: the database, and logging.
# How revision files are found and written is configured in pyproject.toml.

[alembic]
# The database. env.py reads it; a URL can be set there as well. Percent signs need no doubling.
sqlalchemy.url = driver://user:pass@localhost/dbname

# Python's logging; env.py hands it to logging.config.fileConfig.
[loggers]
keys = root,sqlalchemy,alembic

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console
qualname =

[logger_sqlalchemy]
level = WARNING
handlers =
qualname = sqlalchemy.engine

# Limbeck logs under this name, as Alembic does.
[logger_alembic]
level = INFO
handlers =
qualname = alembic

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
datefmt = %H:%M:%S
