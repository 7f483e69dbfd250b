"""The audit log: what was done, by whom, to what, when; to read and to take away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from defusedcsv import csv
from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from people.audit import audit_events, audit_verbs
from people.models import AuditEvent, User
from people.permissions import admins_only
from people.requests import Request

PAGE = 50


class AuditForm(forms.Form):
    """Filters; blank ones do not filter. `cleaned_data` is what audit_events takes."""

    actor = forms.ModelChoiceField(
        queryset=User.objects.order_by("username"), required=False, to_field_name="username", label=gettext_lazy("Who"),
        empty_label=gettext_lazy("everybody"),
    )  # fmt: skip
    verb = forms.ChoiceField(required=False, label=gettext_lazy("What"))
    subject = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("To what"), help_text=gettext_lazy("Part of it: campaign 3")
    )
    since = forms.DateField(required=False, label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [("", "everything"), *((verb, verb) for verb in audit_verbs())]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the day from which on."))
        return self.cleaned_data


@admins_only
@require_safe
def audit(request: Request) -> HttpResponse:
    """What was done, newest first."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        return render(request, "frontend/people/audit.html", {"form": form, "rows": []}, status=422)
    found = audit_events(**form.cleaned_data)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    query = request.GET.copy()
    query.pop("before", None)
    context: dict[str, Any] = {"form": form, "rows": rows[:PAGE], "query": query.urlencode()}
    if len(rows) > PAGE:
        query["before"] = str(rows[PAGE - 1].pk)
        context["next"] = f"?{query.urlencode()}"
    return render(request, "frontend/people/audit.html", context)


class _Echo:
    """What a csv writer writes to: each line comes back."""

    def write(self, line: str) -> str:
        return line


@admins_only
@require_safe
def audit_sheet(request: Request) -> HttpResponseBase:
    """All that the filters let through, as CSV; cells that a spreadsheet would run are made harmless."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        words = " ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
        return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
    lines = _lines(audit_events(**form.cleaned_data).iterator(2000))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _lines(rows: Iterable[AuditEvent]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(["at", "who", "what", "to", "detail"])
    for row in rows:
        who = row.actor.username if row.actor else ""
        detail = json.dumps(row.detail, ensure_ascii=False, sort_keys=True) if row.detail else ""
        yield writer.writerow([row.at.isoformat(), who, row.verb, row.subject, detail])


urlpatterns = [
    path("audit/", audit, name="audit"),
    path("audit/audit.csv", audit_sheet, name="audit_sheet"),
]
