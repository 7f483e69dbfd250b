"""Numbers as a table shows them: short, and never 0.000 for what is not zero."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def figure(value: float) -> str:
    """Whole numbers in groups of three, others with up to three decimals; tiny ones as `< 0.001`.

    >>> figure(12345), figure(0.5), figure(0.00002), figure(-0.0104)
    ('12,345', '0.5', '< 0.001', '-0.01')
    """
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    if 0 < abs(value) < 0.001:
        return "< 0.001" if value > 0 else "> -0.001"
    return f"{value:.3f}".rstrip("0").rstrip(".")


@register.filter
def percent(share: float) -> str:
    """A share of 0 to 1 in words.

    >>> percent(0.125), percent(0.004), percent(0.0)
    ('12 %', '0.4 %', 'none')
    """
    if share <= 0:
        return gettext("none")
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"
