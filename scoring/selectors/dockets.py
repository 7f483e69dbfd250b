"""What a reviewer has before them: a turn, what people said of it without names, and the verdicts on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Sum

from annotate.mapping.answers import PASSED_ON
from annotate.models import Adjudication, CampaignItem, DimensionVersion, ReadRating
from annotate.models.campaign import Purpose
from annotate.selectors.given import given
from annotate.selectors.names_known import names_known
from people.models import User
from scoring.models import Comparison
from scoring.selectors.side_by_side import answer_in_words, in_words, letter


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said. `letter` stands for the name, in the order of what was said; `who` empty: hidden."""

    letter: str
    words: str
    note: str
    who: str = ""


@dataclass(slots=True)
class Docket:
    """One turn to be judged. `wanted`, `done`: places of campaigns on its conversation. `cosine`: of its text with that
    of the turn that similar ones were asked for, where they were."""

    row: Comparison
    votes: list[Vote] = field(default_factory=list)
    verdict: Adjudication | None = None
    earlier: list[Adjudication] = field(default_factory=list)
    named: bool = False
    wanted: int = 0
    done: int = 0
    cosine: float | None = None

    @property
    def state(self) -> str:
        """open, replied, caused (a cause without a value), settled."""
        if self.verdict is None:
            return "open"
        if self.verdict.replies.all():
            return "replied"
        return "caused" if self.verdict.verdict is None else "settled"

    @property
    def settled_on(self) -> str:
        """The value that stands, in words."""
        value = self.verdict.verdict if self.verdict else None
        return "" if value is None else in_words(value, self.row.dimension_version)

    @property
    def alike(self) -> bool:
        """Two or more said the same."""
        return len(self.votes) > 1 and len({vote.words for vote in self.votes}) == 1

    @property
    def early(self) -> bool:
        """Somebody is still to rate it."""
        return self.done < self.wanted


def dockets(rows: Sequence[Comparison], *, user: User) -> list[Docket]:
    """In the order of the rows, which are of one dimension version. Six queries: votes, verdicts with replies, names
    (two), places."""
    if not rows:
        return []
    version, turns = rows[0].dimension_version, [row.turn_id for row in rows]
    conversations = {row.conversation_id for row in rows}
    votes: dict[int | None, list[ReadRating]] = {}
    said = ReadRating.objects.filter(given(), current=True, version=version, turn__in=turns)
    said = said.filter(conversation__in=conversations)  # what the index on current ratings begins with
    said = said.exclude(reason__in=PASSED_ON).select_related("rater", "rating")
    for vote in said.order_by("number", "label", "pk"):
        votes.setdefault(vote.turn_id, []).append(vote)
    verdicts: dict[int | None, list[Adjudication]] = {}
    judged = Adjudication.objects.filter(turn__in=turns, dimension_version__dimension=version.dimension_id)
    for verdict in judged.select_related("made_by").prefetch_related("replies").order_by("-pk"):
        verdicts.setdefault(verdict.turn_id, []).append(verdict)
    known = names_known(user, version.dimension_id, conversations)
    places = (
        CampaignItem.objects.filter(
            conversation__in=conversations,
            purpose=Purpose.WORK,
            campaign__state="open",
            campaign__questions__dimension_version=version,
        )
        .values_list("conversation")
        .annotate(wanted=Sum("required_raters"), done=Sum("submitted"))
    )
    counted = {conversation: (wanted, done) for conversation, wanted, done in places}
    found = []
    for row in rows:
        named = (row.conversation_id, row.turn_id) in known
        here = verdicts.get(row.turn_id, [])
        wanted, done = counted.get(row.conversation_id, (0, 0))
        found.append(
            Docket(
                row,
                [_vote(place, vote, version, named) for place, vote in enumerate(votes.get(row.turn_id, []))],
                next((one for one in here if one.current), None),
                [one for one in here if not one.current],
                named,
                wanted,
                done,
            )
        )
    return found


def _vote(place: int, vote: ReadRating, version: DimensionVersion, named: bool) -> Vote:
    who = (vote.rater.pseudonym or f"rater {vote.rater_id}") if named else ""
    return Vote(letter(place), answer_in_words(vote, version), vote.rating.note, who)
