"""The form for a campaign: a slice, its questions, who rates and in which order."""

from __future__ import annotations

from typing import Any

from django import forms

from annotate.actions.create_campaign import EVIDENCE_BOUND, Question
from annotate.models import Campaign, DimensionVersion
from annotate.models.campaign import Order
from annotate.models.dimension import Unit
from frontend.pages.slice_form import SliceForm
from people.models import User
from scoring.models import Checkpoint

ASKED = (("", "not asked"), ("required", "required"), ("optional", "optional"))
POINTING = (
    ("required evidence", "required, pointing at sentences of the reading set"),
    ("optional evidence", "optional, pointing at sentences of the reading set"),
)


def asked_choices(version: DimensionVersion) -> list[tuple[str, str]]:
    """How a question may be asked. Where evidence is the rule, it comes first."""
    nothing, *plain = ASKED
    if version.dimension.unit != Unit.TURN:
        return [nothing, *plain]
    first, second = (POINTING, plain) if version.dimension.key in EVIDENCE_BOUND else (plain, POINTING)
    return [nothing, *first, *second]


class CampaignForm(SliceForm):
    """`wanted()` is what create_campaign takes. One `ask_<id>` field per dimension, in its latest wording."""

    name = forms.CharField(max_length=200)
    instructions = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000)
    overlap = forms.IntegerField(min_value=1, max_value=100, initial=2, label="Raters a conversation")
    lease_minutes = forms.IntegerField(
        min_value=5, max_value=24 * 60, initial=30, label="Reserved for, minutes", help_text="Renewed while one works."
    )
    order = forms.ChoiceField(choices=Order.choices, initial=Order.RANDOM)
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, initial=1)
    checkpoint = forms.ModelChoiceField(
        queryset=Checkpoint.objects.none(), required=False, help_text="Whose uncertainty orders the queue."
    )
    speakers = forms.CharField(
        required=False, max_length=200, help_text="Ask only about these speakers' turns; a comma between. Blank: all."
    )
    hindsight_free = forms.BooleanField(required=False, label="Show each turn only once the one before is rated")
    chosen_only = forms.BooleanField(required=False, label="Only the people chosen here may take part")
    participants = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = Checkpoint.objects.order_by("metric", "-pk")  # type: ignore[attr-defined]
        people = User.objects.filter(is_active=True).order_by("username")
        self.fields["participants"].queryset = people  # type: ignore[attr-defined]
        versions = DimensionVersion.objects.select_related("dimension").order_by("dimension", "-number")
        self.versions = list(versions.distinct("dimension"))
        for version in self.versions:
            self.fields[f"ask_{version.pk}"] = forms.ChoiceField(
                choices=asked_choices(version),
                required=False,
                label=version.dimension.name,
                help_text=f"{version.question} ({version.dimension.get_unit_display()}, "
                f"{version.dimension.get_kind_display()})",
            )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Campaign.objects.filter(name=name).exists():
            raise forms.ValidationError("There is already a campaign of this name.")
        return name

    def clean(self) -> dict[str, Any]:
        checked = super().clean() or self.cleaned_data
        if checked.get("order") == Order.PRIORITY and not checked.get("checkpoint"):
            self.add_error("checkpoint", "Choose the checkpoint whose uncertainty orders the queue.")
        if checked.get("chosen_only") and not checked.get("participants"):
            self.add_error("participants", "Choose at least one person.")
        if not any(checked.get(f"ask_{version.pk}") for version in self.versions):
            self.add_error(None, "Choose at least one question.")
        return checked

    def question_fields(self) -> list[forms.BoundField]:
        """The fields of the questions, for the template."""
        return [self[f"ask_{version.pk}"] for version in self.versions]

    def wanted(self) -> dict[str, Any]:
        """The checked form as the arguments of create_campaign."""
        checked = self.cleaned_data
        speakers = [name.strip() for name in checked["speakers"].split(",") if name.strip()]
        questions = [
            Question(version, required="required" in answer, speakers=speakers, evidence=answer.endswith("evidence"))
            for version in self.versions
            if (answer := checked[f"ask_{version.pk}"])
        ]
        detail: dict[str, Any] = {"seed": checked["seed"]}
        if checked["order"] == Order.PRIORITY:
            detail |= {"checkpoint": checked["checkpoint"].pk, "name": str(checked["checkpoint"])}
        return {
            "name": checked["name"],
            "corpus": checked["corpus"],
            "slice": self.slice(),
            "questions": questions,
            "instructions": checked["instructions"],
            "overlap": checked["overlap"],
            "order": checked["order"],
            "order_detail": detail,
            "lease_minutes": checked["lease_minutes"],
            "hindsight_free": checked["hindsight_free"],
            "participants": list(checked["participants"]) if checked["chosen_only"] else None,
        }
