"""Domains (PostgreSQL): create, alter, drop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from limbeck.errors import NotReversible, SchemaConflict, UnsupportedOperation
from limbeck.metadata import build, load
from limbeck.operations.base import UNSET, Call, Operation, Ref, Scope, Statement, Unset
from limbeck.operations.compiler import Compiler
from limbeck.operations.tables import schema_argument
from limbeck.schema.constraints import Check
from limbeck.schema.names import Name
from limbeck.schema.objects import Before, Domain, Schema
from limbeck.schema.types import Expression, SqlType


def _known(before: Before, name: Name) -> Domain | None:
    return before.domains.get(name) if isinstance(before, Schema) else None


def _refused(compiler: Compiler, name: Name) -> UnsupportedOperation:
    return UnsupportedOperation(
        f"Domain '{name}': {compiler.dialect.name} has no domains here. Give each column the "
        "type, the default and the check constraint of its own."
    )


@dataclass(frozen=True, slots=True)
class CreateDomain(Operation):
    """CREATE DOMAIN."""

    domain: Domain

    def apply(self, schema: Schema) -> Schema:
        """Adds the domain."""
        if self.domain.name in schema.domains:
            raise SchemaConflict(f"Domain '{self.domain.name}' exists already.")
        return replace(schema, domains=schema.domains.with_(self.domain))

    def reverse(self, before: Before) -> Operation:
        """DROP DOMAIN."""
        return DropDomain(self.domain.name, domain=self.domain)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing but PostgreSQL has them. Raises UnsupportedOperation."""
        raise _refused(compiler, self.domain.name)

    def call(self) -> Call:
        """``op.create_domain``; several checks are a dictionary by name."""
        item = self.domain
        extra: list[tuple[str, Any]] = list(schema_argument(item.name))
        if item.default is not None:
            extra.append(("server_default", item.default))
        if item.not_null:
            extra.append(("not_null", True))
        if len(item.checks) > 1:
            extra.append(("check", {check.name: _text(check) for check in item.checks}))
        for check in item.checks if len(item.checks) == 1 else ():
            extra.append(("check", check.expression))
            if check.name is not None:
                extra.append(("constraint_name", check.name))
        return Call("create_domain", (item.name.name, item.type), tuple(extra))

    @property
    def provides(self) -> tuple[Ref, ...]:
        """The domain."""
        return (Ref("domain", self.domain.name),)


def _text(check: Check) -> str:
    """The condition as SQL text."""
    return check.expression.text or str(check.expression.payload)


@dataclass(frozen=True, slots=True)
class AlterDomain(Operation):
    """ALTER DOMAIN: a check is dropped, the default and NOT NULL change, a check is added."""

    name: Name
    default: Expression | None | Unset = UNSET
    not_null: bool | None = None
    dropped: str | None = None
    """The name of the check that goes."""
    added: Check | None = None
    not_valid: bool = False
    """Whether values that are there already are left unchecked."""

    def apply(self, schema: Schema) -> Schema:
        """Changes what is given."""
        known = schema.domains.get(self.name)
        if known is None:
            raise SchemaConflict(f"There is no domain '{self.name}'.")
        return replace(schema, domains=schema.domains.with_(self.changed(known)))

    def changed(self, domain: Domain) -> Domain:
        """That domain with the changes. SchemaConflict where a check is not as expected."""
        checks = list(domain.checks)
        if self.dropped is not None:
            checks.remove(self._dropped(domain))
        if self.added is not None:
            name = self.added.name
            if name is not None and any(c.name == name for c in checks):
                raise SchemaConflict(f"Domain '{self.name}' has a check '{name}' already.")
            checks.append(self.added)
        return replace(
            domain,
            default=domain.default if isinstance(self.default, Unset) else self.default,
            not_null=domain.not_null if self.not_null is None else self.not_null,
            checks=tuple(checks),
        )

    def _dropped(self, domain: Domain) -> Check:
        """The check that goes; an unnamed one is known by the name that the server gives it."""
        given = f"{domain.name.name}_check"
        for check in domain.checks:
            if (check.name or given) == self.dropped:
                return check
        raise SchemaConflict(f"Domain '{self.name}' has no check '{self.dropped}' to drop.")

    def reverse(self, before: Before) -> Operation:
        """What was there."""
        known = _known(before, self.name)
        if known is None:
            raise NotReversible(
                f"Altering domain '{self.name}' cannot be reversed: what it was is unknown."
            )
        added = self.added
        gone = None if added is None else added.name or f"{self.name.name}_check"
        return AlterDomain(
            self.name,
            UNSET if self.default is UNSET else known.default,
            None if self.not_null is None else known.not_null,
            gone,
            None if self.dropped is None else self._dropped(known),
        )

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing but PostgreSQL has them. Raises UnsupportedOperation."""
        raise _refused(compiler, self.name)

    def call(self) -> Call:
        """``op.alter_domain``."""
        extra: list[tuple[str, Any]] = list(schema_argument(self.name))
        if self.default is not UNSET:
            extra.append(("server_default", self.default))
        if self.not_null is not None:
            extra.append(("not_null", self.not_null))
        if self.dropped is not None:
            extra.append(("drop_constraint", self.dropped))
        if self.added is not None:
            extra.append(("check", self.added.expression))
            if self.added.name is not None:
                extra.append(("constraint_name", self.added.name))
        if self.not_valid:
            extra.append(("not_valid", True))
        return Call("alter_domain", (self.name.name,), tuple(extra))

    @property
    def requires(self) -> tuple[Ref, ...]:
        """The domain."""
        return (Ref("domain", self.name),)


@dataclass(frozen=True, slots=True)
class DropDomain(Operation):
    """DROP DOMAIN. `domain` is what it was, where that is known."""

    name: Name
    if_exists: bool = False
    cascade: bool = False
    domain: Domain | None = field(default=None, compare=False, repr=False)

    def apply(self, schema: Schema) -> Schema:
        """Removes the domain."""
        if self.name not in schema.domains and not self.if_exists:
            raise SchemaConflict(f"There is no domain '{self.name}' to drop.")
        return replace(schema, domains=schema.domains.without(self.name))

    def reverse(self, before: Before) -> Operation:
        """CREATE DOMAIN with what it was."""
        known = _known(before, self.name)
        if known is None and self.if_exists and isinstance(before, Schema):
            return DropDomain(self.name, if_exists=True)
        found = known or self.domain
        if found is None or self.cascade:
            raise NotReversible(
                f"Dropping domain '{self.name}' cannot be reversed: "
                + ("columns go along with it." if self.cascade else "what it was is unknown.")
            )
        return CreateDomain(found)

    def statements(self, compiler: Compiler, before: Before) -> tuple[Statement, ...]:
        """Nothing but PostgreSQL has them. Raises UnsupportedOperation."""
        raise _refused(compiler, self.name)

    def call(self) -> Call:
        """``op.drop_domain``."""
        pairs = (("if_exists", self.if_exists), ("cascade", self.cascade))
        extra = (*schema_argument(self.name), *(pair for pair in pairs if pair[1]))
        return Call("drop_domain", (self.name.name,), extra)

    @property
    def removes(self) -> tuple[Ref, ...]:
        """The domain."""
        return (Ref("domain", self.name),)


def _check(condition: Any, constraint_name: str | None) -> Check:
    text = build.text(condition) if isinstance(condition, str) else condition
    return Check(Expression(text), constraint_name)


def _checks(given: Any, constraint_name: str | None) -> tuple[Check, ...]:
    if given is None:
        return ()
    pairs = given.items() if isinstance(given, Mapping) else ((constraint_name, given),)
    return tuple(_check(condition, name) for name, condition in pairs)


def _default(default: Any) -> Expression | None:
    return None if default is None else Expression(default)


def create_domain(
    scope: Scope,
    /,
    domain_name: str,
    data_type: Any,
    *,
    schema: str | None = None,
    server_default: Any = None,
    not_null: bool | None = None,
    check: Any = None,
    constraint_name: str | None = None,
) -> CreateDomain:
    """Creates a PostgreSQL domain.

    `check` is SQL text or an SQLAlchemy expression in which ``VALUE`` is the value; a
    dictionary holds several by name. `server_default` is a string, or `text()`.
    """
    item = Domain(
        load.qualified(domain_name, schema, scope.dialect),
        SqlType(sa.types.to_instance(data_type)),
        _default(server_default),
        bool(not_null),
        _checks(check, constraint_name),
    )
    return CreateDomain(item)


def alter_domain(
    scope: Scope,
    /,
    domain_name: str,
    *,
    schema: str | None = None,
    server_default: Any = UNSET,
    not_null: bool | None = None,
    drop_constraint: str | None = None,
    check: Any = None,
    constraint_name: str | None = None,
    not_valid: bool | None = None,
) -> AlterDomain:
    """Changes a PostgreSQL domain: its default (None takes it away), NOT NULL, its checks.

    `check` is one that is added, `drop_constraint` the name of one that goes before that;
    `not_valid` leaves values that are there already unchecked.
    """
    return AlterDomain(
        load.qualified(domain_name, schema, scope.dialect),
        UNSET if server_default is UNSET else _default(server_default),
        not_null,
        drop_constraint,
        None if check is None else _check(check, constraint_name),
        bool(not_valid),
    )


def drop_domain(
    scope: Scope,
    /,
    domain_name: str,
    *,
    schema: str | None = None,
    if_exists: bool | None = None,
    cascade: bool | None = None,
) -> DropDomain:
    """Drops a PostgreSQL domain; `cascade` drops the columns that use it."""
    name = load.qualified(domain_name, schema, scope.dialect)
    return DropDomain(name, bool(if_exists), bool(cascade))
