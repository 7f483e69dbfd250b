"""The training round as its rater meets it. Known answers leave the server here alone, of a submitted task."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotate.models import KnownAnswer, RaterStanding, Task
from annotate.models.campaign import Purpose, TaskState
from annotate.selectors.gold import expected
from annotate.selectors.known import hits_among
from annotate.selectors.mixing import training_of
from annotate.selectors.standing import plan_of


def training_payload(task: Task) -> dict[str, Any] | None:
    """Where in the round a task stands and, once it was submitted, what was expected of each answer and why.

    None for work and for gold, which are not told apart. Four queries, six more once submitted.
    """
    if task.purpose != Purpose.TRAINING:
        return None
    campaign = task.item.campaign
    plan = plan_of(campaign)
    row = RaterStanding.objects.filter(campaign=campaign, rater=task.rater).first() or RaterStanding()
    tried = Task.objects.filter(rater=task.rater, campaign=campaign, purpose=Purpose.TRAINING, attempt=task.attempt)
    attempts = (plan.training_attempts if plan else 1) + row.more_attempts
    round_: dict[str, Any] = {
        "place": tried.filter(pk__lte=task.pk).count(),
        "of": training_of(campaign).count(),
        "attempt": task.attempt,
        "attempts": attempts,
        "feedback": None,
        "words": "",
    }
    if task.state != TaskState.SUBMITTED:
        return round_
    feedback = _feedback(task)
    round_["feedback"] = feedback
    right, of = sum(one["right"] for one in feedback), len(feedback)
    words = _("%(right)s of %(of)s answers as expected.") % {"right": right, "of": of}
    judged = row.passed_at is not None or row.tried >= task.attempt
    if judged and task.pk == tried.order_by("-pk").values_list("pk", flat=True).first():
        words = f"{words} {_outcome(task, row, plan.training_mark if plan else 0, attempts)}"
    return round_ | {"words": words}


def _feedback(task: Task) -> list[dict[str, Any]]:
    """In the order of the turns, the conversation last. What was not answered is not as expected."""
    hits = {
        (hit.turn, hit.question): hit.right for hit in hits_among(Task.objects.filter(pk=task.pk), withdrawn_too=True)
    }
    answers = KnownAnswer.objects.filter(item=task.item_id).select_related("turn", "dimension_version")
    return [
        {
            "turn": answer.turn.index if answer.turn else None,
            "question": answer.dimension_version_id,
            "right": hits.get((answer.turn.index if answer.turn else None, answer.dimension_version_id), False),
            "expected": expected(answer),
            "why": answer.why,
        }
        for answer in answers.order_by("turn__index", "pk")
    ]


def _outcome(task: Task, row: RaterStanding, mark: int, attempts: int) -> str:
    done = Task.objects.filter(
        rater=task.rater, item__in=training_of(task.item.campaign), attempt=task.attempt, state=TaskState.SUBMITTED
    )
    right = sum(hit.right for hit in hits_among(done))
    asked = KnownAnswer.objects.filter(item__in=training_of(task.item.campaign)).count()
    if row.passed_at is not None and row.tried < task.attempt:
        passed = _("The training round is passed, with %(right)s of %(of)s. What comes now is work and counts.")
        return passed % {"right": right, "of": asked}
    left = attempts - row.tried
    more = (
        _("No attempt is left: ask an administrator.")
        if left < 1
        else ngettext("You have %(n)s more attempt.", "You have %(n)s more attempts.", left) % {"n": left}
    )
    failed = _("The training round is not passed: %(right)s of %(of)s, and %(mark)s %% are needed.")
    return f"{failed % {'right': right, 'of': asked, 'mark': mark}} {more}"
