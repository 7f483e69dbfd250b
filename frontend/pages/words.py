"""The words of scripts. A file that may be kept for good: its address changes with what is in it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from frontend.words import UnknownLanguage, words_in
from people.permissions import anyone_signed_in


@anyone_signed_in
@require_safe
def words(request: HttpRequest, language: str) -> HttpResponse:
    """What scripts say in a language. An address of an earlier release is answered, but not kept."""
    try:
        found = words_in(language)
    except UnknownLanguage as problem:
        raise Http404 from problem
    answer = HttpResponse(found.body, content_type="text/javascript; charset=utf-8")
    kept = request.GET.get("v") == found.digest
    answer["Cache-Control"] = "private, max-age=31536000, immutable" if kept else "no-store"
    return answer


urlpatterns = [path("words/<str:language>.js", words, name="words")]
