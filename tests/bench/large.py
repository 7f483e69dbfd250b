"""A corpus of 100,000 conversations, and one of 50,000 turns with three metrics, written by the database itself."""

from __future__ import annotations

from typing import Any

from django.db import connection

LONG = "large"
WIDE = "wide"

_CONVERSATIONS = """
INSERT INTO annotate_conversation
  (corpus_id, external_id, position, split, topic, config, system, turn_count, content_hash, extra)
SELECT %(corpus)s, 'c' || n, n, (ARRAY['train','dev','test'])[1 + n %% 3],
       (ARRAY['Music','Sports','Books'])[1 + n %% 3], (ARRAY['A','B','C','D'])[1 + n %% 4],
       '', %(turns)s, lpad(to_hex(n), 64, '0'), '{}'
FROM generate_series(1, %(conversations)s) n
"""
_TURNS = """
INSERT INTO annotate_turn (conversation_id, index, speaker, text, cited, extra)
SELECT c.id, t, 'agent_' || (1 + t %% 2), 'Did you know that rain was known to sailors? ' || t, '{}', '{}'
FROM annotate_conversation c, generate_series(0, %(turns)s - 1) t WHERE c.corpus_id = %(corpus)s
"""
_RATINGS = """
INSERT INTO annotate_rating
  (conversation_id, turn_id, dimension_version_id, rater_id, number, reason, note, revision, current, made_at)
SELECT t.conversation_id, t.id, %(version)s, r.id, 1 + (t.id * 7 + r.id * 3 + t.id %% 11) %% 5, '', '', 1, true, now()
FROM annotate_turn t JOIN annotate_conversation c ON c.id = t.conversation_id
JOIN annotate_rater r ON r.corpus_id = c.corpus_id WHERE c.corpus_id = %(corpus)s
"""
_PREDICTIONS = """
INSERT INTO scoring_prediction (conversation_id, turn_id, checkpoint_id, dimension_version_id, signature, value, low,
  high, reason, input_sha256, made_at)
SELECT t.conversation_id, t.id, %(checkpoint)s, %(version)s, %(signature)s, 1 + (t.id * %(step)s %% 41) * 0.1, 1, 5, '',
       '', now()
FROM annotate_turn t JOIN annotate_conversation c ON c.id = t.conversation_id WHERE c.corpus_id = %(corpus)s
"""


def build(*, conversations: int, turns: int, key: str, metrics: int) -> Any:
    """The corpus with two ratings and `metrics` predictions a turn; comparisons of the first metric. Gives its row."""
    from annotate.models import Corpus, DimensionVersion, Rater
    from scoring.actions.refresh_comparisons import refresh_comparisons
    from scoring.models import Checkpoint

    corpus = Corpus.objects.create(key=key, name=key.title(), format="jsonl", synthetic=True)
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    Rater.objects.bulk_create(Rater(corpus=corpus, pseudonym=f"rater-{number}") for number in (1, 2))
    given = {"corpus": corpus.pk, "turns": turns, "conversations": conversations, "version": version.pk}
    with connection.cursor() as cursor:
        for statement in (_CONVERSATIONS, _TURNS, _RATINGS):
            cursor.execute(statement, given)
        checkpoints = []
        for number in range(metrics):
            name = f"{key} {number}"
            row, _ = Checkpoint.objects.get_or_create(
                metric=f"{key}-{number}", name=name, digest=f"{number}" * 64, dimension_version=version,
                signature=f"{key}|{number}", active=True,
            )  # fmt: skip
            checkpoints.append(row)
            more = {"checkpoint": row.pk, "signature": row.signature, "step": 7 + 12 * number}
            cursor.execute(_PREDICTIONS, given | more)
        cursor.execute("ANALYZE")
    refresh_comparisons(corpus=corpus, checkpoint=checkpoints[0], native=True)
    return corpus, checkpoints
