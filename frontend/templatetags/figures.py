"""Numbers as a table shows them: short, and never 0.000 for what is not zero."""

from __future__ import annotations

from django import template

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
