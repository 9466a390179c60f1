"""A pytest plugin for projects with migrations; see docs/testing.md."""
