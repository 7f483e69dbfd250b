"""Sessions end after idle time, besides their absolute age; pages come in the person's own language."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

_SEEN = "seen_at"
_WRITE_EVERY_SECONDS = 60


class IdleSessionMiddleware:
    """Sign out whoever was away longer than SESSION_IDLE_SECONDS. Writes the session at most once a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The session is only looked at when a cookie came: health checks and tokens cost no query.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(_SEEN, now)
            if now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif now - seen >= _WRITE_EVERY_SECONDS or _SEEN not in request.session:
                request.session[_SEEN] = now
        return self.get_response(request)


class OwnLanguageMiddleware:
    """The language that a person chose on the profile page; without one Accept-Language holds (LocaleMiddleware).

    LocaleMiddleware stands before it and says in Content-Language what became of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # As above: no cookie, no query.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            language = request.user.language
            if language in dict(settings.LANGUAGES):
                translation.activate(language)
                request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        return self.get_response(request)
