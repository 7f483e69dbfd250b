"""One conversation, every judgement of it: what the side-by-side page draws. For scientists and admins only."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from django.db.models import F, QuerySet

from annotate.evidence import PERSONAL
from annotate.models import Adjudication, Conversation, DimensionVersion, KnowledgeSection, Rating, ReadRating, Turn
from annotate.selectors.given import given
from annotate.selectors.names_known import names_known_here
from people.models import User
from scoring.models import ConversationGap, Prediction
from scoring.scales import NATIVE


@dataclass(slots=True)
class Dot:
    """One rater's answer. `value` None: answered with a reason."""

    rater: str
    value: float | None
    text: str
    note: str = ""
    points: list[tuple[str, str, str]] = field(default_factory=list)  # (stance, section, sentence) it points at
    personal: bool = False  # it rests on the speaker's own knowledge
    hidden: bool = False  # `rater` is a letter


@dataclass(slots=True)
class ModelMark:
    """One prediction. `at` is the value on the human scale, None where it is not (yet) on it."""

    prediction: Prediction
    at: float | None
    low: float | None
    high: float | None

    @property
    def metric(self) -> str:
        return self.prediction.checkpoint.metric


@dataclass(slots=True)
class Judgements:
    """Both sides of one turn on one dimension."""

    people: list[Dot] = field(default_factory=list)
    models: list[ModelMark] = field(default_factory=list)
    verdict: Adjudication | None = None

    @property
    def numbers(self) -> list[float]:
        return [dot.value for dot in self.people if dot.value is not None]


@dataclass(slots=True)
class SideBySide:
    """turns in order; `judgements[turn_id or None][dimension_id]`, None for the conversation as a whole."""

    conversation: Conversation
    turns: list[Turn]
    sections: list[KnowledgeSection]
    dimensions: dict[int, DimensionVersion]
    judgements: dict[int | None, dict[int, Judgements]]

    def of(self, turn_id: int | None, dimension_id: int) -> Judgements:
        return self.judgements.get(turn_id, {}).get(dimension_id, Judgements())

    def nameless(self, dimension_id: int) -> list[int | None]:
        """Turns (None: the whole) where a dimension's raters are letters."""
        return [
            turn
            for turn, cells in self.judgements.items()
            if any(dot.hidden for dot in cells.get(dimension_id, Judgements()).people)
        ]


def side_by_side(*, conversation: Conversation, viewer: User | None = None) -> SideBySide:
    """Everything said of a conversation. Eight queries: turns, sections, ratings, how they read, predictions, verdicts,
    and whose names the viewer may know (two).

    viewer: who will see it; names that the blind review hides from them are letters here, in the order of what was
    said. None: a program of ours, to which nothing is hidden.

    A dimension is shown on its newest version here. A rating of an older one, or of another dimension that was mapped
    to it, stands where the maps put it, with what was said; where they cannot tell, it stands in words alone.
    """
    found = SideBySide(
        conversation=conversation,
        turns=list(conversation.turns.order_by("index")),
        sections=list(conversation.sections.order_by("position", "pk")),
        dimensions={},
        judgements={},
    )
    ratings = {rating.pk: rating for rating in _ratings(conversation)}
    readings = [row for row in _readings(conversation) if row.rating_id in ratings]
    for rating in ratings.values():
        _cell(found, rating.turn_id, rating.dimension_version)
    for row in readings:
        _cell(found, row.turn_id, row.version)
    read = {(row.rating_id, row.version_id): row for row in readings}
    for rating in ratings.values():
        said, own = answer_in_words(rating, rating.dimension_version), rating.dimension_version
        points, personal = points_of(rating.evidence)
        for dimension, version in found.dimensions.items():
            here = read.get((rating.pk, version.pk))
            if here is None and own.dimension_id != dimension:
                continue
            number, words = rating.number, said
            if here is not None:
                number = here.number
                words = f"{answer_in_words(here, version)} (said {said}, {own.dimension.name} version {own.number})"
            elif own.pk != version.pk:
                number, words = None, f"{said} (version {own.number})"
            dot = Dot(rating.rater.pseudonym, number, words, rating.note, points, personal)
            _cell(found, rating.turn_id, version).people.append(dot)
    for prediction in _predictions(conversation):
        cell = _cell(found, prediction.turn_id, prediction.dimension_version)
        cell.models.append(_mark(prediction))
    verdicts = conversation.adjudications.filter(current=True).select_related("dimension_version__dimension", "made_by")
    for verdict in verdicts:
        _cell(found, verdict.turn_id, verdict.dimension_version).verdict = verdict
    if viewer is not None:
        _hide_names(found, names_known_here(viewer, conversation.pk))
    return found


def _hide_names(found: SideBySide, known: set[tuple[int, int | None]]) -> None:
    """Letters in place of raters, turn by turn anew: who was A is not followed from one turn to the next."""
    for turn, cells in found.judgements.items():
        for dimension, cell in cells.items():
            if (dimension, turn) in known:
                continue
            cell.people.sort(key=lambda dot: (dot.value is None, dot.value or 0, dot.text))
            for place, dot in enumerate(cell.people):
                dot.rater, dot.hidden = letter(place), True


def letter(place: int) -> str:
    """What stands for the name of the one whose vote is the so-manieth."""
    return ascii_uppercase[place] if place < len(ascii_uppercase) else f"{place + 1}."


def points_of(evidence: Any) -> tuple[list[tuple[str, str, str]], bool]:
    """([(stance, section, sentence)], own knowledge) of a rating's evidence; imported evidence may be anything."""
    if not isinstance(evidence, dict):
        return [], False
    listed = evidence.get("sentences")
    rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    points = [tuple(str(one.get(name, "")) for name in ("stance", "section", "text")) for one in rows]
    return [(stance, section, text) for stance, section, text in points], evidence.get(PERSONAL) is True


def neighbours(*, conversation: Conversation, checkpoint_id: int) -> tuple[int | None, int | None]:
    """(previous, next) conversation of the corpus by mean gap under a checkpoint, largest first. Three queries."""
    gaps = ConversationGap.objects.filter(corpus_id=conversation.corpus_id, checkpoint_id=checkpoint_id)
    here = gaps.filter(conversation=conversation).values_list("mean_size", flat=True).first()
    if here is None:
        first = gaps.order_by("-mean_size", "conversation").values_list("conversation_id", flat=True).first()
        return None, first
    before = gaps.filter(mean_size__gt=here) | gaps.filter(mean_size=here, conversation__lt=conversation.pk)
    after = gaps.filter(mean_size__lt=here) | gaps.filter(mean_size=here, conversation__gt=conversation.pk)
    previous = before.order_by("mean_size", "-conversation").values_list("conversation_id", flat=True).first()
    following = after.order_by("-mean_size", "conversation").values_list("conversation_id", flat=True).first()
    return previous, following


def answer_in_words(rating: Rating | ReadRating, version: DimensionVersion) -> str:
    """`4 · Good`, a label, labels, or the reason why there is no value."""
    if rating.number is not None:
        return in_words(rating.number, version)
    if rating.label is not None:
        return rating.label
    if rating.labels is not None:
        return ", ".join(rating.labels)
    return rating.reason


def in_words(value: float, version: DimensionVersion) -> str:
    """A number with the word of its scale point, where it is one."""
    number = f"{value:g}"
    for point in version.scale:
        if point["value"] == value:
            return f"{number} · {point['label']}" if point.get("label") else number
    return number


def scale_bounds(version: DimensionVersion) -> tuple[float, float] | None:
    """(lowest, highest) of a numeric scale; None for labels."""
    values = [point["value"] for point in version.scale if isinstance(point["value"], (int, float))]
    return (min(values), max(values)) if values else None


def _ratings(conversation: Conversation) -> QuerySet[Rating]:
    return (
        Rating.objects.filter(given(), conversation=conversation, current=True)
        .exclude(reason="cleared")
        .select_related("dimension_version__dimension", "rater")
        .order_by("rater", "pk")
    )


def _readings(conversation: Conversation) -> QuerySet[ReadRating]:
    found = ReadRating.objects.filter(conversation=conversation, map__isnull=False, forward=True)
    return found.select_related("version__dimension").order_by("pk", "version")


def _predictions(conversation: Conversation) -> QuerySet[Prediction]:
    return (
        Prediction.objects.filter(conversation=conversation)
        .select_related("checkpoint", "dimension_version__dimension")
        .annotate(with_evidence=F("evidence__pk"))
        .defer("checkpoint__card", "checkpoint__config")
        .order_by("checkpoint__metric", "checkpoint", "pk")
    )


def _cell(found: SideBySide, turn_id: int | None, version: DimensionVersion) -> Judgements:
    dimension = version.dimension_id
    known = found.dimensions.get(dimension)
    if known is None or known.number < version.number:
        found.dimensions[dimension] = version
    return found.judgements.setdefault(turn_id, {}).setdefault(dimension, Judgements())


def _mark(prediction: Prediction) -> ModelMark:
    native = prediction.checkpoint.metric in NATIVE
    at = prediction.calibrated if prediction.calibrated is not None else prediction.value if native else None
    shown = native and prediction.calibrated is None
    return ModelMark(
        prediction=prediction,
        at=at,
        low=prediction.low if shown else None,
        high=prediction.high if shown else None,
    )
