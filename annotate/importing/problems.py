"""Collect everything that is wrong with a file before refusing it, each with its place and field."""

from __future__ import annotations

import json
from typing import Any

from annotate.importing.records import BadFile, Problem

AT_MOST = 1000
_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    bool: "true or false",
}


class Problems:
    """A list of problems that stops growing at 1,000, and says how many more there were."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.more = 0

    def add(self, where: str, field: str, message: str) -> None:
        """Note one problem."""
        if len(self.found) < AT_MOST:
            self.found.append(Problem(where, field, message))
        else:
            self.more += 1

    def raise_if_any(self) -> None:
        """Raises BadFile with all of them."""
        if self.found:
            if self.more:
                self.found.append(Problem("the file", "-", f"and {self.more} more problems"))
            raise BadFile(self.found)

    def of_type(self, value: Any, kind: type, where: str, field: str) -> bool:
        """Whether the value is of the type; notes it when not. A bool is no number; texts may not hold NUL."""
        right = isinstance(value, kind) and not (kind in (int, float) and isinstance(value, bool))
        if not right:
            self.add(where, field, f"must be {_NAMES[kind]}, not {_short(value)}")
            return False
        if kind is str and "\x00" in value:
            self.add(where, field, "holds a NUL character, which the database cannot keep")
            return False
        if kind is str and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                self.add(where, field, "holds half of a surrogate pair, which is no text")
                return False
        return True

    def one_of(self, value: Any, known: Any, where: str, field: str) -> bool:
        """Whether the value is among the known ones; notes it with them when not."""
        if isinstance(value, str) and value in known:
            return True
        self.add(where, field, f"{_short(value)} is not one of: {', '.join(map(str, known))}")
        return False

    def only_keys(self, value: dict[str, Any], known: Any, where: str) -> None:
        """Notes every key that the format does not have."""
        for key in value:
            if key not in known:
                self.add(where, str(key)[:60], f"is no field of this format; known: {', '.join(known)}")


def decoded(name: str, content: bytes) -> str:
    """UTF-8 text without a byte order mark. Raises BadFile naming the line."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise BadFile([Problem(f"{name}, line {line}", "-", f"is not UTF-8 (byte {problem.start})")]) from None


def parsed_json(name: str, content: bytes) -> Any:
    """JSON without NaN. Raises BadFile naming line and column."""
    text = decoded(name, content)

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as problem:
        where = f"{name}, line {problem.lineno}, column {problem.colno}"
        raise BadFile([Problem(where, "-", f"is not JSON: {problem.msg}")]) from None
    except (ValueError, RecursionError) as problem:
        raise BadFile([Problem(name, "-", f"is not JSON: {problem or 'too deeply nested'}")]) from None


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
