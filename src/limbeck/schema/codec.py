"""A `Schema` as JSON and as a digest: its normalised texts, without SQLAlchemy's objects."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, Field, fields
from typing import Any

from limbeck.schema import constraints, objects
from limbeck.schema.named import Named
from limbeck.schema.names import Name
from limbeck.schema.objects import Schema
from limbeck.schema.types import EnumType, Expression, SqlType

_VALUES: dict[str, type[Any]] = {
    value.__name__: value
    for value in (
        Name,
        EnumType,
        constraints.PrimaryKey,
        constraints.Unique,
        constraints.ForeignKey,
        constraints.Check,
        constraints.Exclude,
        objects.Computed,
        objects.Identity,
        objects.Column,
        objects.IndexElement,
        objects.Index,
        objects.Table,
        objects.Namespace,
        objects.Sequence,
        objects.Extension,
        objects.Domain,
        objects.Schema,
    )
}


def to_json(schema: Schema) -> str:
    """The schema as JSON text, in the order that its objects have."""
    return json.dumps(_encode(schema, canonical=False), ensure_ascii=False, indent=1)


def from_json(text: str) -> Schema:
    """The schema that `to_json` wrote.

    It equals the one that was written. Types and expressions hold their text in place of
    SQLAlchemy's object, so it can be compared and not compiled. Raises ValueError for a text that
    `to_json` did not write.
    """
    schema = _decode(json.loads(text))
    if not isinstance(schema, Schema):
        raise ValueError("This is not the JSON of a schema.")
    return schema


def digest(schema: Schema) -> str:
    """SHA-256 of what the schema holds, in hexadecimal: the same for equal schemas."""
    canonical = json.dumps(
        _encode(schema, canonical=True), ensure_ascii=True, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _encode(value: Any, *, canonical: bool) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case SqlType() | Expression():
            origin, text = value.key
            found = {"@": type(value).__name__, "text": text}
            if origin != "normalized":
                found["origin"] = origin
            if isinstance(value, SqlType) and value.enum is not None:
                found["enum"] = _encode(value.enum, canonical=canonical)
            return found
        case Named():
            items = [_encode(v, canonical=canonical) for v in value.values()]
            if canonical:
                items.sort(key=lambda item: json.dumps(item["name"], sort_keys=True))
            return {"@": "Named", "items": items}
        case tuple() | list():
            return [_encode(v, canonical=canonical) for v in value]
        case _ if type(value).__name__ in _VALUES:
            return _encode_fields(value, canonical=canonical)
        case _:
            return {"@": "str", "text": str(value)}


def _encode_fields(value: Any, *, canonical: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"@": type(value).__name__}
    for field in fields(value):
        item = getattr(value, field.name)
        if field.compare and not _is_default(field, item):
            found[field.name] = _encode(item, canonical=canonical)
    return found


def _is_default(field: Field[Any], item: Any) -> bool:
    """Whether a field may be left out: its class says the same without it."""
    if field.default is not MISSING:
        return bool(item == field.default)
    return field.default_factory is not MISSING and bool(item == field.default_factory())


def _decode(value: Any) -> Any:
    match value:
        case list():
            return tuple(_decode(v) for v in value)
        case {"@": "str", "text": text}:
            return text
        case {"@": "Named", "items": items}:
            return Named(_decode(item) for item in items)
        case {"@": "SqlType", "text": text}:
            return SqlType(
                text, text, value.get("origin", "normalized"), _decode(value.get("enum"))
            )
        case {"@": "Expression", "text": text}:
            return Expression(text, text, value.get("origin", "normalized"))
        case {"@": kind}:
            given = {key: _decode(item) for key, item in value.items() if key != "@"}
            try:
                return _VALUES[kind](**given)
            except (KeyError, TypeError) as error:
                raise ValueError(f"This is not the JSON of a schema: {error}") from error
        case _:
            return value
