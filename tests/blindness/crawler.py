"""Open every address that there is, as one person, and look at every byte of the answers.

Addresses come from the URL configuration (with the ids of real rows in every place that wants one), from the pages'
own links and forms, and again from those. What is looked for is in tests/blindness/world.py.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.blindness.world import DIGITS, MARK

# Besides what would end the session: whether the processes are well is nobody's judgement, and differs every second.
LEFT_OUT = frozenset(
    {"healthz", "readyz", "metrics", "sign_out", "sign_out_everywhere", "change_password", "sign_in", "join"}
)
_LINK = re.compile(r"""(?:href|action|src|formaction|hx-[a-z-]+|data-[a-z-]+)=["'](/[^"'\s]*)["']|"(/[^"\s<>]+)\"""")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)(?:[,.'’_\s\u202f\xa0]|&nbsp;)(?=\d)")
_CHANGING = re.compile(
    r'''csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken[^};]+|nonce="[^"]+"|csrf-token" content="[^"]+"'''
    r"""|"request_id": ?"[^"]+"|(?:Set-Cookie|Expires): [^\n]+""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Leak:
    """Where something hidden was seen, with what stood around it."""

    method: str
    address: str
    status: int
    seen: str


def routes(patterns: Iterable[Any] | None = None, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """(name, address with its <places>) of every route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield str(pattern.name), address


def filled(address: str, ids: Mapping[str, Iterable[object]]) -> Iterator[str]:
    """The address with every known value in each of its places. An unknown place takes the values of all."""
    places = re.findall(r"<(?:(\w+):)?(\w+)>", address)
    everything = sorted({str(one) for values in ids.values() for one in values})
    choices = []
    for kind, name in places:
        values = [str(one) for one in ids.get(name, everything)]
        choices.append([one for one in values if one.isdecimal() or kind != "int"])
    for values in itertools.product(*choices):
        made = iter(values)
        yield re.sub(r"<[^>]+>", lambda _: next(made), address)  # noqa: B023


def seen_in(text: str) -> str:
    """What of the hidden stands in the text, with its surroundings; empty if nothing does."""
    joined = _BETWEEN_DIGITS.sub("", text)
    for place in (joined.lower().find(MARK), joined.find(DIGITS)):
        if place >= 0:
            return joined[max(0, place - 60) : place + 60]
    return ""


def everything_of(answer: HttpResponseBase) -> str:
    """Status line apart, all that is sent: headers, cookies, body, streamed or not."""
    content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined,arg-type]
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return f"{headers}\n{answer.cookies.output()}\n\n{content.decode('utf-8', 'replace')}"


class Crawler:
    """`leaks` and `pages` (address -> what was sent, without what differs every time) after `read` and `write`."""

    def __init__(self, client: Client, ids: Mapping[str, Iterable[object]], headers: Mapping[str, str] | None = None):
        self.client, self.ids, self.headers = client, ids, dict(headers or {})
        self.leaks: list[Leak] = []
        self.pages: dict[str, str] = {}
        self.answered: dict[str, int] = {}

    def read(self, probe: str = "") -> None:
        """GET every route and every link, each also with the query string `probe` as htmx would."""
        waiting = [
            address
            for name, route in routes()
            if name not in LEFT_OUT
            for address in filled(route, self.ids)
        ]  # fmt: skip
        seen = set(waiting)
        while waiting:
            address = waiting.pop()
            text = self._ask("get", address)
            if probe and "?" not in address:
                self._ask("get", f"{address}?{probe}", headers={"HX-Request": "true"})
            for link in self._links(text):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)

    def write(self, bodies: Iterable[Mapping[str, object]]) -> None:
        """POST each body, as a form and as JSON, to every route, and read on from where an answer sends."""
        for name, route in routes():
            if name in LEFT_OUT:
                continue
            for address in filled(route, self.ids):
                for body in bodies:
                    self._ask("post", address, data=dict(body), content_type="application/json")
                self._ask("post", address, data={"text": "Mine.", "name": "Mine."})

    def _ask(self, method: str, address: str, headers: Mapping[str, str] | None = None, **more: Any) -> str:
        sent = {"accept": "text/html, application/json", **self.headers, **(headers or {})}
        answer = getattr(self.client, method)(address, headers=sent, **more)
        text = everything_of(answer)
        self.answered[f"{method} {address}"] = answer.status_code
        if method == "get" and not headers:
            self.pages[address] = _CHANGING.sub("", text)
        if found := seen_in(text):
            self.leaks.append(Leak(method, address, answer.status_code, found))
        if method == "post" and answer.status_code == 302:
            self._ask("get", answer.url)
        return text if method == "get" and answer.status_code < 400 else ""

    def _links(self, text: str) -> Iterator[str]:
        ends = tuple(route for name, route in routes() if name in LEFT_OUT and "<" not in route)
        for one, two in _LINK.findall(text):
            link = unescape(one or two).split("#")[0]
            if link.startswith(("//", "/static/", *ends)) or len(link) > 500:
                continue
            yield link
