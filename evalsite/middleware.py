"""What every request goes through, whatever room it is for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, RawPostDataException, UnreadablePostError


class ReadWholeBodyMiddleware:
    """Read what the view left of a request's body before the answer goes out.

    gunicorn reads such a rest itself, after the answer; on a kept connection it may then take the first bytes of the
    next request along and wait for more of it until keep-alive runs out: two seconds with its default, measured.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            # Read already, too large to be read, or gone with its sender: then there is nothing to do here.
            with suppress(RawPostDataException, RequestDataTooBig, UnreadablePostError):
                _ = request.body
        return response
