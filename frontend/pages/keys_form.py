"""A form for one's own keys while rating: a box per action, checked by the rules of people/bindings.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.bindings import USUAL, BadKeys, checked_keys, keys_of

_LABELS: dict[str, Any] = {
    "next": _("Next turn"),
    "previous": _("Previous turn"),
    "question-back": _("Previous question"),
    "question-on": _("Next question"),
    "note": _("Note"),
    "clear": _("Clear the answer"),
    "meaning": _("What the answers mean"),
    "evidence": _("Point at sentences"),
    "personal": _("Personal knowledge"),
    "skip": _("Skip"),
    "sheet": _("Sheet of keys"),
    "reason-1": _("First answer without a value"),
    "reason-2": _("Second answer without a value"),
}


class KeysForm(forms.Form):
    """`wanted()` is what set_keys takes."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, stored: Mapping[str, str]) -> None:
        super().__init__(data, initial=keys_of(stored), prefix="key")
        for action in USUAL:
            label = _LABELS.get(action) or _("Answer %(place)s") % {"place": action.removeprefix("answer-")}
            # Three characters, so that a pasted word is refused in words and not cut to its first letter.
            self.fields[action] = forms.CharField(
                label=label,
                max_length=3,
                error_messages={"max_length": _("One character.")},
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "size": 2}
                ),
            )

    def wanted(self) -> dict[str, str]:
        """action -> key as typed."""
        return {action: self.cleaned_data[action] for action in USUAL}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            typed = {action: cleaned[action] for action in USUAL if action in cleaned}
            checked_keys(typed, names={action: str(self.fields[action].label) for action in USUAL})
        except BadKeys as problem:
            for action, words in problem.problems.items():
                if action not in self.errors:
                    self.add_error(action, words)
        return cleaned
