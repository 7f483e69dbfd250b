from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from people.models import User
from scoring.models import Evidence, PairVerdict


class UnknownVerdict(ValueError):
    """There is no such verdict, or no such pair."""


def judge_pair(*, evidence: Evidence, pair: int, verdict: str, by: User) -> PairVerdict:
    """Keep one person's verdict on one question-answer pair; a second one replaces the first."""
    pairs = evidence.detail.get("pairs") or []
    if verdict not in PairVerdict.Verdict.values or not 0 <= pair < len(pairs):
        raise UnknownVerdict(_("no verdict “%(verdict)s” on pair %(pair)s") % {"verdict": verdict, "pair": pair})
    row, _made = PairVerdict.objects.update_or_create(
        prediction_id=evidence.prediction_id,
        pair=pair,
        made_by=by,
        defaults={
            "verdict": verdict,
            "question": pairs[pair].get("question", ""),
            "answer": pairs[pair].get("answer", ""),
            "made_at": timezone.now(),
        },
    )
    return row
