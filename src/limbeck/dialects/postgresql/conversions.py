"""Changes of a column's type that the server does not make by itself, and how to ask for them."""

from __future__ import annotations

_FAMILIES: dict[str, str] = {
    **dict.fromkeys(("text", "character varying", "character", "bpchar", "citext"), "string"),
    **dict.fromkeys(
        ("smallint", "integer", "bigint", "numeric", "real", "double precision"), "number"
    ),
    **dict.fromkeys(("date", "timestamp without time zone", "timestamp with time zone"), "moment"),
    **dict.fromkeys(("time without time zone", "time with time zone"), "time"),
    **dict.fromkeys(("bit", "bit varying"), "bits"),
    **dict.fromkeys(("json", "jsonb"), "json"),
    **dict.fromkeys(("inet", "cidr"), "address"),
}
"""Types between which an assignment converts."""


def needs_using(old: str, new: str) -> bool:
    """Whether ALTER COLUMN TYPE from one to the other (normal forms) needs a USING clause.

    Everything turns into a string by itself.
    """
    if _is_array(old) != _is_array(new):
        return _family(new) != "string" or _is_array(new)
    return _family(old) != _family(new) and _family(new) != "string"


def using(column: str, old: str, new: str, written: str) -> str:
    """The expression of USING; `written` is the new type as SQL, `column` is quoted."""
    families = (_family(old), _family(new))
    if _is_array(old) == _is_array(new) is False:
        if families in (("boolean", "number"), ("number", "boolean")):
            middle = "" if "integer" in (old, new) else "::integer"
            return f"{column}{middle}::{written}"
        if families[0] == "string":
            return f"{column}::{written}"
    return f"{column}::text::{written}"


def _is_array(text: str) -> bool:
    return text.partition(" COLLATE ")[0].endswith("[]")


def _family(text: str) -> str:
    base = text.partition(" COLLATE ")[0].removesuffix("[]")
    start, _, rest = base.partition("(")
    whole = start + rest.partition(")")[2]
    return _FAMILIES.get(whole, whole)
