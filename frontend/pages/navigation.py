"""What the navigation shows to whom."""

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor."""
    return {}
