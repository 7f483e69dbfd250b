"""A form for a slice of a corpus: shared by runs and releases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from annotate.models import Corpus


class SliceForm(forms.Form):
    """Which conversations. Filters that are left blank do not filter."""

    corpus = forms.ModelChoiceField(
        label=gettext_lazy("Corpus"), queryset=Corpus.objects.order_by("name"), empty_label=None
    )
    split = forms.CharField(label=gettext_lazy("Split"), required=False, max_length=64)
    topic = forms.CharField(label=gettext_lazy("Topic"), required=False, max_length=100)
    config = forms.CharField(label=gettext_lazy("Config"), required=False, max_length=32)
    limit = forms.IntegerField(
        label=gettext_lazy("Limit"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Only the first so many conversations."),
    )

    def slice(self) -> dict[str, Any]:
        """The slice as runs, campaigns and releases store it."""
        return {
            name: self.cleaned_data[name] for name in ("split", "topic", "config", "limit") if self.cleaned_data[name]
        }
