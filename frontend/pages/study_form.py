"""The form for a study: which systems of a corpus, what is asked, by how many judges a pair."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotate.models import Corpus, Study
from annotate.selectors.studies import systems_of
from annotate.study_questions import SHIPPED, Asked
from people.models import Role, User

OWN_AT_MOST = 10


class JudgesForm(forms.Form):
    """Who may judge. `judges_wanted()` is what choose_judges takes: people, or None for every annotator."""

    chosen_only = forms.BooleanField(required=False, label=gettext_lazy("Only the people chosen here may judge"))
    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Judges"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        annotators = User.objects.filter(is_active=True, role=Role.ANNOTATOR).order_by("username")
        self.fields["people"].queryset = annotators  # type: ignore[attr-defined]

    def judges_wanted(self) -> list[User] | None:
        return list(self.cleaned_data["people"]) if self.cleaned_data["chosen_only"] else None


class StudyForm(JudgesForm):
    """`wanted()` is what create_study takes. The systems to choose from are those of the corpus."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    systems = forms.MultipleChoiceField(
        label=gettext_lazy("Systems"), widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("At least two.")
    )
    questions = forms.MultipleChoiceField(
        label=gettext_lazy("Questions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(key, f"{asked.name}: {asked.text}") for key, asked in SHIPPED.items()],
        initial=list(SHIPPED),
    )
    own = forms.CharField(
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Questions of your own"),
        help_text=gettext_lazy("One a line: a short name, a colon, the question. Warmth: Which response is warmer?"),
    )
    judges = forms.IntegerField(min_value=1, max_value=100, initial=3, label=gettext_lazy("Judges a pair"))
    contexts_wanted = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**6,
        label=gettext_lazy("Contexts"),
        help_text=gettext_lazy("So many, drawn by seed. Blank: all."),
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
        help_text=gettext_lazy("Order of the pairs, and who stands on which side."),
    )
    lease_minutes = forms.IntegerField(
        min_value=5,
        max_value=24 * 60,
        initial=30,
        label=gettext_lazy("Reserved for, minutes"),
        help_text=gettext_lazy("Renewed while one works."),
    )
    instructions = forms.CharField(
        label=gettext_lazy("Instructions"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=20_000
    )

    def __init__(self, corpus: Corpus, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.corpus = corpus
        found = systems_of(corpus)
        systems = self.fields["systems"]
        systems.choices = [(name, f"{name} ({count})") for name, count in found]  # type: ignore[attr-defined]
        systems.initial = [name for name, _ in found]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Study.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is already a study of this name."))
        return name

    def clean_systems(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["systems"]
        if len(chosen) < 2:
            raise forms.ValidationError(_("Choose at least two systems to compare."))
        return chosen

    def clean_own(self) -> list[Asked]:
        """The lines as questions."""
        own = []
        for line in self.cleaned_data["own"].splitlines():
            name, _colon, text = (part.strip() for part in line.partition(":"))
            if not line.strip():
                continue
            if not name or not text:
                raise forms.ValidationError(
                    _("“%(line)s” is not a name, a colon and a question.") % {"line": line.strip()}
                )
            if len(name) > 100:
                raise forms.ValidationError(_("A name has at most 100 characters: “%(said)s”…") % {"said": name[:40]})
            own.append(Asked(name, text))
        if len(own) > OWN_AT_MOST:
            raise forms.ValidationError(
                _("At most %(own_at_most)s questions of your own.") % {"own_at_most": OWN_AT_MOST}
            )
        return own

    def clean(self) -> dict[str, Any]:
        checked = super().clean() or self.cleaned_data
        if "own" in checked and not checked["own"] and not checked.get("questions"):
            self.add_error(None, _("Ask at least one question."))
        return checked

    def wanted(self) -> dict[str, Any]:
        """The checked form as the arguments of create_study."""
        checked = self.cleaned_data
        return {
            "corpus": self.corpus,
            "people": self.judges_wanted(),
            "questions": [*(SHIPPED[key] for key in checked["questions"]), *checked["own"]],
            **{name: checked[name] for name in ("name", "systems", "judges", "contexts_wanted", "seed")},
            **{name: checked[name] for name in ("lease_minutes", "instructions")},
        }
