"""The forms of dimensions: a new one; what changes into what; and what each answer becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotate.actions.change_dimensions import BadMap, NewVersion, Target, side_of
from annotate.importing.examples import EXAMPLE_FIELDS
from annotate.mapping.chains import Answers
from annotate.mapping.checking import WHY_AT_LEAST, ends_problems
from annotate.mapping.lines import (
    BadLines,
    as_lines,
    examples_as_lines,
    examples_of,
    reasons_of,
    scale_of,
    with_examples,
    without_examples,
)
from annotate.models import Dimension, DimensionVersion
from annotate.models.dimension import Direction, Unit, ValueKind
from annotate.models.mapping import MapKind


def _lines(label: Any, rows: int, help_text: Any, *, required: bool = False, longest: int = 20_000) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class WordsForm(forms.Form):
    """The words and the scale of a version."""

    question = forms.CharField(label=gettext_lazy("Question"), max_length=300)
    guidance = _lines(gettext_lazy("Guidance"), 3, "")
    scale = _lines(
        gettext_lazy("Scale"), 6, gettext_lazy("One answer a line: value | word | what it means."), required=True
    )
    reasons = _lines(
        gettext_lazy("Answers without a value"),
        2,
        gettext_lazy("One a line, as above; such as: no claim | No claim"),
        longest=5_000,
    )
    example = _lines(
        gettext_lazy("Examples"), 4, gettext_lazy("One answer a line: value | what is answered so"), longest=60_000
    )
    counter_example = _lines(
        gettext_lazy("Counter-examples"),
        4,
        gettext_lazy("One answer a line: value | what looks like it and is not"),
        longest=60_000,
    )

    def read_lines(self, *, numbers: bool) -> None:
        """Scale, with its examples, and reasons as rows keep them, with errors at their fields."""
        checked = self.cleaned_data
        for field, read in (("scale", lambda text: scale_of(text, numbers=numbers)), ("reasons", reasons_of)):
            try:
                checked[field] = read(checked.get(field) or "")
            except BadLines as problem:
                self.add_error(field, problem.problems)  # type: ignore[arg-type]
        scale = None if "scale" in self.errors else checked["scale"]
        for field in EXAMPLE_FIELDS:
            try:
                found = examples_of(checked.pop(field, None) or "", scale=scale)
            except BadLines as problem:
                self.add_error(field, problem.problems)  # type: ignore[arg-type]
            else:
                if scale is not None:
                    checked["scale"] = scale = with_examples(scale, **{field: found})


class DimensionForm(WordsForm):
    """A new dimension; `cleaned_data` is what define_dimension takes, but for `reasons`."""

    field_order = ("name", "key", "unit", "kind", "direction")
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    key = forms.SlugField(
        label=gettext_lazy("Key"), max_length=64, help_text=gettext_lazy("Stays for ever; data and files call it this.")
    )
    unit = forms.ChoiceField(choices=Unit.choices, label=gettext_lazy("About a"))
    kind = forms.ChoiceField(choices=ValueKind.choices, label=gettext_lazy("An answer is"))
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Direction.choices, initial=Direction.NONE)

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if Dimension.objects.filter(key=key).exists():
            raise forms.ValidationError(_("There is already a dimension “%(key)s”.") % {"key": key})
        return key

    def clean(self) -> dict[str, Any]:
        self.read_lines(numbers=self.cleaned_data.get("kind") == ValueKind.NUMBER)
        return self.cleaned_data


class EndsForm(WordsForm):
    """What changes into what. A new version is described here and made only when the map is kept."""

    field_order = ("kind", "sources", "targets", "new_of")
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=MapKind.choices, widget=forms.RadioSelect, initial=MapKind.RENAME
    )
    sources = forms.ModelMultipleChoiceField(
        queryset=DimensionVersion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("From"),
        error_messages={"required": gettext_lazy("Choose what changes.")},
    )
    targets = forms.ModelMultipleChoiceField(
        queryset=DimensionVersion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("To"),
    )
    new_of = forms.ModelChoiceField(
        queryset=Dimension.objects.order_by("name"),
        required=False,
        label=gettext_lazy("To a new version of"),
        empty_label=gettext_lazy("no new version"),
        help_text=gettext_lazy("It is made when the map is kept, in these words:"),
    )
    op_id = forms.UUIDField(label=gettext_lazy("Op id"), widget=forms.HiddenInput)
    ends: tuple[list[DimensionVersion], list[Target]] = ([], [])

    def __init__(self, *args: Any, labels: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = DimensionVersion.objects.select_related("dimension").order_by("dimension__name", "-number")
        for name in ("sources", "targets"):
            field: Any = self.fields[name]
            field.queryset = versions
            field.label_from_instance = lambda row: labels.get(row.pk, str(row))
        for name in ("question", "scale"):
            self.fields[name].required = False

    @staticmethod
    def starting_from(version: DimensionVersion | None) -> dict[str, Any]:
        """What the form shows first: its wording, to be changed."""
        first: dict[str, Any] = {"op_id": uuid4()}
        if version is None:
            return first
        return first | {
            "sources": [version.pk], "new_of": version.dimension_id, "question": version.question,
            "guidance": version.guidance, "scale": as_lines(version.scale), "reasons": as_lines(version.null_reasons),
            **{field: examples_as_lines(version.scale, field) for field in EXAMPLE_FIELDS},
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        checked = self.cleaned_data
        targets: list[Target] = list(checked.get("targets") or [])
        if dimension := checked.get("new_of"):
            if not checked.get("question"):
                self.add_error("question", _("Say what the new version asks."))
            self.read_lines(numbers=dimension.kind == ValueKind.NUMBER)
            if not self.errors.keys() & {"question", "scale", "reasons", *EXAMPLE_FIELDS}:
                words = {name: checked[name] for name in ("question", "guidance", "scale")}
                targets.append(NewVersion(dimension, **words, null_reasons=checked["reasons"]))
        elif not targets and "targets" not in self.errors:
            self.add_error("targets", _("Choose what it becomes, or describe a new version."))
        self.ends = (list(checked.get("sources") or []), targets)
        if not self.errors:
            sides = [[side_of(row) for row in rows] for rows in self.ends]
            for problem in ends_problems(checked["kind"], *sides):
                self.add_error(str(problem.field), problem.words)
        return checked

    @property
    def shown(self) -> str:
        """Which answers belong to these ends: when they change, the answers have to be looked at again."""
        sources, targets = self.ends
        names = [
            str(row.pk) if isinstance(row, DimensionVersion) else f"new {without_examples(row.scale)}"
            for row in targets
        ]
        return f"{self.cleaned_data.get('kind')}: {[row.pk for row in sources]} > {names}"


class AnswersForm(forms.Form):
    """What each answer of the sources becomes on each target, and why."""

    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"{WHY_AT_LEAST} characters or more; kept with the map for ever.",
    )
    shown = forms.CharField(label=gettext_lazy("Shown"), widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Any, *, ends: EndsForm, counts: Mapping[int, Mapping[str, int]], again: bool = False
    ) -> None:
        super().__init__(None if again else data, initial={"shown": ends.shown, "why": data.get("why", "")})
        sources, targets = ends.ends
        self.counts, self.sources, self.targets = counts, sources, targets
        self.places: dict[str, tuple[int, int, str]] = {}
        nothing = "cannot be told: rate again" if ends.cleaned_data["kind"] == MapKind.SPLIT else "choose"
        for s, source in enumerate(sources):
            for t, target in enumerate(targets):
                options = side_of(target).choices
                known = {choice.key for choice in options}
                for i, choice in enumerate(side_of(source).choices):
                    name = f"map_{s}_{t}_{i}"
                    self.places[name] = (s, t, choice.key)
                    self.fields[name] = forms.ChoiceField(
                        choices=[("", nothing), *((one.key, one.words) for one in options)],
                        required=False,
                        initial=choice.key if choice.key in known else "",
                        label=choice.words,
                    )

    def answers(self) -> Mapping[tuple[int, int], Answers]:
        """As change_dimensions takes them."""
        found: dict[tuple[int, int], dict[str, str | None]] = {}
        for name, (s, t, key) in self.places.items():
            found.setdefault((s, t), {})[key] = self.cleaned_data.get(name) or None
        return found

    def tables(self) -> list[tuple[str, str, list[tuple[forms.BoundField, int]], int]]:
        """(source, target, [(field, ratings that say it)], ratings with other answers) for the template."""
        found = []
        for s, source in enumerate(self.sources):
            counts = self.counts.get(source.pk, {})
            known = {choice.key for choice in side_of(source).choices}
            others = sum(count for key, count in counts.items() if key not in known)
            for t, target in enumerate(self.targets):
                rows = [
                    (self[name], counts.get(key, 0)) for name, (a, b, key) in self.places.items() if (a, b) == (s, t)
                ]
                found.append((side_of(source).name, side_of(target).name, rows, others))
        return found

    def refuse(self, problem: BadMap, ends: EndsForm) -> None:
        """Put every problem at its field."""
        names = {place: name for name, place in self.places.items()}
        for each in problem.problems:
            if isinstance(each.field, tuple):
                self.add_error(names.get(each.field), each.words)
            elif each.field in self.fields:
                self.add_error(each.field, each.words)
            else:
                ends.add_error(each.field, each.words)


def label_of(version: DimensionVersion, ratings: int) -> str:
    """A version as a box to tick."""
    return f"{version.dimension.name}, version {version.number} · {ratings:,} ratings · {version.question}"


def labels_of(versions: Sequence[tuple[DimensionVersion, int]]) -> dict[int, str]:
    """id -> words."""
    return {row.pk: label_of(row, ratings) for row, ratings in versions}
