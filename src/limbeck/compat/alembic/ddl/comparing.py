"""How a dialect's side of a migration context compares what it reads with what is declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa


class Params(NamedTuple):
    """A type's text, taken apart."""

    token0: str
    tokens: list[str]
    args: list[str]
    kwargs: dict[str, str]


class Comparing:
    """Comparison, which the classes of third parties change in parts."""

    dialect: Any
    type_synonyms: Sequence[set[str]] = ({"NUMERIC", "DECIMAL"},)
    type_arg_extract: Sequence[str] = ()
    identity_attrs_ignore: Sequence[str] = ("order", "on_null")

    def _tokenize_column_type(self, column: sa.Column[Any]) -> Params:
        text = self.dialect.type_compiler_instance.process(column.type).lower()
        tokens = re.findall(r"[\w\-_]+|\(.+?\)", text)
        words = [token for token in tokens if not token.startswith("(")]
        args = [
            part.strip()
            for token in tokens
            if token.startswith("(")
            for part in token[1:-1].split(",")
        ]
        kwargs = {}
        for pattern in self.type_arg_extract:
            found = re.search(pattern, text)
            if found:
                kwargs[pattern] = found[1]
        return Params(words[0] if words else "", words, args, kwargs)

    def _column_types_match(self, inspector_params: Params, metadata_params: Params) -> bool:
        inspected = " ".join(inspector_params.tokens)
        declared = " ".join(metadata_params.tokens)
        if inspected == declared or inspector_params.token0 == metadata_params.token0:
            return True
        synonyms = [{word.lower() for word in batch} for batch in self.type_synonyms]
        return any(
            {inspected, declared} <= batch
            or {inspector_params.token0, metadata_params.token0} <= batch
            for batch in synonyms
        )

    def _column_args_match(self, inspected_params: Params, meta_params: Params) -> bool:
        if (
            len(meta_params.tokens) == len(inspected_params.tokens)
            and meta_params.tokens[1:] != inspected_params.tokens[1:]
        ):
            return False
        if (
            len(meta_params.args) == len(inspected_params.args)
            and meta_params.args != inspected_params.args
        ):
            return False
        return not any(
            meta_params.kwargs[key] != inspected_params.kwargs[key]
            for key in meta_params.kwargs.keys() & inspected_params.kwargs.keys()
        )

    def compare_type(
        self, inspector_column: sa.Column[Any], metadata_column: sa.Column[Any]
    ) -> bool:
        """Whether the types differ."""
        inspected = self._tokenize_column_type(inspector_column)
        declared = self._tokenize_column_type(metadata_column)
        if not self._column_types_match(inspected, declared):
            return True
        return not self._column_args_match(inspected, declared)

    def compare_server_default(
        self,
        inspector_column: sa.Column[Any],
        metadata_column: sa.Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Whether the server defaults differ."""
        return rendered_inspector_default != rendered_metadata_default

    def compare_indexes(self, metadata_index: sa.Index, reflected_index: sa.Index) -> Any:
        """Whether two indexes are the same."""
        return self._compare_index_unique(metadata_index, reflected_index) is None

    def _compare_index_unique(
        self, metadata_index: sa.Index, reflected_index: sa.Index
    ) -> str | None:
        same = bool(metadata_index.unique) == bool(reflected_index.unique)
        return None if same else "unique differs"

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[Any],
        conn_indexes: set[Any],
        metadata_unique_constraints: set[Any],
        metadata_indexes: set[Any],
    ) -> None:
        """For third parties to change what is compared."""

    def correct_for_autogen_foreignkeys(self, conn_fks: set[Any], metadata_fks: set[Any]) -> None:
        """For third parties to change what is compared."""

    def autogen_column_reflect(
        self, inspector: Any, table: sa.Table, column_info: dict[str, Any]
    ) -> None:
        """For third parties to change what was read."""

    def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
        """The dialect's options of an object that was read."""
        found: dict[str, Any] = reflected_object.get("dialect_options", {})
        return found


def _compare_identity_options(
    metadata_io: Any, inspector_io: Any, default_io: Any, skip: Iterable[str]
) -> tuple[set[str], bool]:
    """(names of options that differ, whether any does that is not a default)."""
    names = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache", "order", "on_null")
    differing: set[str] = set()
    for name in names:
        if name in skip:
            continue
        declared = getattr(metadata_io, name, None)
        inspected = getattr(inspector_io, name, None)
        default = getattr(default_io, name, None)
        if declared != inspected and not {declared, inspected} <= {default, None, False}:
            differing.add(name)
    return differing, bool(differing)
