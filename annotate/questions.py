"""Which questions a rater answers, and which of them are still open."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from annotate.models import CampaignDimension, CampaignItem, Rating, Turn
from annotate.models.dimension import Unit
from evalsite.compiled import Compiled, Given

Target = tuple[int | None, int]  # (turn index, None for the conversation; question id)

_asked: Compiled[CampaignDimension] = Compiled(
    lambda: (
        CampaignDimension.objects.filter(campaign=Given("campaign"))
        .select_related("dimension_version__dimension")
        .order_by("position")
    )
)


def questions_of(campaign_id: int, *, role: str) -> list[CampaignDimension]:
    """The campaign's questions for a role, in their order, each with its wording. One query."""
    return [row for row in _asked(campaign=campaign_id) if _asks(row, role)]


def _asks(row: CampaignDimension, role: str) -> bool:
    roles = row.dimension_version.dimension.roles
    return not roles or role in roles


def is_about_turns(question: CampaignDimension) -> bool:
    """About each turn, not about the conversation as a whole."""
    return question.dimension_version.dimension.unit == Unit.TURN


def applies(question: CampaignDimension, speaker: str) -> bool:
    """Whether a question about turns is asked of this speaker's."""
    return is_about_turns(question) and (not question.speakers or speaker in question.speakers)


def is_asked(item: CampaignItem, turn_index: int) -> bool:
    """Whether an item asks about this turn: about all, but where some are asked again."""
    return item.turns is None or turn_index in item.turns


def lacks_evidence(question: CampaignDimension, rating: Rating) -> bool:
    """A value that must point at something and does not. A reason such as "no claim" has nothing to point at."""
    return question.asks_evidence and rating.reason == "" and rating.evidence is None


def missing_answers(
    questions: Collection[CampaignDimension], turns: Iterable[Turn], answered: Collection[Target]
) -> list[Target]:
    """Required targets that have no answer yet, turn by turn, the conversation last."""
    required = [question for question in questions if question.required]
    targets: list[Target] = [
        (turn.index, question.dimension_version_id)
        for turn in turns
        for question in required
        if applies(question, turn.speaker)
    ]
    targets += [(None, question.dimension_version_id) for question in required if not is_about_turns(question)]
    return [target for target in targets if target not in answered]
