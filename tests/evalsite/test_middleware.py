"""Bodies are read whole before the answer, whatever the view did with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from evalsite.middleware import ReadWholeBodyMiddleware


def left_of(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> bytes:
    """What is still in the connection after the answer."""
    assert ReadWholeBodyMiddleware(view)(request).status_code == 200
    return request.environ["wsgi.input"].read()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    "view",
    [
        lambda request: HttpResponse(),
        lambda request: HttpResponse(request.body),
        lambda request: HttpResponse(request.POST.get("a", "")),
    ],
    ids=["unread", "body", "form"],
)
def test_nothing_is_left(view: Callable[[HttpRequest], HttpResponse]) -> None:
    request = RequestFactory().post("/", b'{"a": 1}', content_type="application/json")
    assert left_of(request, view) == b""


def test_a_stream_that_the_view_read_is_left_alone() -> None:
    request = RequestFactory().post("/", b"0123456789", content_type="application/octet-stream")
    assert left_of(request, lambda given: HttpResponse(given.read(4))) == b"456789"


def test_what_is_too_large_is_not_read(settings: object) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4  # type: ignore[attr-defined]
    request = RequestFactory().post("/", b"0123456789", content_type="application/octet-stream")
    assert left_of(request, lambda given: HttpResponse()) == b"0123456789"
