from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from django.db import transaction

from annotate.actions.import_corpus import ImportReport, import_corpus
from annotate.importing.records import ConversationRecord, RatingRecord
from annotate.importing.topical_chat import read
from annotate.models import Corpus

FOLDER = Path(__file__).resolve().parent.parent / "sample"
KEY = "synthetic-sample"


@transaction.atomic
def load_sample() -> ImportReport:
    """The synthetic corpus that we wrote, with its synthetic raters' votes."""
    corpus, _ = Corpus.objects.get_or_create(
        key=KEY,
        defaults={
            "name": "Sample",
            "description": "Synthetic: written by us to try things out. People, bands and towns in it are invented.",
            "licence": "Apache-2.0, as the code",
            "format": "topical_chat",
            "synthetic": True,
        },
    )
    names = ("conversations.json", "reading_sets.json", "entity_to_topic.json")
    records = read([(name, (FOLDER / name).read_bytes()) for name in names])
    return import_corpus(corpus=corpus, records=_with_votes(records))


def _with_votes(records: list[ConversationRecord]) -> list[ConversationRecord]:
    """Add the votes of ratings.jsonl: {conversation, turn (from 0), dimension, rater, value or reason} a line."""
    votes: dict[str, list[RatingRecord]] = defaultdict(list)
    for line in (FOLDER / "ratings.jsonl").read_text().splitlines():
        vote = json.loads(line)
        votes[vote["conversation"]].append(
            RatingRecord(vote["turn"], vote["dimension"], vote["rater"], vote.get("value"), vote.get("reason", ""))
        )
    return [replace(each, split="sample", ratings=(*each.ratings, *votes[each.external_id])) for each in records]
