"""`{% words %}`: the script with the words of scripts in the reader's language. It stands before the page's modules."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from frontend.words import words_in

register = template.Library()


@register.simple_tag
def words() -> SafeString:
    """Deferred like a module, and so run in the order in which the page names them."""
    language = get_language() or settings.LANGUAGE_CODE
    return format_html(
        '<script defer src="{}?v={}"></script>', reverse("words", args=[language]), words_in(language).digest
    )
