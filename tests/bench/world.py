"""What is measured on: conversations of 12 turns with reading sets, two ratings a turn and a model's predictions."""

from __future__ import annotations

import random

from django.db import connection

from annotate.actions.create_campaign import Question, create_campaign
from annotate.actions.import_corpus import import_corpus
from annotate.actions.open_campaign import open_campaign
from annotate.importing.records import (
    ConversationRecord,
    PassageRecord,
    RatingRecord,
    SectionRecord,
    TurnRecord,
)
from annotate.models import Campaign, Corpus, DimensionVersion
from people.actions.make_token import make_token
from people.models import Role, Scope, User
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.models import Checkpoint

KEY = "bench"
_WORDS = [
    "the",
    "music",
    "of",
    "rain",
    "was",
    "known",
    "to",
    "sailors",
    "before",
    "bridges",
    "crossed",
    "any",
    "river",
    "and",
    "maps",
    "had",
    "colours",
]


def records(conversations: int, turns: int) -> list[ConversationRecord]:
    """Seeded, so that every machine measures the same rows."""
    dice = random.Random(7)

    def text() -> str:
        return " ".join(dice.choices(_WORDS, k=18))

    return [
        ConversationRecord(
            external_id=f"bench-{number:06d}",
            split=("train", "dev", "test")[number % 3],
            topic=("music", "sports", "books", "movies")[number % 4],
            config="ABCD"[number % 4],
            turns=tuple(TurnRecord(f"agent_{turn % 2 + 1}", text(), ("FS1",)) for turn in range(turns)),
            sections=tuple(
                SectionRecord(f"agent_{agent}", f"FS{key}", "Rain", (PassageRecord("fact", None, text()),))
                for agent in (1, 2)
                for key in (1, 2, 3)
            ),
            ratings=tuple(
                RatingRecord(turn, "interaction_quality", f"rater-{rater}", float(dice.randint(1, 5)))
                for turn in range(turns)
                for rater in (1, 2)
            ),
        )
        for number in range(conversations)
    ]


def build(conversations: int, turns: int) -> tuple[Corpus, Campaign, Checkpoint, dict[str, str]]:
    """Everything in the database, and a token per role."""
    corpus = Corpus.objects.create(key=KEY, name="Bench", format="jsonl", synthetic=True)
    report = import_corpus(corpus=corpus, records=records(conversations, turns))
    print(f"import: {report.conversations} conversations, {report.turns} turns, {report.ratings} ratings, "
          f"{report.seconds:.1f} s")  # fmt: skip
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    consistency = DimensionVersion.objects.get(dimension__key="factual_consistency", number=1)
    checkpoint = Checkpoint.objects.create(
        metric="iq", name="bench", digest="0" * 64, dimension_version=version, signature="bench|v:1", active=True
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scoring_prediction (conversation_id, turn_id, checkpoint_id, dimension_version_id, signature,"
            " value, low, high, reason, input_sha256, made_at) SELECT t.conversation_id, t.id, %s, %s, 'bench|v:1',"
            " 1 + (t.id %% 9) * 0.5, 1, 5, '', '', now() FROM annotate_turn t"
            " JOIN annotate_conversation c ON c.id = t.conversation_id WHERE c.corpus_id = %s",
            [checkpoint.pk, version.pk, corpus.pk],
        )
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    campaign = create_campaign(
        name="Bench", corpus=corpus, questions=[Question(version), Question(consistency)], by=None, overlap=3
    )
    campaign = open_campaign(campaign=campaign, by=None)
    tokens = {}
    for role in Role.values:
        user = User.objects.create_user(username=f"bench-{role}", role=role)
        scopes = [Scope.READ, Scope.RATE, Scope.RUN]
        _, tokens[role] = make_token(user=user, name="bench", scopes=scopes, days=1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return corpus, campaign, checkpoint, tokens
