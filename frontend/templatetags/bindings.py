"""The reader's own keys: `{% bound "skip" %}` prints one, `{% bindings_json %}` hands all to the page's modules."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from people.bindings import USUAL, keys_of

register = template.Library()


@register.simple_tag(takes_context=True)
def bound(context: dict[str, Any], action: str) -> str:
    """The key of an action. Raises KeyError for an action that there is not."""
    return _keys(context)[action]


@register.simple_tag(takes_context=True)
def bindings_json(context: dict[str, Any]) -> SafeString:
    """All of them, for rating/keys.js."""
    return json_script(_keys(context), "key-bindings")


def _keys(context: dict[str, Any]) -> dict[str, str]:
    user = context.get("user")
    return keys_of(user.keys) if user is not None and user.is_authenticated else USUAL
