"""Studies as admins and scientists see them: systems by name, how far they are. Never for annotators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from annotate.models import Choice, Conversation, Corpus, Rater, Study, StudyJudge, StudyPair, StudyPlace
from annotate.models.campaign import TaskState
from annotate.models.study import Better
from annotate.pairing import Pair, Response, pairs_of
from annotate.selectors.progress import Progress, by_rater, progress_by, progress_over, skips_among
from annotate.selectors.why_nothing import Nothing
from people.models import User

# A choice that counts: the last word, of a pair that was submitted, by who was not erased; no note.
COUNTED = Q(place__state=TaskState.SUBMITTED, current=True, question__isnull=False, erased_at__isnull=True)
NOT_CHOSEN = noop("This study has chosen judges, and you are not one of them. An administrator can add you.")


def may_judge(study: Study, user: User) -> bool:
    """Whether this annotator is one of the study's judges. One query; none where every annotator is."""
    return (study.open_to_all and not user.named_only) or StudyJudge.objects.filter(study=study, user=user).exists()


def chosen_judges(study: Study) -> list[User]:
    """The people who may judge a study that is not open to every annotator, by name. One query."""
    return list(User.objects.filter(pk__in=study.chosen.values("user")).order_by("username"))


def study_progress(study: Study) -> Progress:
    """How far a study is. One query."""
    return progress_over(StudyPair.objects.filter(study=study))


def studies_with_progress(*, before: int | None = None, size: int = 25) -> list[tuple[Study, Progress]]:
    """A page of studies, newest first, each with how far it is. Two queries."""
    found = Study.objects.select_related("corpus").order_by("-pk")
    if before is not None:
        found = found.filter(pk__lt=before)
    page = list(found[:size])
    sums = progress_by(StudyPair.objects.filter(study__in=page), "study")
    return [(study, sums.get(study.pk, Progress())) for study in page]


def judges_of(study: Study) -> list[dict[str, Any]]:
    """Per judge: pseudonym, counts by state, active milliseconds. One query."""
    return by_rater(StudyPlace.objects.filter(pair__study=study), spent=Sum("active_ms"))


def study_leases_of(study: Study) -> QuerySet[StudyPlace]:
    """Places that are held under a lease, the one that ends first on top. One query."""
    found = StudyPlace.objects.filter(pair__study=study, state=TaskState.OPEN)
    return found.select_related("rater__user", "pair").order_by("lease_until")


def pair_skips_of(study: Study, judges: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """(reason, how often), most frequent first. One query; none where none of `judges_of` skipped anything."""
    return skips_among(StudyPlace.objects.filter(pair__study=study), judges)


def corpora_with_alternatives() -> QuerySet[Corpus]:
    """Corpora in which one context has several responses. One query."""
    several = Conversation.objects.filter(corpus=OuterRef("pk"), alternative_of__isnull=False)
    return Corpus.objects.filter(Exists(several)).order_by("name")


def systems_of(corpus: Corpus) -> list[tuple[str, int]]:
    """(system, how many responses of contexts with several) of a corpus, by name. One query."""
    found = _alternatives(corpus).values_list("system").annotate(count=Count("pk")).order_by("system")
    return list(found)


def _alternatives(corpus: Corpus) -> QuerySet[Conversation]:
    """Conversations with a named system that share their context with another."""
    has_others = Exists(Conversation.objects.filter(alternative_of=OuterRef("pk")))
    found = Conversation.objects.filter(Q(alternative_of__isnull=False) | has_others, corpus=corpus)
    return found.exclude(system="")


def planned_pairs(study: Study) -> list[Pair]:
    """The pairs that opening the study lays out, in their order. One query."""
    contexts: dict[int, list[Response]] = defaultdict(list)
    rows = _alternatives(study.corpus).filter(system__in=study.systems)
    for pk, root, system in rows.values_list("pk", "alternative_of", "system").order_by("pk"):
        contexts[root or pk].append(Response(pk, system))
    return pairs_of(contexts, study.systems, seed=study.seed, limit=study.contexts_wanted)


def why_no_pair(study: Study, rater: Rater | None, *, now: datetime | None = None) -> Nothing:
    """Why there is no free place for this judge (None: someone who has not begun). At most three queries."""
    now = now or timezone.now()
    if not StudyPair.objects.filter(study=study, submitted__lt=F("required_raters")).exists():
        return Nothing(gettext("All pairs of this study have been judged."))
    others = StudyPlace.objects.filter(pair__study=study, state=TaskState.OPEN).exclude(rater=rater)
    settled = StudyPlace.objects.filter(
        pair=OuterRef("pair"), rater=rater, state__in=(TaskState.SUBMITTED, TaskState.SKIPPED)
    )
    first = others.filter(~Exists(settled)).order_by("lease_until").first()
    if first is not None and first.lease_until is not None:
        until = max(first.lease_until, now)
        return Nothing(
            gettext("The pairs left are reserved by others until %(time)s (UTC).") % {"time": f"{until:%H:%M}"}, until
        )
    return Nothing(gettext("Nothing is left for you: you have judged or skipped every pair that still needs judges."))


@dataclass(frozen=True, slots=True)
class Judged:
    """One counted answer, by what was compared instead of by side. `outcome`: 1 first better, 0 second, 0.5 equal."""

    question: int
    context: int
    pair: int
    first: str
    second: str
    outcome: float
    side: str  # as it was said: a, b, equal
    rater: int


def judged(study: Study) -> Iterator[Judged]:
    """Every counted answer: current, of a submitted place, not erased. One query, streamed."""
    rows = counted_choices(study).values_list(
        "question_id", "place__pair__context_id", "place__pair_id", "place__pair__first__system",
        "place__pair__second__system", "answer", "place__turned", "place__rater_id",
    )  # fmt: skip
    for question, context, pair, first, second, answer, turned, rater in rows.iterator(2000):
        yield Judged(question, context, pair, first, second, outcome_of(answer, turned=turned), answer, rater)


def counted_choices(study: Study) -> QuerySet[Choice]:
    """The choices that results rest on, in the order of the pairs."""
    found = Choice.objects.filter(COUNTED, place__pair__study=study)
    return found.order_by("place__pair__position", "place", "question__position")


def outcome_of(answer: str, *, turned: bool) -> float:
    """1 where the pair's first response was preferred, 0 where its second, 0.5 where neither.

    >>> outcome_of("a", turned=True)
    0.0
    """
    if answer == Better.EQUAL:
        return 0.5
    return float((answer == Better.A) != turned)


def basis_of(study: Study) -> str:
    """Which choices results would rest on now: another text, other choices. One query.

    Choices of a submitted place never change but by erasure, so two counts say it.
    """
    counts = StudyPlace.objects.filter(pair__study=study, state=TaskState.SUBMITTED).aggregate(
        places=Count("pk", distinct=True),
        erased=Count("choices", filter=Q(choices__erased_at__isnull=False)),
    )
    return f"{counts['places']} judged, {counts['erased']} erased"
