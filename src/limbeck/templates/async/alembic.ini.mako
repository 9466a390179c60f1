# Configuration of a database migration project.

[alembic]
# The folder of env.py, script.py.mako and the revision files. %(here)s is the folder of this file.
# 'package:folder' names a folder inside an installed package.
script_location = ${script_location}

# How revision files are named; % is written %%. The tokens are rev, slug, epoch, year, month, day,
# hour, minute and second. The default is %%(rev)s_%%(slug)s
# file_template = %%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d-%%(rev)s_%%(slug)s

# Put in front of sys.path, so that env.py can import the application.
prepend_sys_path = .

# The time zone of dates in revision files and their names, such as UTC or Europe/Berlin.
# The default is the local time of this machine.
# timezone =

# The longest slug in a file name.
# truncate_slug_length = 40

# Whether 'revision' runs env.py even without --autogenerate.
# revision_environment = false

# Whether .pyc files without a .py are revisions too.
# sourceless = false

# Where revision files are, if not in <script_location>/versions; several are separated by
# path_separator. With recursive_version_locations, folders below them are searched as well.
# version_locations = %(here)s/bar:%(here)s/bat:%(here)s/alembic/versions
# recursive_version_locations = false

# What separates paths in version_locations and prepend_sys_path:
# os (what this operating system uses), space, newline, : or ;
path_separator = os

# The encoding of revision files when they are written.
# output_encoding = utf-8

# The database. env.py reads it; a URL can be set there as well. Percent signs need no doubling.
sqlalchemy.url = driver://user:pass@localhost/dbname

[post_write_hooks]
# Programs that run over each new revision file. REVISION_SCRIPT_FILENAME is the file.

# Format with ruff, from this Python's environment:
# hooks = ruff
# ruff.type = module
# ruff.module = ruff
# ruff.options = format REVISION_SCRIPT_FILENAME

# Format with black, through its console script:
# hooks = black
# black.type = console_scripts
# black.entrypoint = black
# black.options = -l 79 REVISION_SCRIPT_FILENAME

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
