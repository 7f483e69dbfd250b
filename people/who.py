"""Who asks: a request behind one of the permissions, with the type that they guarantee."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.request import Request

from people.models import User


def person_of(request: HttpRequest | Request) -> User:
    """The signed-in person. TypeError for a stranger: the view forgot its permission."""
    if not isinstance(request.user, User):
        raise TypeError("This view answers signed-in people only.")
    return request.user
