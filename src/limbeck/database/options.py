"""How a run behaves towards others on the same database: its mutex, its timeouts, its retries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limbeck.errors import ConfigurationError

LOCK_KINDS = ("session", "lease", "none")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "": 1.0}
_TEXT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|)\s*")


def seconds(value: Any) -> float:
    """Seconds from a number, or from text such as ``500ms``, ``2s`` or ``1min``.

    Raises ValueError for anything else.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    found = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a number of seconds, or text such as '500ms' or '2s'")
    return float(found[1]) * _UNITS[found[2]]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The settings of these names; times are seconds.

    `lock_timeout` None is the database's default. `statement_timeout` 0 is none.
    """

    lock: str = "session"
    lock_wait: float = 60
    lock_timeout: float | None = None
    lock_retries: int = 10
    statement_timeout: float = 0


def run_options(opts: Mapping[str, Any], config: Any) -> RunOptions:
    """What `context.configure` was given, else what the configuration says, else the defaults.

    Raises ConfigurationError for a value of the wrong kind.
    """

    def option(name: str) -> Any:
        given = opts.get(name)
        return config.get_alembic_option(name) if given is None and config else given

    values: dict[str, Any] = {}
    for name in ("lock_wait", "lock_timeout", "statement_timeout"):
        if (value := option(name)) is not None:
            values[name] = _checked(name, value)
    if (retries := option("lock_retries")) is not None:
        values["lock_retries"] = _whole(retries)
    if (lock := option("lock")) is not None:
        if lock not in LOCK_KINDS:
            raise ConfigurationError(
                f"'lock' must be one of {', '.join(LOCK_KINDS)}, not {lock!r}."
            )
        values["lock"] = lock
    return RunOptions(**values)


def _checked(name: str, value: Any) -> float:
    try:
        return seconds(value)
    except ValueError as wrong:
        raise ConfigurationError(f"'{name}' must be {wrong}, not {value!r}.") from None


def _whole(value: Any) -> int:
    text = str(value).strip()
    if not text.isdigit():
        raise ConfigurationError(f"'lock_retries' must be a whole number, not {value!r}.")
    return int(text)
