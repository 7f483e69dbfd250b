"""What one person reaches on a set that publishes single votes: a rater against the mean of the other raters.

QAGS has three votes a sentence, by the same three people in the same order in all sentences of an article (checked by
their ids). So the first votes are one rater's, and their mean is what that rater said of the article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from annotate.agreement.table import RatingTable
from scoring.correlation.ceiling import human_ceiling
from scoring.metrics.evaluation.grounded_sets import GroundedItem, data_folder, read

VOTES_A_SENTENCE = 3
_WHOLE = ("qags", "qags-sentences")


def of_each_rater(item: GroundedItem) -> list[float]:
    """The item as each of its raters saw it; [] where no votes are published."""
    if len(item.votes) % VOTES_A_SENTENCE:
        raise ValueError(f"{item.id} has {len(item.votes)} votes, not {VOTES_A_SENTENCE} a sentence")
    by_rater = [item.votes[place::VOTES_A_SENTENCE] for place in range(VOTES_A_SENTENCE)]
    return [sum(votes) / len(votes) for votes in by_rater if votes]


def votes_table(items: Sequence[GroundedItem]) -> RatingTable:
    """(group, item, place of the rater, what that rater said) of all items that have votes."""
    return RatingTable.of(
        (item.group, item.id, place, value) for item in items for place, value in enumerate(of_each_rater(item))
    )


def ceiling_rows(sets: Mapping[str, Sequence[GroundedItem]]) -> list[str]:
    """Rows of Markdown: Pearson and Spearman of one rater against the others, for these items and for whole sets."""
    rows = ["| set | items | Pearson | Spearman |", "|---|---|---|---|"]
    lines = {f"{name}, those above": items for name, items in sets.items()}
    lines |= {f"{name}, all": read(name, data_folder()) for name in _WHOLE if {"qags"} & sets.keys()}
    for name, items in lines.items():
        voted = [item for item in items if item.votes]
        if voted:
            found = [str(human_ceiling(votes_table(voted), each)) for each in ("pearson", "spearman")]
            rows.append(f"| {name} | {len(voted)} | {' | '.join(found)} |")
    return rows
