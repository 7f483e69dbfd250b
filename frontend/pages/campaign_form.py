"""The form for a campaign: a slice, its questions, who rates and in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotate.actions.create_campaign import EVIDENCE_BOUND, Question
from annotate.models import Campaign, DimensionVersion
from annotate.models.campaign import Order
from annotate.models.dimension import Unit
from annotate.sampling import RANDOM_SHARE, SLICES
from annotate.slices import conversations_in
from frontend.pages.slice_form import SliceForm
from people.models import User
from scoring.models import Checkpoint

ASKED = (("", "not asked"), ("required", "required"), ("optional", "optional"))
DRAWS = (
    ("", "all of the slice"),
    ("random", "drawn at random"),
    ("uncertainty", "drawn, rather those that a metric is unsure of"),
    ("metric_disagreement", "drawn, rather those that two metrics rank differently"),
    ("rare_slices", "drawn, rather those of rare slices"),
)
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

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    instructions = forms.CharField(
        label=gettext_lazy("Instructions"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000
    )
    overlap = forms.IntegerField(min_value=1, max_value=100, initial=2, label=gettext_lazy("Raters a conversation"))
    lease_minutes = forms.IntegerField(
        min_value=5,
        max_value=24 * 60,
        initial=30,
        label=gettext_lazy("Reserved for, minutes"),
        help_text=gettext_lazy("Renewed while one works."),
    )
    order = forms.ChoiceField(label=gettext_lazy("Order"), choices=Order.choices, initial=Order.RANDOM)
    seed = forms.IntegerField(label=gettext_lazy("Seed"), min_value=0, max_value=2**31 - 1, initial=1)
    checkpoint = forms.ModelChoiceField(
        label=gettext_lazy("Checkpoint"),
        queryset=Checkpoint.objects.none(),
        required=False,
        help_text=gettext_lazy("Whose uncertainty orders the queue."),
    )
    policy = forms.ChoiceField(choices=DRAWS, required=False, label=gettext_lazy("Which of them"))
    sample_size = forms.IntegerField(
        required=False,
        min_value=1,
        label=gettext_lazy("So many conversations"),
        help_text=gettext_lazy("How many are drawn from the slice."),
    )
    random_percent = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        initial=round(100 * RANDOM_SHARE),
        label=gettext_lazy("Random share, percent"),
        help_text=gettext_lazy(
            "So much of every chance is the same for all: no conversation is beyond reach, and what is estimated "
            "stays true of the whole slice."
        ),
    )
    draw_by = forms.ModelChoiceField(
        queryset=Checkpoint.objects.none(),
        required=False,
        label=gettext_lazy("Metric of the draw"),
        help_text=gettext_lazy("Whose uncertainty, or whose disagreement with the other one, gives a higher chance."),
    )
    draw_against = forms.ModelChoiceField(
        queryset=Checkpoint.objects.none(), required=False, label=gettext_lazy("The other metric")
    )
    slice_by = forms.ChoiceField(
        choices=[(name, name) for name in SLICES], required=False, label=gettext_lazy("Slices by")
    )
    speakers = forms.CharField(
        label=gettext_lazy("Speakers"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Ask only about these speakers' turns; a comma between. Blank: all."),
    )
    hindsight_free = forms.BooleanField(
        required=False, label=gettext_lazy("Show each turn only once the one before is rated")
    )
    chosen_only = forms.BooleanField(required=False, label=gettext_lazy("Only the people chosen here may take part"))
    participants = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Participants"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = Checkpoint.objects.order_by("metric", "-pk")  # type: ignore[attr-defined]
        for name in ("draw_by", "draw_against"):
            self.fields[name].queryset = self.fields["checkpoint"].queryset  # type: ignore[attr-defined]
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
            raise forms.ValidationError(_("There is already a campaign of this name."))
        return name

    def clean(self) -> dict[str, Any]:
        checked = super().clean() or self.cleaned_data
        if checked.get("order") == Order.PRIORITY and not checked.get("checkpoint"):
            self.add_error("checkpoint", _("Choose the checkpoint whose uncertainty orders the queue."))
        self._check_draw(checked)
        if checked.get("chosen_only") and not checked.get("participants"):
            self.add_error("participants", _("Choose at least one person."))
        if not any(checked.get(f"ask_{version.pk}") for version in self.versions):
            self.add_error(None, _("Choose at least one question."))
        return checked

    def _check_draw(self, checked: dict[str, Any]) -> None:
        policy = checked.get("policy")
        if not policy:
            return
        size = checked.get("sample_size")
        if not size and "sample_size" not in self.errors:
            self.add_error("sample_size", _("Say how many are to be drawn."))
        if size and not {"corpus", "split", "topic", "config", "limit"} & set(self.errors):
            there = conversations_in(checked["corpus"], self.slice()).count()
            if size > there:
                self.add_error("sample_size", _("The slice holds %(there)s conversations.") % {"there": there})
        if policy in ("uncertainty", "metric_disagreement") and not checked.get("draw_by"):
            self.add_error("draw_by", _("Choose the metric that the draw looks at."))
        if policy == "metric_disagreement":
            if not checked.get("draw_against"):
                self.add_error("draw_against", _("Choose the metric to compare it with."))
            elif checked.get("draw_by") == checked["draw_against"]:
                self.add_error("draw_against", _("Choose two different metrics."))

    def sampling(self) -> dict[str, Any]:
        """The draw as create_campaign takes it; empty: all of the slice."""
        checked = self.cleaned_data
        if not checked["policy"]:
            return {}
        chosen = {"uncertainty": ["draw_by"], "metric_disagreement": ["draw_by", "draw_against"]}
        metrics = [checked[name].pk for name in chosen.get(checked["policy"], [])]
        share = checked["random_percent"]
        return {
            "policy": checked["policy"],
            "size": checked["sample_size"],
            "random_share": RANDOM_SHARE if share is None else share / 100,
            "seed": checked["seed"],
            **({"metrics": metrics} if metrics else {}),
            **({"slice_by": checked["slice_by"]} if checked["policy"] == "rare_slices" else {}),
        }

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
            "sampling": self.sampling(),
            "hindsight_free": checked["hindsight_free"],
            "participants": list(checked["participants"]) if checked["chosen_only"] else None,
        }
