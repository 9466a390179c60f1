"""Where the hand-written pages tell more of a command, a setting or an operation."""

from __future__ import annotations

_ADOPT = ("coming from Alembic", "coming-from-alembic.md")
_LINT = ("lint", "lint.md")
_LOCKS = ("locks of the database", "production.md#locks-of-the-database")
_ONLINE = ("tables in use", "production.md#tables-in-use")
_PLAN = ("see before you run", "production.md#see-before-you-run")
_SQL = ("SQL instead of a connection", "commands.md#sql-instead-of-a-connection")
_TENANTS = ("a schema for each tenant", "multi-tenant.md#a-schema-for-each-tenant")

COMMANDS = {
    "adopt": _ADOPT,
    "check": ("autogenerate", "autogenerate.md"),
    "current": ("where things are", "commands.md#where-things-are"),
    "doctor": _ADOPT,
    "downgrade": _SQL,
    "erd": ("a diagram", "commands.md#a-diagram"),
    "history": ("a history with branches", "commands.md#a-history-with-branches"),
    "init": ("limbeck init", "native.md#limbeck-init"),
    "lint": _LINT,
    "log": ("what was run", "production.md#what-was-run"),
    "plan": _PLAN,
    "report": ("a page for readers", "commands.md#a-page-for-readers"),
    "resolve": ("nothing half-done", "production.md#nothing-half-done"),
    "revision": ("autogenerate", "autogenerate.md"),
    "status": ("where things are", "commands.md#where-things-are"),
    "trace": _PLAN,
    "upgrade": ("in production", "production.md"),
    "verify": ("proving a history", "commands.md#proving-a-history"),
}

SETTINGS = {
    "against": ("against what", "autogenerate.md#against-what"),
    "databases": ("several databases", "multi-tenant.md#several-databases"),
    "history": ("what was run", "production.md#what-was-run"),
    "lock": ("one runner at a time", "production.md#one-runner-at-a-time"),
    "lock_timeout": _LOCKS,
    "online": _ONLINE,
    "protect": ("allowing a finding", "lint.md#allowing-a-finding"),
    "lint_ignore": ("all rules", "lint/index.md"),
    "schema": _TENANTS,
    "scratch_url": ("scratch databases", "autogenerate.md#scratch-databases"),
    "tenants": _TENANTS,
    "url": ("the URL", "native.md#the-url"),
    "verify": ("proven", "autogenerate.md#proven"),
}

OPERATIONS = {
    "alter_enum": ("enum types", "operations.md#enum-types-sequences-domains-and-other-objects"),
    "backfill": ("values for rows that are there", "operations.md#values-for-rows-that-are-there"),
    "get_context": ("transactions", "operations.md#transactions"),
}
