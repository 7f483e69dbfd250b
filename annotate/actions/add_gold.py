from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.importing.gold import GoldLine
from annotate.importing.problems import Problems
from annotate.models import Campaign, CampaignDimension, CampaignItem, Conversation, GoldPlan, KnownAnswer, Turn
from annotate.models.campaign import EVERYBODY, CampaignState, Purpose
from annotate.models.dimension import DimensionVersion, ValueKind
from annotate.questions import applies, is_about_turns
from annotate.refusals import CampaignNotOpen
from people.actions.record import record
from people.models import User


@transaction.atomic
def add_gold(*, campaign: Campaign, lines: Sequence[GoldLine], by: User | None, problems: Problems) -> int:
    """Make conversations of the campaign's corpus gold or training by their known answers; returns how many answers.

    All or none: raises BadFile with every problem, those found before included. The same question about the same turn
    again replaces what was known. In an open campaign only gold can be added, of conversations that are no work there.
    Raises CampaignNotOpen where it is closed.
    """
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    if campaign.state == CampaignState.CLOSED:
        raise CampaignNotOpen(_("The campaign is closed: no known answers can be added."))
    checker = _Checker(campaign, lines, problems)
    rows = [row for line in lines if (row := checker.row_of(line)) is not None]
    problems.raise_if_any()
    GoldPlan.objects.get_or_create(campaign=campaign)
    for item in checker.new_items:
        item.save()
    # The items of the rows have their ids only now.
    KnownAnswer.objects.bulk_create(
        (KnownAnswer(item=item, **row) for item, row in rows),
        update_conflicts=True,
        unique_fields=["item", "turn", "dimension_version"],
        update_fields=["accepted", "why", "say"],
    )
    record(
        actor=by,
        verb="campaign.gold",
        subject=f"campaign {campaign.pk}",
        detail={"name": campaign.name, "answers": len(rows), "new items": len(checker.new_items)},
    )
    return len(rows)


class _Checker:
    """What the lines name, read at once: conversations, turns, questions, items."""

    def __init__(self, campaign: Campaign, lines: Iterable[GoldLine], problems: Problems) -> None:
        self.campaign, self.problems = campaign, problems
        ids = {line.conversation for line in lines}
        self.conversations = {
            row.external_id: row
            for row in Conversation.objects.filter(corpus=campaign.corpus_id, external_id__in=ids).only(
                "pk", "external_id"
            )
        }
        turns = Turn.objects.filter(conversation__in=self.conversations.values()).only(
            "pk", "conversation_id", "index", "speaker"
        )
        self.turns = {(turn.conversation_id, turn.index): turn for turn in turns}
        asked = CampaignDimension.objects.filter(campaign=campaign).select_related("dimension_version__dimension")
        self.questions = {row.dimension_version.dimension.key: row for row in asked}
        self.items = {row.conversation_id: row for row in CampaignItem.objects.filter(campaign=campaign)}
        self.new_items: list[CampaignItem] = []
        self.seen: dict[tuple[int, int | None, int], str] = {}

    def row_of(self, line: GoldLine) -> tuple[CampaignItem, dict[str, Any]] | None:
        """The item and the columns of the known answer; None and a problem where the line does not fit."""
        before = self.problems.count
        conversation = self.conversations.get(line.conversation)
        if conversation is None:
            self.problems.add(line.where, "conversation", f"the corpus has no conversation {line.conversation!r}")
        question = self.questions.get(line.question)
        if question is None:
            asked = ", ".join(self.questions)
            self.problems.add(line.where, "question", f"{line.question!r} is not asked; asked are: {asked}")
        turn = self._turn(line, conversation, question) if conversation and question else None
        if question is not None:
            self._fits(line, question.dimension_version)
        item = self._item(line, conversation) if conversation else None
        if self.problems.count > before or conversation is None or question is None or item is None:
            return None
        target = (conversation.pk, turn.pk if turn else None, question.dimension_version_id)
        if target in self.seen:
            self.problems.add(line.where, "question", f"the same question was already in {self.seen[target]}")
            return None
        self.seen[target] = line.where
        row = {"turn": turn, "dimension_version": question.dimension_version, "accepted": line.accept}
        return item, row | {"why": line.why, "say": line.say}

    def _turn(self, line: GoldLine, conversation: Conversation, question: CampaignDimension) -> Turn | None:
        if not is_about_turns(question):
            if line.turn is not None:
                self.problems.add(line.where, "turn", f"{line.question} is about the conversation: leave the turn out")
            return None
        if line.turn is None:
            self.problems.add(line.where, "turn", f"{line.question} is about turns: say which")
            return None
        turn = self.turns.get((conversation.pk, line.turn))
        if turn is None:
            self.problems.add(line.where, "turn", f"{line.conversation} has no turn {line.turn} (counted from 0)")
        elif not applies(question, turn.speaker):
            self.problems.add(line.where, "turn", f"{line.question} is not asked about turns of {turn.speaker}")
        return turn

    def _fits(self, line: GoldLine, version: DimensionVersion) -> None:
        kind = version.dimension.kind
        values = [point["value"] for point in version.scale]
        reasons = [one["reason"] for one in version.null_reasons]
        if isinstance(line.accept, Mapping):
            if kind != ValueKind.NUMBER:
                self.problems.add(line.where, "accept", f"{line.question} is no number: list the answers")
            elif not any(line.accept["from"] <= value <= line.accept["to"] for value in values):
                self.problems.add(line.where, "accept", f"no point of the scale lies there; it has {_listed(values)}")
            return
        for one in line.accept:
            parts = one if isinstance(one, list) and kind == ValueKind.LABELS else [one]
            if one in reasons or (parts and all(part in values for part in parts)):
                continue
            known = _listed([*values, *reasons])
            self.problems.add(line.where, "accept", f"{_listed(parts) or 'nothing'} is no answer; there are {known}")

    def _item(self, line: GoldLine, conversation: Conversation) -> CampaignItem | None:
        item = self.items.get(conversation.pk)
        draft = self.campaign.state == CampaignState.DRAFT
        if item is None and line.purpose == Purpose.TRAINING and not draft:
            self.problems.add(line.where, "for", "the campaign is open: its training round cannot be changed")
            return None
        if item is None:
            item = CampaignItem(
                campaign=self.campaign,
                conversation=conversation,
                position=len(self.items),
                required_raters=EVERYBODY,
                purpose=line.purpose,
            )
            self.items[conversation.pk] = item
            self.new_items.append(item)
        elif item.purpose == Purpose.WORK:
            self.problems.add(line.where, "conversation", f"{line.conversation} is rated as work in this campaign")
        elif item.purpose != line.purpose:
            words = f"{line.conversation} is here for {item.purpose}, not for {line.purpose}"
            self.problems.add(line.where, "for", words)
        return item


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
