"""Who has which role in a campaign: every annotator rates, or those who are named; some read what is measured there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from annotate.actions.give_roles import BadRole, give_roles
from annotate.models import Campaign
from people.models import Role, User
from people.permissions import admins_only
from people.requests import Request
from people.who import person_of

RATES = (Role.ANNOTATOR.value, gettext_lazy("rates here"))
READS = (Role.SCIENTIST.value, gettext_lazy("scientist of this campaign"))


class RolesForm(forms.Form):
    """One field a person, `role_ID`. `wanted()` is what give_roles takes."""

    chosen_only = forms.BooleanField(required=False, label=gettext_lazy("Only the people named here rate"))

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen_only"].initial = not campaign.open_to_all
        given = dict(campaign.participants.values_list("user", "role"))
        self.people = list(User.objects.filter(is_active=True).order_by("username"))
        for person in self.people:
            choices = [("", _own(person)), RATES, *([] if person.is_scientist else [READS])]
            self.fields[f"role_{person.pk}"] = forms.ChoiceField(
                choices=choices, required=False, initial=given.get(person.pk, ""), label=person.username
            )

    def rows(self) -> list[tuple[User, forms.BoundField]]:
        """Each person with their field."""
        return [(person, self[f"role_{person.pk}"]) for person in self.people]

    def clean(self) -> dict[str, Any]:
        checked = super().clean() or self.cleaned_data
        named = [person for person in self.people if checked.get(f"role_{person.pk}") == Role.ANNOTATOR]
        if checked.get("chosen_only") and not named:
            self.add_error("chosen_only", gettext("Name at least one person who rates here."))
        return checked

    def wanted(self) -> dict[str, Any]:
        """The checked form as arguments of give_roles."""
        roles = {person: self.cleaned_data[f"role_{person.pk}"] for person in self.people}
        return {
            "roles": {person: role for person, role in roles.items() if role},
            "open_to_all": not self.cleaned_data["chosen_only"],
        }


def _own(person: User) -> str:
    if person.named_only:
        return gettext("nothing: only where named")
    return gettext("as everywhere: %(role)s") % {"role": person.get_role_display()}


@admins_only
def campaign_people(request: Request, campaign_id: int) -> HttpResponse:
    """Say who rates and who reads. Names of closed accounts are not shown; their roles end with the next change."""
    found = get_object_or_404(Campaign, pk=campaign_id)
    form = RolesForm(found, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "frontend/campaigns/people.html", {"campaign": found, "form": form})
    if form.is_valid():
        try:
            give_roles(campaign=found, by=person_of(request), **form.wanted())
        except BadRole as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, gettext("Saved: who has which role in this campaign."))
            return redirect("campaign", campaign_id=campaign_id)
    return render(request, "frontend/campaigns/people.html", {"campaign": found, "form": form}, status=422)


urlpatterns = [path("campaigns/<int:campaign_id>/people/", campaign_people, name="campaign_people")]
