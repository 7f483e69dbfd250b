"""What a checkpoint learnt from, as far as it is known here, and whether a corpus that it is measured on is part of it.

Two things tell. A checkpoint that was trained here knows its release, whose conversations are compared one by one, by
what they hold. One that came with the project has a card, which names its data sets: a corpus whose key, name and
format hold every word of such a name is taken for it, and of that corpus the splits that are called as the card calls
the use ("train", "tune", "calibration", "dev") and conversations without a split are taken for learnt from. That is a
guess by names, and its words say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from annotate.models import Conversation, Corpus
from annotate.slices import conversations_in
from scoring.models import Checkpoint, Release

_ROW = re.compile(r"^\|\s*([^|]+?)\s*\|\s*[^|]*\|\s*(train|tune|calibration|dev)\s*\|\s*$", re.MULTILINE)


def sources_of(card: str) -> dict[str, set[str]]:
    """Data set -> uses, from the table of a card: `| set | licence | use |`."""
    found: dict[str, set[str]] = {}
    for name, use in _ROW.findall(card):
        found.setdefault(name, set()).add(use)
    return found


def overlap_in_words(checkpoint: Checkpoint, corpus: Corpus, conversations: Collection[int]) -> list[str]:
    """Sentences of warning; none where nothing overlaps, or nothing is known. Four queries at most.

    conversations: of the corpus, those that the checkpoint is measured on.
    """
    measured = Conversation.objects.filter(pk__in=conversations)
    release = _release(checkpoint)
    if release is not None:
        learnt = conversations_in(release.corpus, release.slice).values_list("content_hash", flat=True)
        same = measured.filter(content_hash__in=set(learnt)).count()
        if not same:
            return []
        return [
            f"{checkpoint} was trained from release {release.pk}, which holds {same} of the {len(conversations)} "
            "conversations it is measured on."
        ]
    here = _words(f"{corpus.key} {corpus.name} {corpus.format}")
    splits = Counter(measured.values_list("split", flat=True))
    found = []
    for name, uses in sources_of(checkpoint.card).items():
        learnt_from = sum(count for split, count in splits.items() if split == "" or split.lower() in uses)
        if learnt_from and _words(name) <= here:
            found.append(
                f"The card of {checkpoint} names {name} ({', '.join(sorted(uses))}), as this corpus seems to be "
                f"called: {learnt_from} of the {len(conversations)} conversations it is measured on are of such a "
                "split, or of none."
            )
    return found


def _release(checkpoint: Checkpoint) -> Release | None:
    run = checkpoint.trained_by
    asked = run.options.get("release") if run is not None else None
    return Release.objects.select_related("corpus").filter(pk=asked).first() if asked else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))
