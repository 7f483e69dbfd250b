"""The buttons and points of a verdict. A queue shows them with each turn, where they differ in what is chosen only:
rendered for each turn they took a third of the time of the page, so each choice is rendered once."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from annotate.models import DimensionVersion
from annotate.models.rating import Cause

register = template.Library()
_SIGNS = {Cause.MODEL: "✦", Cause.GUIDELINE: "§", Cause.ITEM: "▢", Cause.RATER: "☺"}


@register.simple_tag
def causes(chosen: str = "") -> SafeString:
    """A button per cause, the chosen one pressed."""
    return _causes(chosen, get_language())


@lru_cache(maxsize=64)
def _causes(chosen: str, _language: str | None) -> SafeString:
    return format_html_join(
        "",
        '<button class="small{}" name="cause" value="{}" title="{}" aria-pressed="{}">'
        '<span aria-hidden="true">{}</span> {}</button>',
        (
            (" primary", cause.value, cause.label, "true", "✓", cause.value)
            if cause == chosen
            else ("", cause.value, cause.label, "false", _SIGNS[cause], cause.value)
            for cause in Cause
        ),
    )


@register.simple_tag
def points(version: DimensionVersion, chosen: float | str | None) -> SafeString:
    """An option per point of the scale, the chosen one selected. chosen: a value, or nothing."""
    # As text too: 1 and 1.0 are one key of the cache, and are written as they were stated.
    scale = tuple((point["value"], str(point["value"]), point.get("label") or "") for point in version.scale)
    return _points(scale, chosen, get_language())


@lru_cache(maxsize=256)
def _points(scale: tuple[tuple[float, str, str], ...], chosen: float | str | None, _language: str | None) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (text, SafeString(" selected") if value == chosen else "", label or localize(value))
            for value, text, label in scale
        ),
    )
