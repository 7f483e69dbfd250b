"""What judges of studies chose, in a release: which choices, in which words, and what the manifest says of the studies.

A choice is about two responses, so it goes out where the release holds both, in the line of the one on side A. It
belongs to no campaign: a release of one campaign's ratings holds none.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from annotate.models import Choice, Study
from annotate.selectors.studies import COUNTED
from annotate.slices import conversations_in
from scoring.models import Release

# What both ways of writing choices ask, of a choice and the note on its pair (annotate.selectors.studies.COUNTED).
# `c` is the conversation on side A, `b` the one on side B; `all` are the release's conversations.
_FROM = """
FROM annotate_studypair o
JOIN annotate_studyplace w ON w.pair_id = o.id AND w.state = 'submitted'
JOIN annotate_choice r ON r.place_id = w.id AND r.current AND r.question_id IS NOT NULL AND r.erased_at IS NULL
JOIN annotate_studyquestion q ON q.id = r.question_id
JOIN annotate_study s ON s.id = o.study_id
JOIN annotate_rater u ON u.id = w.rater_id
JOIN annotate_conversation b ON b.id = CASE WHEN w.turned THEN o.first_id ELSE o.second_id END
LEFT JOIN annotate_choice n ON n.place_id = w.id AND n.current AND n.question_id IS NULL AND n.erased_at IS NULL
"""
# Not one CASE: this way the indexes of both columns are used.
_ON_SIDE_A = "((o.first_id = c.id AND NOT w.turned) OR (o.second_id = c.id AND w.turned))"
_WITHIN = "b.id = ANY(%(all)s) AND %(campaign)s::bigint IS NULL"


def choices_in_lines(rater: str) -> str:
    """The part of a conversation's line in JSONL; `rater` is the SQL of a rater's name in the release."""
    return f"""'choices', coalesce((SELECT json_agg(x) FROM (
    SELECT s.name AS study, q.name AS question, b.external_id AS against, b.system AS against_system, r.answer,
      {rater} AS rater, coalesce(n.note, '') AS note, r.revision, r.made_at, w.active_ms
    {_FROM} WHERE {_ON_SIDE_A} AND {_WITHIN}
    ORDER BY s.id, o.position, u.id, q.position) x), '[]'::json),"""  # noqa: S608 (constants of this file and rows.py)


def choices_as_rows(rater: str, known: str) -> str:
    """The choices in the columns of CSV and Parquet (rows.COLUMNS). rater, known: the SQL of those two."""
    return f"""
SELECT c.external_id, c.split, c.topic, c.config, c.system, NULL, NULL, NULL, q.name, NULL,
       'choice', {rater}, CASE r.answer WHEN 'a' THEN 1 WHEN 'b' THEN 0 ELSE 0.5 END, r.answer, NULL::float,
       NULL::float, NULL::float, '', coalesce(n.note, ''), '', r.made_at::text, NULL, w.active_ms, NULL::float,
       s.name, b.external_id, b.system,
       {known}
{_FROM} JOIN annotate_conversation c ON c.id = CASE WHEN w.turned THEN o.second_id ELSE o.first_id END
WHERE c.id = ANY(%(ids)s) AND {_WITHIN}"""


def choices_of(release: Release) -> QuerySet[Choice]:
    """The choices that the release holds. One query."""
    if release.campaign_id:
        return Choice.objects.none()
    ids = conversations_in(release.corpus, release.slice).values("pk")
    return Choice.objects.filter(COUNTED, place__pair__first__in=ids, place__pair__second__in=ids)


def studies_in_words(release: Release) -> list[dict[str, Any]]:
    """What the manifest says of each study with choices in the release. Three queries."""
    counts = choices_of(release).order_by().values_list("place__pair__study").annotate(count=Count("pk"))
    held = dict(counts)
    return [
        {
            "name": study.name,
            "systems": study.systems,
            "judges": study.judges,
            "seed": study.seed,
            "questions": [{"name": row.name, "text": row.text} for row in study.questions.all()],
            "choices": held[study.pk],
        }
        for study in Study.objects.filter(pk__in=held).prefetch_related("questions").order_by("pk")
    ]
