"""Limbeck and Alembic side by side: the same projects, whole processes, in turn."""
