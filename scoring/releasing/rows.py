"""The rows of a release, streamed by a server-side cursor inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from annotate.selectors.given import GIVEN
from annotate.slices import conversations_in
from scoring.models import Release
from scoring.releasing.choices import choices_as_rows, choices_in_lines

# A person of ours has another name in each release: a keyed digest, so that releases cannot be joined on people.
_RATER = """CASE WHEN u.user_id IS NULL THEN u.pseudonym ELSE
    'annotator-' || left(encode(sha256(convert_to(%(key)s || u.id::text, 'UTF8')), 'hex'), 12) END"""
_SLICE = "c.id = ANY(%(ids)s)"

# Answers to these are in no release, since they measure the rater; but what a conversation was used for in any campaign
# is said, so that nobody evaluates on what raters (or a model of theirs) were taught with.
_PURPOSE = """CASE WHEN i.purpose = 'gold' AND EXISTS (
    SELECT FROM annotate_knownanswer w WHERE w.item_id = i.id AND w.say <> '') THEN 'attention' ELSE i.purpose END"""
_KNOWN = f"""coalesce((SELECT string_agg(DISTINCT {_PURPOSE}, '|') FROM annotate_campaignitem i
    WHERE i.conversation_id = c.id AND i.purpose <> 'work'), '')"""  # noqa: S608 (a constant is put in)

# Two things make this fast enough for a hundred megabytes. The innermost query (OFFSET 0 keeps it one) puts the narrow
# rows in order before any JSON is built: sorting the finished lines would write all of them to disk once more. And rows
# become objects by json_agg(row), which looks their column types up once; json_build_object does so for every value.
CONVERSATIONS = f"""
SELECT replace(json_build_object(
  'id', c.external_id, 'split', c.split, 'topic', c.topic, 'config', c.config, 'system', c.system,
  'alternative_of', (SELECT a.external_id FROM annotate_conversation a WHERE a.id = c.alternative_of_id),
  'extra', c.extra,
  'turns', (SELECT json_agg(x) FROM (
    SELECT t.speaker, t.text, t.cited, t.at, t.extra
    FROM annotate_turn t WHERE t.conversation_id = c.id ORDER BY t."index") x),
  'knowledge', coalesce((SELECT json_agg(x) FROM (
    SELECT k.speaker, k.key, k.title, k.passages
    FROM annotate_knowledgesection k WHERE k.conversation_id = c.id ORDER BY k.position, k.id) x), '[]'::json),
  'ratings', coalesce((SELECT json_agg(x) FROM (
    SELECT t."index" AS turn, d.key AS dimension, v.number AS version, {_RATER} AS rater,
      coalesce(to_json(r.number), to_json(r.label), to_json(r.labels)) AS value,
      r.reason, r.note, r.revision, r.made_at, coalesce(g.name, r.origin->>'campaign') AS campaign,
      coalesce(m.active_ms, (r.origin->>'active_ms')::bigint) AS active_ms, r.evidence
    FROM annotate_rating r
    JOIN annotate_dimensionversion v ON v.id = r.dimension_version_id
    JOIN annotate_dimension d ON d.id = v.dimension_id
    JOIN annotate_rater u ON u.id = r.rater_id
    LEFT JOIN annotate_turn t ON t.id = r.turn_id
    LEFT JOIN annotate_task k ON k.id = r.task_id
    LEFT JOIN annotate_campaignitem i ON i.id = k.item_id
    LEFT JOIN annotate_campaign g ON g.id = i.campaign_id
    LEFT JOIN annotate_turntime m ON m.task_id = k.id AND m.turn_index = t."index"
    WHERE r.conversation_id = c.id AND r.current AND r.reason <> 'cleared'
      AND {GIVEN}
      AND (%(campaign)s::bigint IS NULL OR g.id = %(campaign)s)
    ORDER BY t."index" NULLS LAST, d.key, v.number, u.id, r.id) x), '[]'::json),
  /* readings, choices */
  'predictions', coalesce((SELECT json_agg(x) FROM (
    SELECT t."index" AS turn, d.key AS dimension, v.number AS version, h.metric, h.digest AS checkpoint, p.signature,
      p.value, p.low, p.high, p.calibrated, p.reason, p.input_sha256
    FROM scoring_prediction p
    JOIN scoring_checkpoint h ON h.id = p.checkpoint_id
    JOIN annotate_dimensionversion v ON v.id = p.dimension_version_id
    JOIN annotate_dimension d ON d.id = v.dimension_id
    LEFT JOIN annotate_turn t ON t.id = p.turn_id
    WHERE p.conversation_id = c.id
    ORDER BY t."index" NULLS LAST, h.metric, h.id, p.signature) x), '[]'::json),
  'verdicts', coalesce((SELECT json_agg(x) FROM (
    SELECT t."index" AS turn, d.key AS dimension, v.number AS version, j.cause, j.verdict, j.note, j.made_at
    FROM annotate_adjudication j
    JOIN annotate_dimensionversion v ON v.id = j.dimension_version_id
    JOIN annotate_dimension d ON d.id = v.dimension_id
    LEFT JOIN annotate_turn t ON t.id = j.turn_id
    WHERE j.conversation_id = c.id AND j.current
    ORDER BY t."index" NULLS LAST, d.key) x), '[]'::json),
  'pair_verdicts', coalesce((SELECT json_agg(x) FROM (
    SELECT t."index" AS turn, d.key AS dimension, v.number AS version, h.metric, h.digest AS checkpoint, p.signature,
      q.pair, q.question, q.answer, q.verdict, q.made_at
    FROM scoring_pairverdict q
    JOIN scoring_prediction p ON p.id = q.prediction_id
    JOIN scoring_checkpoint h ON h.id = p.checkpoint_id
    JOIN annotate_dimensionversion v ON v.id = p.dimension_version_id
    JOIN annotate_dimension d ON d.id = v.dimension_id
    LEFT JOIN annotate_turn t ON t.id = p.turn_id
    WHERE p.conversation_id = c.id
    ORDER BY t."index" NULLS LAST, h.metric, h.id, p.signature, q.pair, q.id) x), '[]'::json),
  'drawn', coalesce((SELECT json_agg(x) FROM (
    SELECT g.name AS campaign, i.chance
    FROM annotate_campaignitem i JOIN annotate_campaign g ON g.id = i.campaign_id
    WHERE i.conversation_id = c.id AND i.chance IS NOT NULL
      AND (%(campaign)s::bigint IS NULL OR g.id = %(campaign)s)
    ORDER BY g.id) x), '[]'::json),
  'known', coalesce((SELECT json_agg(x) FROM (
    SELECT g.name AS campaign, {_PURPOSE} AS purpose, i.withdrawn
    FROM annotate_campaignitem i JOIN annotate_campaign g ON g.id = i.campaign_id
    WHERE i.conversation_id = c.id AND i.purpose <> 'work'
    ORDER BY g.id) x), '[]'::json)
)::text, E'\\n', ''), c.turn_count
FROM (SELECT * FROM annotate_conversation c WHERE {_SLICE} ORDER BY c.position, c.id OFFSET 0) c
ORDER BY c.position, c.id
"""  # noqa: S608 (only constants of this file are put in; values are bound)

# Where maps between versions concern the release: what its ratings say on other versions.
_READINGS = f"""'readings', coalesce((SELECT json_agg(x) FROM (
    SELECT t."index" AS turn, d.key AS dimension, v.number AS version, {_RATER} AS rater,
      coalesce(to_json(q.number), to_json(q.label), to_json(q.labels)) AS value, q.reason,
      fd.key AS said_dimension, fv.number AS said_version, q.map_id AS map
    FROM annotate_readrating q
    JOIN annotate_rating r ON r.id = q.rating_id
    JOIN annotate_dimensionversion v ON v.id = q.version_id
    JOIN annotate_dimension d ON d.id = v.dimension_id
    JOIN annotate_dimensionversion fv ON fv.id = r.dimension_version_id
    JOIN annotate_dimension fd ON fd.id = fv.dimension_id
    JOIN annotate_rater u ON u.id = q.rater_id
    LEFT JOIN annotate_turn t ON t.id = q.turn_id
    LEFT JOIN annotate_task k ON k.id = q.task_id
    LEFT JOIN annotate_campaignitem i ON i.id = k.item_id
    WHERE q.conversation_id = c.id AND q.map_id IS NOT NULL AND q.forward AND q.current AND q.reason <> 'cleared'
      AND {GIVEN}
      AND (%(campaign)s::bigint IS NULL OR i.campaign_id = %(campaign)s)
    ORDER BY t."index" NULLS LAST, d.key, v.number, u.id, r.id) x), '[]'::json),"""  # noqa: S608


def lines_sql(*, readings: bool, choices: bool) -> str:
    """The statement for the lines of JSONL; what the release has none of costs nothing."""
    parts = (_READINGS if readings else "") + (choices_in_lines(_RATER) if choices else "")
    return CONVERSATIONS.replace("/* readings, choices */", parts)


JUDGEMENTS = f"""
SELECT c.external_id, c.split, c.topic, c.config, c.system, t."index", t.speaker, t.text, d.key, v.number,
       'rating', {_RATER}, r.number, coalesce(r.label, array_to_string(r.labels, '|')), NULL::float, NULL::float,
       NULL::float, r.reason, r.note, '', r.made_at::text,
       coalesce(g.name, r.origin->>'campaign'), coalesce(m.active_ms, (r.origin->>'active_ms')::bigint), i.chance,
       NULL, NULL, NULL,
       {_KNOWN}
FROM annotate_rating r
JOIN annotate_conversation c ON c.id = r.conversation_id
JOIN annotate_dimensionversion v ON v.id = r.dimension_version_id
JOIN annotate_dimension d ON d.id = v.dimension_id
JOIN annotate_rater u ON u.id = r.rater_id
LEFT JOIN annotate_turn t ON t.id = r.turn_id
LEFT JOIN annotate_task k ON k.id = r.task_id
LEFT JOIN annotate_campaignitem i ON i.id = k.item_id
LEFT JOIN annotate_campaign g ON g.id = i.campaign_id
LEFT JOIN annotate_turntime m ON m.task_id = k.id AND m.turn_index = t."index"
WHERE {_SLICE} AND r.current AND r.reason <> 'cleared' AND {GIVEN}
  AND (%(campaign)s::bigint IS NULL OR g.id = %(campaign)s)
UNION ALL
SELECT c.external_id, c.split, c.topic, c.config, c.system, t."index", t.speaker, t.text, d.key, v.number,
       'reading', {_RATER}, q.number, coalesce(q.label, array_to_string(q.labels, '|')), NULL::float, NULL::float,
       NULL::float, q.reason, '', 'map:' || q.map_id, NULL, g.name, NULL, i.chance, NULL, NULL, NULL,
       {_KNOWN}
FROM annotate_readrating q
JOIN annotate_conversation c ON c.id = q.conversation_id
JOIN annotate_dimensionversion v ON v.id = q.version_id
JOIN annotate_dimension d ON d.id = v.dimension_id
JOIN annotate_rater u ON u.id = q.rater_id
LEFT JOIN annotate_turn t ON t.id = q.turn_id
LEFT JOIN annotate_task k ON k.id = q.task_id
LEFT JOIN annotate_campaignitem i ON i.id = k.item_id
LEFT JOIN annotate_campaign g ON g.id = i.campaign_id
WHERE {_SLICE} AND q.map_id IS NOT NULL AND q.forward AND q.current AND q.reason <> 'cleared'
  AND {GIVEN} AND (%(campaign)s::bigint IS NULL OR g.id = %(campaign)s)
UNION ALL
SELECT c.external_id, c.split, c.topic, c.config, c.system, t."index", t.speaker, t.text, d.key, v.number,
       'prediction', h.metric || ' ' || left(h.digest, 12), p.value, NULL, p.low, p.high, p.calibrated, p.reason, '',
       p.signature, p.made_at::text, NULL, NULL, NULL, NULL, NULL, NULL,
       {_KNOWN}
FROM scoring_prediction p
JOIN annotate_conversation c ON c.id = p.conversation_id
JOIN scoring_checkpoint h ON h.id = p.checkpoint_id
JOIN annotate_dimensionversion v ON v.id = p.dimension_version_id
JOIN annotate_dimension d ON d.id = v.dimension_id
LEFT JOIN annotate_turn t ON t.id = p.turn_id
WHERE {_SLICE}
UNION ALL
SELECT c.external_id, c.split, c.topic, c.config, c.system, t."index", t.speaker, t.text, d.key, v.number,
       'pair verdict', h.metric || ' ' || left(h.digest, 12), NULL, q.verdict, NULL, NULL, NULL, '',
       q.question || ' → ' || q.answer, p.signature, q.made_at::text, NULL, NULL, NULL, NULL, NULL, NULL,
       {_KNOWN}
FROM scoring_pairverdict q
JOIN scoring_prediction p ON p.id = q.prediction_id
JOIN annotate_conversation c ON c.id = p.conversation_id
JOIN scoring_checkpoint h ON h.id = p.checkpoint_id
JOIN annotate_dimensionversion v ON v.id = p.dimension_version_id
JOIN annotate_dimension d ON d.id = v.dimension_id
LEFT JOIN annotate_turn t ON t.id = p.turn_id
WHERE {_SLICE}
UNION ALL{choices_as_rows(_RATER, _KNOWN)}
ORDER BY 1, 6 NULLS LAST, 9, 11 DESC, 12, 20, 19, 21, 25, 26
"""  # noqa: S608
COLUMNS = (
    "conversation", "split", "topic", "config", "system", "turn", "speaker", "text", "dimension", "version",
    "kind", "by", "value", "label", "low", "high",
    "calibrated", "reason", "note", "signature", "made_at", "campaign", "active_ms", "chance",
    "study", "against", "against_system",
    "known",
)  # fmt: skip


def conversation_ids(release: Release) -> list[int]:
    """The conversations of the release, in its order. One query."""
    return list(conversations_in(release.corpus, release.slice).values_list("pk", flat=True))


def stream(
    sql: str, release: Release, ids: list[int], using: BaseDatabaseWrapper | None = None, *, within: list[int]
) -> Iterator[tuple[Any, ...]]:
    """The query's rows for these conversations of the release, 500 at a time from the server.

    within: all of the release's conversations, where `ids` are a part of them.
    """
    arguments = {"ids": ids, "all": within, "key": release.pseudonym_key, "campaign": release.campaign_id}
    database = using or connections["default"]
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # compiling these statements takes longer than it saves
    with database.chunked_cursor() as cursor:
        cursor.itersize = 500  # type: ignore[attr-defined]  # psycopg's own
        cursor.execute(sql, arguments)
        yield from cursor
