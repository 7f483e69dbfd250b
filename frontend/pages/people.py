"""People: invite, change roles, close accounts, erase."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from people.actions.change_person import LastAdmin, change_role, set_active
from people.actions.invite import invite
from people.models import Invitation, Role, User, own_role
from people.permissions import admins_only
from people.requests import Request
from scoring.actions.erase_person import erase_person

# As User.own_role spells them.
_ROLES = [
    Role.choices[0],
    (own_role(Role.ANNOTATOR, True), gettext_lazy("annotator, only where named")),
    *Role.choices[1:],
]


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=_ROLES)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For whom, so that you recognise the link later."),
    )

    def wanted(self) -> dict[str, Any]:
        """The role and its restriction, as arguments of invite and change_role."""
        role, _, restricted = self.cleaned_data["role"].partition(":")
        return {"role": role, "named_only": bool(restricted)}


@admins_only
@require_safe
def people(request: Request) -> HttpResponse:
    """Everybody, and the invitations not used yet."""
    return _people(request, InviteForm())


@admins_only
@require_POST
def person_invite(request: Request) -> HttpResponse:
    """Make a one-time link; it is shown on this answer and never again."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, form, status=422)
    _row, secret = invite(**form.wanted(), note=form.cleaned_data["note"], by=request.user)
    response = _people(request, InviteForm(), link=request.build_absolute_uri(reverse("join", args=[secret])))
    response["Cache-Control"] = "no-store"
    return response


@admins_only
@require_POST
def invitation_revoke(request: Request, invitation_id: int) -> HttpResponse:
    """Withdraw a link."""
    Invitation.objects.filter(pk=invitation_id, used_at__isnull=True).update(revoked_at=timezone.now())
    return redirect("people")


@admins_only
@require_POST
def person_role(request: Request, user_id: int) -> HttpResponse:
    """Give another role."""
    form = InviteForm(request.POST)
    user = get_object_or_404(User, pk=user_id, erased_at__isnull=True)
    if form.is_valid():
        _try(request, lambda: change_role(user=user, **form.wanted(), by=request.user))
    return redirect("people")


@admins_only
@require_POST
def person_active(request: Request, user_id: int) -> HttpResponse:
    """Close or reopen an account."""
    user = get_object_or_404(User, pk=user_id, erased_at__isnull=True)
    _try(request, lambda: set_active(user=user, active=request.POST.get("active") == "1", by=request.user))
    return redirect("people")


@admins_only
@require_POST
def person_erase(request: Request, user_id: int) -> HttpResponse:
    """Erase a person; the name has to be typed, because there is no way back."""
    user = get_object_or_404(User, pk=user_id, erased_at__isnull=True)
    if request.POST.get("confirm") != user.username:
        messages.error(request, _("Nothing was erased: type the person's user name to confirm."))
        return redirect("people")
    marked = _try(request, lambda: erase_person(user=user, by=request.user))
    if marked is not None:
        messages.success(request, _("Erased. Releases marked: %(n)d.") % {"n": len(marked)})
    return redirect("people")


def _people(request: Request, form: InviteForm, *, link: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "people": User.objects.order_by("-is_active", "username")[:500],
        "invitations": Invitation.objects.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now),
        "form": form,
        "link": link,
        "roles": _ROLES,
    }
    return render(request, "frontend/people/list.html", context, status=status)


def _try(request: Request, act):  # type: ignore[no-untyped-def]
    try:
        return act()
    except LastAdmin as problem:
        messages.error(request, str(problem))
        return None


urlpatterns = [
    path("people/", people, name="people"),
    path("people/invite/", person_invite, name="person_invite"),
    path("people/invitations/<int:invitation_id>/revoke/", invitation_revoke, name="invitation_revoke"),
    path("people/<int:user_id>/role/", person_role, name="person_role"),
    path("people/<int:user_id>/active/", person_active, name="person_active"),
    path("people/<int:user_id>/erase/", person_erase, name="person_erase"),
]
