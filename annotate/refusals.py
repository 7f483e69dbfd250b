"""Why an operation on a task is refused. Each says it in words that the annotator reads."""

from __future__ import annotations

from django.utils.translation import ngettext


class Refusal(Exception):
    """`code` is what a program reads."""

    code = "refused"


class NoSuchTask(Refusal):
    """The task is not there, or not this person's: which of the two is not said."""

    code = "no_such_task"


class TaskClosed(Refusal):
    """The task was submitted or skipped before this operation arrived."""

    code = "task_closed"


class PlaceGone(Refusal):
    """The lease ran out and another rater has the place now, or the campaign was closed."""

    code = "place_gone"


class StaleVersion(Refusal):
    """Another window or device saved something that this one has not seen."""

    code = "stale_version"


class BadOperation(Refusal):
    """The operation does not fit the task: unknown question, turn, kind, or nothing to undo."""

    code = "bad_operation"


class MissingAnswers(Refusal):
    """Required questions are open: `missing` lists (turn index or None, question id)."""

    code = "missing_answers"

    def __init__(self, missing: list[tuple[int | None, int]]) -> None:
        words = ngettext("%(n)s required answer is missing.", "%(n)s required answers are missing.", len(missing))
        super().__init__(words % {"n": len(missing)})
        self.missing = missing


class MissingEvidence(Refusal):
    """Answers that must point at something point at nothing: `missing` lists (turn index, question id)."""

    code = "missing_evidence"

    def __init__(self, missing: list[tuple[int | None, int]]) -> None:
        words = ngettext(
            "One answer points at nothing yet. Point at the sentences that support or contradict the turn, or say that "
            "it is personal knowledge.",
            "%(n)s answers point at nothing yet. Point at the sentences that support or contradict the turn, or say "
            "that it is personal knowledge.",
            len(missing),
        )
        super().__init__(words % {"n": len(missing)})
        self.missing = missing


class NoSuchVerdict(Refusal):
    """No verdict that was released, over a judgement of this person's: which of these is not said."""

    code = "no_such_verdict"


class BadReply(Refusal):
    """The reply is empty, or the second one."""

    code = "bad_reply"


class BadSkip(Refusal):
    """A skip needs one of the known reasons; `other` needs a note."""

    code = "bad_skip"


class CampaignNotOpen(Refusal):
    """The campaign is a draft or closed."""

    code = "campaign_not_open"


class NotTakingPart(Refusal):
    """The campaign is for other people."""

    code = "not_taking_part"


class StudyNotOpen(Refusal):
    """The study is a draft or closed."""

    code = "study_not_open"
