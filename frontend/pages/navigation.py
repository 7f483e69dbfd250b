"""What the navigation shows to whom, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from people.models import Role

_ENTRIES: list[tuple[str, str, frozenset[str]]] = [
    ("queue", noop("Queue"), frozenset({Role.ANNOTATOR})),
    ("studies", noop("Studies"), frozenset({Role.ANNOTATOR})),
    ("my_progress", noop("My progress"), frozenset({Role.ANNOTATOR})),
    ("side_by_side_list", noop("Side by side"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("disagreement", noop("Disagreement"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("agreement", noop("Agreement"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("workbench", noop("Workbench"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("studies", noop("Studies"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("raters", noop("Raters"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("runs", noop("Runs"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("checkpoints", noop("Checkpoints"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("workers", noop("Workers"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("corpora", noop("Corpora"), frozenset({Role.ADMIN})),
    ("campaigns", noop("Campaigns"), frozenset({Role.SCIENTIST, Role.ADMIN})),
    ("releases", noop("Releases"), frozenset({Role.ADMIN})),
    ("people", noop("People"), frozenset({Role.ADMIN})),
    ("audit", noop("Audit"), frozenset({Role.ADMIN})),
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One link; `current` when the page is in its room."""

    url: str
    label: str
    current: bool


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor. No query: the role is on the user already loaded."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_entries": []}
    entries = []
    for name, label, roles in _ENTRIES:
        if user.role not in roles or (url := _reversed(name)) is None:
            continue
        entries.append(Entry(url, _(label), request.path.startswith(url)))
    return {"nav_entries": entries, "profile_url": _reversed("profile")}


def _reversed(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
