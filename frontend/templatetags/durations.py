"""`{{ ms|duration }}`: milliseconds as people say them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def duration(milliseconds: int | None) -> str:
    """`7 s`, `3 min 5 s`, `2 h 10 min`; a dash for none."""
    if milliseconds is None:
        return "–"
    seconds = round(milliseconds / 1000)
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
