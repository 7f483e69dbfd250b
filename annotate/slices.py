"""A slice of a corpus as stored in campaigns, runs and releases: allow-listed filters, never a client's lookup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotate.models import Conversation, Corpus

FILTERS = ("split", "topic", "config", "system")


class BadSlice(ValueError):
    """The slice names something that cannot be filtered by, or a wrong value."""


def checked_slice(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A slice with only known, non-empty fields: {split, topic, config, system: str, limit: int}."""
    unknown = set(raw) - {*FILTERS, "limit"}
    if unknown:
        raise BadSlice(
            _("unknown slice field(s) %(known)s; known: %(known2)s, limit")
            % {"known": ", ".join(sorted(unknown)), "known2": ", ".join(FILTERS)}
        )
    checked: dict[str, Any] = {}
    for name in FILTERS:
        value = raw.get(name)
        if value in (None, ""):
            continue
        if not isinstance(value, str) or len(value) > 100:
            raise BadSlice(_("%(name)s must be a text of at most 100 characters") % {"name": name})
        checked[name] = value
    limit = raw.get("limit")
    if limit not in (None, ""):
        try:
            checked["limit"] = int(limit)
        except (TypeError, ValueError):
            raise BadSlice(_("limit must be a whole number, not “%(limit)s”") % {"limit": limit}) from None
        if checked["limit"] < 1:
            raise BadSlice(_("limit must be at least 1"))
    return checked


def conversations_in(corpus: Corpus, raw: Mapping[str, Any]) -> QuerySet[Conversation]:
    """The slice's conversations in corpus order. One query when evaluated. Raises BadSlice."""
    checked = checked_slice(raw)
    limit = checked.pop("limit", None)
    found = Conversation.objects.filter(corpus=corpus, **checked).order_by("position", "pk")
    return found[:limit] if limit else found


def in_words(raw: Mapping[str, Any]) -> str:
    """`split test_freq, config A` or `all conversations`."""
    parts = [f"{name} {raw[name]}" for name in FILTERS if raw.get(name)]
    if raw.get("limit"):
        parts.append(f"the first {raw['limit']}")
    return ", ".join(parts) or "all conversations"
