"""Environment variables, read loudly: a wrong or missing value stops the process with one clear line."""

from __future__ import annotations

import os

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_REQUIRED = object()


class BadEnvironment(SystemExit):
    """A variable is missing or wrong. Exits with status 1 and names the variable."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"evalsite: environment variable {name}: {problem}")


def env_str(name: str, *, default: object = _REQUIRED) -> str:
    """The value as it is; required unless there is a default."""
    value = os.environ.get(name)
    if value is None or value == "":
        if default is _REQUIRED:
            raise BadEnvironment(name, "is required here and not set")
        return str(default)
    return value


def env_bool(name: str, *, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise BadEnvironment(name, f"must be true or false, not {value!r}")


def env_int(name: str, *, default: int, minimum: int = 1) -> int:
    """A whole number, at least `minimum`."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise BadEnvironment(name, f"must be a whole number, not {value!r}") from None
    if number < minimum:
        raise BadEnvironment(name, f"must be at least {minimum}, not {number}")
    return number


def env_list(name: str, *, default: list[str] | None = None) -> list[str]:
    """Comma-separated; blanks around entries are dropped. Required and not empty unless there is a default."""
    entries = [entry.strip() for entry in os.environ.get(name, "").split(",") if entry.strip()]
    if entries:
        return entries
    if default is None:
        raise BadEnvironment(name, "is required here: a comma-separated list")
    return default


def env_secret(name: str, *, minimum_length: int) -> str:
    """A secret; required, never defaulted, refused when short or of few different characters."""
    value = env_str(name)
    if len(value) < minimum_length or len(set(value)) < 10:
        raise BadEnvironment(name, f"must be a random string of at least {minimum_length} characters")
    return value
