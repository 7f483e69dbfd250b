"""Results of a study as they were last computed, and its choices as a table. For scientists and admins only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annotate.models import Choice, Study, StudyResult
from annotate.selectors.studies import basis_of, counted_choices, outcome_of


@dataclass(frozen=True, slots=True)
class Results:
    """`results` as compute_study_result keeps them; None before the first time. `fresh`: nothing came in since."""

    study: Study
    fresh: bool
    computed_at: datetime | None
    results: dict[str, Any] | None


def results_of(study: Study) -> Results:
    """Two queries; one where the study comes with its result."""
    row: StudyResult | None = getattr(study, "result", None)
    if row is None:
        return Results(study, False, None, None)
    return Results(study, row.basis == basis_of(study), row.computed_at, row.found)


CHOICE_COLUMNS = (
    "pair", "context", "response_a", "system_a", "response_b", "system_b", "judge", "question", "answer", "preferred",
    "revision", "active_ms", "made_at", "note",
)  # fmt: skip


def choice_rows(study: Study) -> Iterator[tuple[Any, ...]]:
    """Every counted choice in CHOICE_COLUMNS. Judges are numbered within the study: no name, no pseudonym.

    The note is the judge's on the pair, the active time the one spent on the pair: both stand at each of its answers.
    One query, streamed, and one for the notes.
    """
    written = Choice.objects.filter(place__pair__study=study, current=True, question=None).exclude(note="")
    notes = dict(written.values_list("place", "note"))
    judges: dict[int, int] = {}
    found = counted_choices(study).select_related(
        "question", "place__pair__first", "place__pair__second", "place__pair__context"
    )
    for choice in found.iterator(2000):
        place, pair = choice.place, choice.place.pair
        assert choice.question is not None  # counted_choices leaves notes out
        a, b = (pair.second, pair.first) if place.turned else (pair.first, pair.second)
        outcome = outcome_of(choice.answer, turned=place.turned)
        preferred = "" if outcome == 0.5 else (pair.first if outcome == 1 else pair.second).system
        yield (
            pair.position + 1, pair.context.external_id, a.external_id, a.system, b.external_id, b.system,
            judges.setdefault(place.rater_id, len(judges) + 1), choice.question.name, choice.answer, preferred,
            choice.revision, place.active_ms, choice.made_at.isoformat(), notes.get(place.pk, ""),
        )  # fmt: skip
