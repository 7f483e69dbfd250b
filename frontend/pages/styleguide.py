"""The style guide: every part of the design on one page, for who builds pages. Only with DEBUG."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from people.permissions import anyone_signed_in

_SURFACES = ("surface", "raised", "sunken", "accent-soft", "ok-soft", "warn-soft", "bad-soft", "info-soft")
_STATES = ("queued", "running", "done", "failed", "cancelled")


class _SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(help_text="A help text says what the label cannot.")
    role = forms.ChoiceField(choices=[("a", "annotator"), ("s", "scientist")], required=False)
    count = forms.IntegerField(initial=3, error_messages={"invalid": "Enter a whole number."})
    scopes = forms.MultipleChoiceField(
        choices=[("read", "read what I may see"), ("rate", "save ratings")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="Hide other raters' answers", required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)


@anyone_signed_in
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in each of its states; 404 without DEBUG."""
    if not settings.DEBUG:
        raise Http404
    context = {
        "surfaces": _SURFACES,
        "states": _STATES,
        "categories": range(1, 8),
        "form": _SampleForm(),
        "wrong": _SampleForm({"name": "", "count": "three", "scopes": []}),
        "synthetic": {"synthetic": True},
    }
    return render(request, "frontend/styleguide/page.html", context)


urlpatterns = [path("styleguide/", styleguide, name="styleguide")] if settings.DEBUG else []
