"""Collect everything that is wrong with a file before refusing it, each with its place and field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from annotate.importing.records import BadFile, Problem

AT_MOST = 1000
DEPTH_AT_MOST = 50
TEXT_AT_MOST = 1_000_000
_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    bool: "true or false",
}


class Problems:
    """A list of problems that stops growing at 1,000; `count` goes on."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.count = 0

    def add(self, where: str, field: str, message: str) -> None:
        """Note one problem. What it quotes of the file is made harmless: it goes to the database and to pages."""
        self.count += 1
        if len(self.found) < AT_MOST:
            self.found.append(Problem(_harmless(where), _harmless(field)[:100], _harmless(message)))

    def raise_if_any(self) -> None:
        """Raises BadFile with all of them."""
        if self.found:
            raise BadFile(self.found, self.count)

    def of_type(self, value: Any, kind: type, where: str, field: str) -> bool:
        """Whether the value is of the type; notes it when not. A bool is no number; texts are checked by `text`."""
        right = isinstance(value, kind) and not (kind in (int, float) and isinstance(value, bool))
        if not right:
            self.add(where, field, f"must be {_NAMES[kind]}, not {_short(value)}")
            return False
        return self.text(value, where, field) if kind is str else True

    def text(self, value: str, where: str, field: str) -> bool:
        """Whether the database can keep this text: no NUL, no half surrogate pair, at most a million characters."""
        if "\x00" in value:
            self.add(where, field, "holds a NUL character, which the database cannot keep")
            return False
        if len(value) > TEXT_AT_MOST:
            self.add(where, field, f"is longer than {TEXT_AT_MOST:,} characters")
            return False
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                self.add(where, field, "holds half of a surrogate pair, which is no text")
                return False
        return True

    def word(self, value: Any, length: int, where: str, field: str) -> str:
        """The text if it is one of at most so many characters, else "" and a problem."""
        if not self.of_type(value, str, where, field):
            return ""
        if len(value) > length:
            self.add(where, field, f"is longer than {length} characters")
            return ""
        return str(value)

    def one_of(self, value: Any, known: Iterable[str], where: str, field: str) -> bool:
        """Whether the value is among the known ones; notes it with them when not."""
        if isinstance(value, str) and value in known:
            return True
        self.add(where, field, f"{_short(value)} is not one of: {', '.join(each or 'empty' for each in known)}")
        return False

    def only_keys(self, value: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        """Notes every key that the format does not have."""
        for key in value:
            if key not in known:
                self.add(where, key, f"is no field of this format; known: {', '.join(known)}")

    def clean(self, value: Any, where: str, field: str, depth: int = 0) -> None:
        """Notes what the database cannot keep anywhere in a JSON value: texts, numbers without end, 50 levels."""
        if depth > DEPTH_AT_MOST:
            self.add(where, field, f"is nested more than {DEPTH_AT_MOST} levels deep")
        elif isinstance(value, str):
            self.text(value, where, field)
        elif isinstance(value, float):
            if not isfinite(value):
                self.add(where, field, f"{value} is no finite number")
        elif isinstance(value, dict):
            for key, inner in value.items():
                self.text(key, where, field)
                self.clean(inner, where, f"{field}.{key}", depth + 1)
        elif isinstance(value, list):
            for inner in value:
                self.clean(inner, where, field, depth + 1)


def decoded(name: str, content: bytes, problems: Problems) -> str | None:
    """UTF-8 text without a byte order mark; None and a problem naming the line when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        problems.add(f"{name}, line {line}", "-", f"is not UTF-8 (byte {problem.start})")
        return None


def parsed_json(name: str, content: bytes, problems: Problems) -> Any:
    """JSON without NaN and without a key twice in one object; None and a problem with line and column otherwise."""
    text = decoded(name, content, problems)
    return None if text is None else parsed(text, name, problems)


def parsed(text: str, where: str, problems: Problems, *, one_line: bool = False) -> Any:
    """As parsed_json, of text. `one_line`: the line is in `where` already."""
    twice: list[tuple[str, list[tuple[str, Any]]]] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice.extend((key, pairs) for key in found if keys.count(key) > 1)
        return found

    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=unique)
    except json.JSONDecodeError as problem:
        line = "" if one_line else f", line {problem.lineno}"
        problems.add(f"{where}{line}, column {problem.colno}", "-", f"is not JSON: {problem.msg}")
        return None
    except ValueError as problem:
        problems.add(where, "-", f"is not JSON: {problem}")
        return None
    except RecursionError:
        problems.add(where, "-", "is nested too deeply")
        return None
    for key, pairs in twice:
        place = where if one_line else _second(text, key, where)
        problems.add(place, key, f"is there twice in one object: {_short(dict(pairs))}")
    if value is None:
        problems.add(where, "-", "is null")
    return value


def _second(text: str, key: str, where: str) -> str:
    """The line of a key's second occurrence, where it occurs twice in all."""
    spelled = json.dumps(key)
    if text.count(spelled) != 2:
        return where
    second = text.index(spelled, text.index(spelled) + 1)
    return f"{where}, line {text.count(chr(10), 0, second) + 1}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def _harmless(text: str) -> str:
    return text.replace("\x00", "\\u0000").encode("utf-8", "backslashreplace").decode()[:500]


def _short(value: Any) -> str:
    if isinstance(value, str):
        value = value[:80]
        text = repr(value)
    elif isinstance(value, dict | list):  # what lies deep in it is not shown, nor walked
        text = f"an object with {', '.join(list(value)[:5])}" if isinstance(value, dict) else f"a list of {len(value)}"
    else:
        text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
