from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from django.utils import timezone

from annotate.intervals import wilson
from annotate.models import Study, StudyQuestion, StudyResult
from annotate.selectors.studies import Judged, basis_of, judged


def compute_study_result(*, study: Study) -> StudyResult:
    """Win rates, sign tests and strengths of every question, kept as a row. For the default worker: needs numpy.

    The basis is read before the answers: what comes in meanwhile makes the result stale, never wrongly fresh.
    """
    basis = basis_of(study)
    answers: dict[int, list[Judged]] = defaultdict(list)
    for each in judged(study):
        answers[each.question].append(each)
    questions = StudyQuestion.objects.filter(study=study).order_by("position")
    found = {"questions": [_question(question, answers[question.pk], study.systems) for question in questions]}
    row, _ = StudyResult.objects.update_or_create(
        study=study, defaults={"basis": basis, "found": found, "computed_at": timezone.now()}
    )
    return row


def _question(question: StudyQuestion, given: Sequence[Judged], systems: Sequence[str]) -> dict[str, Any]:
    # Deferred: numpy, which the web part is installed without.
    from annotate.preferences import Preference, bradley_terry, by_context, holm, sign_test, win_rate

    said = [Preference(each.context, each.first, each.second, each.outcome) for each in given]
    votes = by_context(said)
    pairs: list[dict[str, Any]] = []
    for first, second in combinations(sorted(systems), 2):
        test, raw = sign_test(votes, first, second), sign_test(said, first, second)
        if not raw.wins + raw.losses + raw.equals:
            continue
        pairs.append(
            {
                "first": first,
                "second": second,
                "answers": {"first": raw.wins, "equal": raw.equals, "second": raw.losses},
                "contexts": {"first": test.wins, "equal": test.equals, "second": test.losses},
                "win_rate": win_rate(said, first, second).json(),
                "chance": test.chance,
                "chance_reason": test.reason,
            }
        )
    for pair, adjusted in zip(pairs, holm([pair["chance"] for pair in pairs]), strict=True):
        pair["chance_holm"] = adjusted
    return {
        "id": question.pk,
        "name": question.name,
        "text": question.text,
        "answers": len(given),
        "judges": len({each.rater for each in given}),
        "contexts": len({each.context for each in given}),
        "pairs": pairs,
        "strengths": [{"system": name, **strength.json()} for name, strength in bradley_terry(said).items()],
        "sides": _sides(given),
        "agreement": _agreement(given),
    }


def _sides(given: Sequence[Judged]) -> dict[str, Any]:
    """How often side A was preferred where a side was: half, if sides make no difference."""
    counts = Counter(each.side for each in given)
    decided = counts["a"] + counts["b"]
    low, high = wilson(counts["a"], decided) if decided else (None, None)
    return {"a": counts["a"], "b": counts["b"], "equal": counts["equal"], "low": low, "high": high}


def _agreement(given: Sequence[Judged]) -> dict[str, Any]:
    """Of all two judges of one pair, how many said the same (of three answers)."""
    by_pair: dict[int, list[float]] = defaultdict(list)
    for each in given:
        by_pair[each.pair].append(each.outcome)
    two = [(one, other) for outcomes in by_pair.values() for one, other in combinations(outcomes, 2)]
    return {"same": sum(one == other for one, other in two), "compared": len(two)}
