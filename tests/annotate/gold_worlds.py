"""A campaign with known answers, small enough to know every number."""

from __future__ import annotations

import uuid
from typing import Any

from annotate.actions.add_gold import add_gold
from annotate.actions.create_campaign import Question
from annotate.actions.open_campaign import open_campaign
from annotate.actions.plan_gold import Plan, plan_gold
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.importing.gold import GoldLine
from annotate.importing.problems import Problems
from annotate.models import Campaign, Task
from annotate.operations import Operation
from people.models import User
from tests.factories import make_campaign, make_corpus, make_dimension


def known(conversation: str, accept: Any = (5,), *, turn: int = 0, question: str = "quality", **more: Any) -> GoldLine:
    """One known answer; about turn 0 of the only question unless said otherwise."""
    return GoldLine(
        "line 1", conversation, turn, question, accept if isinstance(accept, dict) else list(accept), **more
    )


def gold_campaign(
    *, work: int = 4, gold: int = 0, training: int = 0, turns: int = 1, opened: bool = True, overlap: int = 1,
    accept: Any = (5,), hindsight_free: bool = False, **plan: Any,
) -> Campaign:  # fmt: skip
    """One question on a scale of 5; the corpus holds the gold, then the training, then the work."""
    corpus = make_corpus(conversations=work + gold + training, turns=turns, key="known")
    campaign = make_campaign(
        corpus=corpus, questions=[Question(make_dimension("quality"))], overlap=overlap, opened=False,
        hindsight_free=hindsight_free,
    )  # fmt: skip
    lines = [known(f"known-c{place}", accept, why=f"Because of {place}.") for place in range(gold)]
    lines += [
        known(f"known-c{gold + place}", accept, why=f"Learn {place}.", purpose="training") for place in range(training)
    ]
    add_gold(campaign=campaign, lines=lines, by=None, problems=Problems())
    plan_gold(campaign=campaign, plan=Plan(**plan), by=None)
    campaign = Campaign.objects.get(pk=campaign.pk)
    return open_campaign(campaign=campaign, by=None) if opened else campaign


def finish(task: Task, user: User, value: float) -> Task:
    """Answer every turn with the value and submit."""
    question = task.item.campaign.questions.get().dimension_version_id
    answers = [
        Operation(op_id=uuid.uuid4(), kind="rate", turn=turn, question=question, value=value)
        for turn in range(task.item.conversation.turn_count)
    ]
    saved = save_operations(task_id=task.pk, user=user, base=task.version, operations=answers)
    return submit_task(task_id=task.pk, user=user, op_id=uuid.uuid4(), base=saved.version)
