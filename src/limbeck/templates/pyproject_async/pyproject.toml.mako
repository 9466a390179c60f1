[tool.alembic]
# The folder of env.py, script.py.mako and the revision files. %(here)s is the folder of this file.
# 'package:folder' names a folder inside an installed package.
script_location = "${script_location}"

# How revision files are named; % is written %%. The tokens are rev, slug, epoch, year, month, day,
# hour, minute and second. The default is "%%(rev)s_%%(slug)s".
# file_template = "%%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d%%(minute).2d-%%(rev)s_%%(slug)s"

# Put in front of sys.path, so that env.py can import the application.
prepend_sys_path = ["."]

# The time zone of dates in revision files and their names, such as "UTC" or "Europe/Berlin".
# The default is the local time of this machine.
# timezone = "UTC"

# The longest slug in a file name.
# truncate_slug_length = 40

# Whether 'revision' runs env.py even without --autogenerate.
# revision_environment = false

# Whether .pyc files without a .py are revisions too.
# sourceless = false

# Where revision files are, if not in <script_location>/versions.
# With recursive_version_locations, folders below them are searched as well.
# version_locations = ["%(here)s/alembic/versions", "%(here)s/foo/bar"]
# recursive_version_locations = false

# The encoding of revision files when they are written.
# output_encoding = "utf-8"

# Programs that run over each new revision file. REVISION_SCRIPT_FILENAME is the file.
# [[tool.alembic.post_write_hooks]]
# name = "ruff"
# type = "module"
# module = "ruff"
# options = "format REVISION_SCRIPT_FILENAME"
