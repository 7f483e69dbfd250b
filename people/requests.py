"""A request of somebody who signed in: what every page but the sign-in page gets."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from people.models import User


class Request(HttpRequest):
    """`user` is a person (LoginRequiredMiddleware saw to it); `htmx` is false for a whole page."""

    user: User
    htmx: HtmxDetails
