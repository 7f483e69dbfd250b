"""Forms of the page "Gold and training": the plan, one known answer by hand, a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotate.actions.plan_gold import Plan
from annotate.importing.gold import accept_from_words
from annotate.models import Campaign, GoldPlan
from annotate.models.gold import Below
from annotate.questions import is_about_turns

PURPOSES = (("gold", "mixed in among the work"), ("training", "for the training round"))
FILE_AT_MOST = 8 * 2**20


class PlanForm(forms.Form):
    """`plan()` is what plan_gold takes."""

    rate = forms.IntegerField(
        min_value=0,
        max_value=50,
        label=gettext_lazy("Gold, % of the tasks"),
        help_text=gettext_lazy("0 to 50. Of each rater's tasks."),
    )
    mark = forms.IntegerField(
        min_value=0,
        max_value=100,
        label=gettext_lazy("Mark, %"),
        help_text=gettext_lazy("So many of the gold answers are as expected."),
    )
    counts_from = forms.IntegerField(
        min_value=1,
        max_value=1000,
        label=gettext_lazy("Mark counts from"),
        help_text=gettext_lazy("Gold answers of a rater before it is looked at."),
    )
    below = forms.ChoiceField(choices=Below.choices, label=gettext_lazy("Below the mark"))
    training_mark = forms.IntegerField(
        min_value=0,
        max_value=100,
        label=gettext_lazy("Mark of the training, %"),
        help_text=gettext_lazy("What is skipped is not as expected."),
    )
    training_attempts = forms.IntegerField(min_value=1, max_value=20, label=gettext_lazy("Attempts at the training"))
    shows_own = forms.BooleanField(
        required=False, label=gettext_lazy("Raters see their own accuracy on “My progress”, of days that are over")
    )

    @classmethod
    def of(cls, plan: GoldPlan | None) -> PlanForm:
        """Filled in with what there is."""
        return cls(initial={name: getattr(plan or Plan(), name) for name in cls.base_fields})

    def plan(self) -> Plan:
        return Plan(**self.cleaned_data)


class KnownForm(forms.Form):
    """One known answer as a person says it; `line()` is what a line of a file would say."""

    conversation = forms.CharField(
        label=gettext_lazy("Conversation"), max_length=200, help_text=gettext_lazy("Its id in the corpus.")
    )
    turn = forms.IntegerField(
        label=gettext_lazy("Turn"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("As on the pages, from 1; blank where the question is about all of it."),
    )
    question = forms.ChoiceField(label=gettext_lazy("Question"))
    accept = forms.CharField(
        max_length=500,
        label=gettext_lazy("Answers that are right"),
        help_text=gettext_lazy(
            "Values with a comma between (4, 5), a range (1-2), labels, or a reason such as: no claim. "
            "Sets of labels: FS1+FS2."
        ),
    )
    why = forms.CharField(
        required=False, max_length=4000, label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Shown after training."),
    )  # fmt: skip
    say = forms.CharField(
        required=False, max_length=4000, label=gettext_lazy("Words to show with the turn"),
        help_text=gettext_lazy("Makes it an attention item, such as: To show that you read this, choose 2 here."),
    )  # fmt: skip
    purpose = forms.ChoiceField(choices=PURPOSES, label=gettext_lazy("For"))

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = list(campaign.questions.select_related("dimension_version__dimension"))
        self.fields["question"].choices = [  # type: ignore[attr-defined]
            (
                row.dimension_version.dimension.key,
                f"{row.dimension_version.dimension.name} ({'turn' if is_about_turns(row) else 'conversation'})",
            )
            for row in asked
        ]

    def raw(self) -> dict[str, Any]:
        """As a line of a file."""
        given = self.cleaned_data
        turn = None if given["turn"] is None else given["turn"] - 1
        accept = accept_from_words(given["accept"])
        named = {name: given[name] for name in ("conversation", "question", "why", "say")}
        return named | {"turn": turn, "accept": accept, "for": given["purpose"]}


class FileForm(forms.Form):
    """A JSONL file of known answers."""

    file = forms.FileField(
        label=gettext_lazy("JSONL file"), help_text=gettext_lazy("One known answer a line; at most 8 MB.")
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > FILE_AT_MOST:
            raise forms.ValidationError(_("The file is larger than 8 MB."))
        return file
