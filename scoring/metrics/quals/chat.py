"""What QUALS says of chit-chat when it is made to score it: responses of BEGIN's CMU dev, from a fixed
half of its contexts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from scoring.metrics.claims import claims_nothing
from scoring.metrics.evaluation.agreement_with_people import auc
from scoring.metrics.evaluation.grounded_sets import GroundedItem, data_folder, read
from scoring.metrics.evaluation.no_claim import half, rule_rows, topical_chat_counts

_CLASSES = ("Fully attributable", "Not fully attributable")
_CHAT = "taken out by the rule"
_SEED = 7


def chat_items(count: int) -> dict[str, list[GroundedItem]]:
    """`count` responses that the rule takes out, and as many of each class that it leaves."""
    items = [item for item in read("begin-cmu", data_folder()) if half(item) == 1]
    random.Random(_SEED).shuffle(items)  # noqa: S311  reproducible, not secret
    found = {_CHAT: [item for item in items if claims_nothing(item.text)][:count]}
    for name in _CLASSES:
        found[name] = [item for item in items if item.label == name and not claims_nothing(item.text)][:count]
    return found


def chat_rows(classes: Mapping[str, Sequence[GroundedItem]], done: Mapping[str, Any]) -> list[str]:
    """Rows of Markdown: how many had pairs, the median, and the chance to lie above a fully attributable response."""
    values = {
        name: [float(done[item.id]["value"]) for item in items if done.get(item.id, {}).get("value") is not None]
        for name, items in classes.items()
    }
    usual = values[_CLASSES[0]]
    rows = [
        "| responses | scored | without a pair | median QUALS | chance to be above a fully attributable one |",
        "|---|---|---|---|---|",
    ]
    for name, items in classes.items():
        asked = sum(item.id in done for item in items)
        held = values[name]
        above = "–"
        if name != _CLASSES[0] and held and usual:
            human = np.array([1.0] * len(held) + [0.0] * len(usual))
            above = f"{auc(np.array(held + usual), human):.2f}"
        shown = f"{median(held):.2f}" if held else "–"
        rows.append(f"| {name} | {asked} | {asked - len(held)} | {shown} | {above} |")
    return rows


def chat_section(classes: Mapping[str, Sequence[GroundedItem]], done: Mapping[str, Any], signature: str) -> list[str]:
    """The part of the page about turns that claim nothing."""
    counts = topical_chat_counts(data_folder() / "topical_chat" / "conversations")
    none, turns = (sum(each[place] for each in counts.values()) for place in (0, 1))
    by_source = "; ".join(
        f"cites {name}: {some:,} of {all_:,} ({some / all_:.1%})" for name, (some, all_) in counts.items()
    )
    return [
        "## Turns that claim nothing",
        "",
        "A turn whose content words are all words of chat (`scoring/metrics/claims.py`) gets the reason `no claim` and",
        f"no number. In Topical-Chat that is {none:,} of {turns:,} turns ({none / turns:.1%}; {by_source}).",
        "Against the class Generic of BEGIN, no set with many of which was kept unseen:",
        "",
        *rule_rows(),
        "",
        "With the rule switched off, on responses of BEGIN CMU:",
        "",
        *chat_rows(classes, done),
        "",
        f"Signature: `{signature}`",
    ]
