"""Who may read what is measured in campaigns: scientists, and whoever was given one (docs/roles.md)."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase

from annotate.selectors.roles import read_by
from people.permissions import View, anyone_signed_in
from people.requests import Request
from people.who import person_of


def campaign_readers_only(view: View) -> View:
    """404 for who reads no campaign. The view keeps to `read_by`: this only says that there is one. One query for
    annotators, none for others."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = person_of(request)
        if not user.is_scientist and not read_by(user).exists():
            raise Http404
        return view(request, *args, **kwargs)

    return anyone_signed_in(guarded)
