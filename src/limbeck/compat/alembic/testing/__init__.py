"""``alembic.testing``: what dialects of third parties need to import for their test suites."""
