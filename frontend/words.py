"""What scripts say in one language, as the script that hands it to them: Django's catalog of the domain djangojs.

Made once per process and language. The digest stands in the address, so that a browser may keep the file for good and
still has other words at once when these change.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.i18n import JavaScriptCatalog


class UnknownLanguage(Exception):
    """There are no words in this language."""


@dataclass(frozen=True, slots=True)
class Words:
    body: bytes
    digest: str  # 12 hex digits


@cache
def words_in(language: str) -> Words:
    """The script of a language of settings.LANGUAGES. Raises UnknownLanguage."""
    if language not in dict(settings.LANGUAGES):
        raise UnknownLanguage(language)
    request = HttpRequest()
    request.method = "GET"
    with translation.override(language):
        # The domain is djangojs, the view's own; LOCALE_PATHS are always among its places.
        answer = JavaScriptCatalog.as_view(packages=["frontend"])(request)
    assert isinstance(answer, HttpResponse)
    body = answer.content
    return Words(body=body, digest=hashlib.sha256(body).hexdigest()[:12])
