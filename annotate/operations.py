"""What an annotator's window sends: small operations with an id of their own, and how they change the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from annotate.answers import CLEARED, NOTE_LENGTH, Answer, BadAnswer, checked_answer
from annotate.evidence import BadEvidence, checked_evidence
from annotate.models import CampaignDimension, KnowledgeSection, Rating, Task, TaskEvent, Turn
from annotate.questions import Target, applies, is_about_turns, is_asked, lacks_evidence, missing_answers
from annotate.refusals import BadOperation, MissingEvidence

RATE, CLEAR, NOTE, EVIDENCE, UNDO, REVEAL = "rate", "clear", "note", "evidence", "undo", "reveal"
KINDS = (RATE, CLEAR, NOTE, EVIDENCE, UNDO, REVEAL)


@dataclass(frozen=True, slots=True)
class Operation:
    """`turn` is the index (None: the conversation), `question` the id of its wording, `of` what an undo undoes.

    `note` and `evidence` of None leave what stood; an empty one takes it away.
    """

    op_id: UUID
    kind: str
    turn: int | None = None
    question: int | None = None
    value: Any = None
    reason: str = ""
    note: str | None = None
    evidence: Any = None
    of: UUID | None = None
    client_at: datetime | None = None


@dataclass(slots=True)
class Step:
    """An applied operation: the revision it made and the one that stood before."""

    operation: Operation
    target: Target | None
    before: Rating | None
    after: Rating | None


@dataclass(slots=True)
class Desk:
    """All that a batch of operations needs to know of a task, read before any of them is applied."""

    task: Task
    questions: dict[int, CampaignDimension]
    turns: dict[int, Turn]
    current: dict[Target, Rating]
    undoable: dict[UUID, tuple[Target, Rating | None]]
    revealed: int
    now: datetime
    sections: list[KnowledgeSection] = field(default_factory=list)  # where an operation points at something
    steps: list[Step] = field(default_factory=list)

    def apply(self, operation: Operation) -> None:
        """Apply one operation after the others. Raises BadOperation."""
        if operation.kind == REVEAL:
            self._reveal(operation)
        elif operation.kind == UNDO:
            self._undo(operation)
        elif operation.kind in KINDS:
            self._answer(operation)
        else:
            raise BadOperation(
                _("“%(kind)s” is no operation; known: %(known)s.") % {"kind": operation.kind, "known": ", ".join(KINDS)}
            )

    def _answer(self, operation: Operation) -> None:
        target = self._target(operation)
        before = self.current.get(target)
        answer = Answer.of(before)
        if operation.kind == RATE:
            version = self.questions[target[1]].dimension_version
            try:
                answer = checked_answer(version, value=operation.value, reason=operation.reason)
            except BadAnswer as problem:
                raise BadOperation(str(problem)) from problem
        elif operation.kind == CLEAR:
            answer = Answer(reason=CLEARED)
        note = operation.note if operation.note is not None else (before.note if before else "")
        if operation.kind == NOTE and operation.note is None:
            raise BadOperation(_("A note has a text; an empty one takes it away."))
        self._revise(operation, target, answer, note[:NOTE_LENGTH], self._evidence(operation, target, answer, before))

    def _evidence(
        self, operation: Operation, target: Target, answer: Answer, before: Rating | None
    ) -> dict[str, Any] | None:
        stays = operation.kind != CLEAR and not (answer.given and answer.reason)
        if operation.evidence is None:
            if operation.kind == EVIDENCE:
                raise BadOperation(_("Evidence points at something; an empty one takes it away."))
            return before.evidence if before and stays else None
        index, question_id = target
        if not self.questions[question_id].asks_evidence or index is None:
            raise BadOperation(_("This question asks for no evidence."))
        try:
            found = checked_evidence(operation.evidence, self.sections, self.turns[index].speaker)
        except BadEvidence as problem:
            raise BadOperation(str(problem)) from problem
        if found and not stays:
            raise BadOperation(_("An answer without a value points at nothing."))
        return found

    def _undo(self, operation: Operation) -> None:
        found = self.undoable.get(operation.of) if operation.of else None
        if found is None:
            raise BadOperation(_("There is no such operation to undo."))
        target, old = found
        self._revise(operation, target, Answer.of(old), old.note if old else "", old.evidence if old else None)

    def _reveal(self, operation: Operation) -> None:
        if operation.turn != self.revealed + 1 or operation.turn >= self.task.item.conversation.turn_count:
            raise BadOperation(_("Only the turn after the last one shown can be shown next."))
        item = self.task.item
        shown = [turn for index, turn in self.turns.items() if index <= self.revealed and is_asked(item, index)]
        open_ = missing_answers(list(self.questions.values()), shown, self.answered())
        if any(target[0] is not None for target in open_):
            raise BadOperation(_("The next turn is shown once the ones before it are rated."))
        if self.unproved():
            raise BadOperation(str(MissingEvidence(self.unproved())))
        self.revealed += 1
        self.steps.append(Step(operation, None, None, None))

    def answered(self) -> set[Target]:
        """Targets that have an answer now; a reason such as "no claim" is one."""
        return {target for target, rating in self.current.items() if Answer.of(rating).given}

    def unproved(self) -> list[Target]:
        """Targets whose answer must point at something and does not."""
        rows = self.current.items()
        return [target for target, row in rows if target[1] in self.questions and self._lacks(target, row)]

    def _lacks(self, target: Target, rating: Rating) -> bool:
        return lacks_evidence(self.questions[target[1]], rating)

    def _target(self, operation: Operation) -> Target:
        question = self.questions.get(operation.question) if operation.question is not None else None
        if question is None:
            raise BadOperation(_("The campaign does not ask this question."))
        if not is_about_turns(question):
            if operation.turn is not None:
                raise BadOperation(_("This question is about the conversation, not about a turn."))
            return None, question.dimension_version_id
        turn = self.turns.get(operation.turn) if operation.turn is not None else None
        if turn is None or turn.index > self.revealed:
            raise BadOperation(_("There is no such turn to rate."))
        if not applies(question, turn.speaker):
            raise BadOperation(_("This question is not asked of this speaker's turns."))
        if not is_asked(self.task.item, turn.index):
            raise BadOperation(_("This turn is not asked about here: only some turns are rated again."))
        return turn.index, question.dimension_version_id

    def _revise(self, operation: Operation, target: Target, answer: Answer, note: str, evidence: Any) -> None:
        before = self.current.get(target)
        if before is not None:
            before.current = False
        index, question_id = target
        after = Rating(
            conversation_id=self.task.item.conversation_id,
            turn=self.turns[index] if index is not None else None,
            dimension_version_id=question_id,
            rater_id=self.task.rater_id,
            task=self.task,
            number=answer.number,
            label=answer.label,
            labels=answer.labels,
            reason=answer.reason,
            note=note,
            evidence=evidence,
            revision=before.revision + 1 if before else 1,
            op_id=operation.op_id,
            made_at=self.now,
        )
        self.current[target] = after
        self.undoable[operation.op_id] = (target, before)
        self.steps.append(Step(operation, target, before, after))


def event_of(step: Step, *, task: Task, version: int) -> TaskEvent:
    """The row that acknowledges a step. It names revisions, never values: erasing a person need not touch it."""
    detail: dict[str, Any] = {}
    if step.target is not None and step.after is not None:
        detail = {
            "turn": step.target[0],
            "question": step.target[1],
            "rating": step.after.pk,
            "before": step.before.pk if step.before else None,
        }
    elif step.operation.turn is not None:
        detail = {"turn": step.operation.turn}
    if step.operation.of:
        detail["of"] = str(step.operation.of)
    return TaskEvent(
        op_id=step.operation.op_id,
        task=task,
        version=version,
        kind=step.operation.kind,
        detail=detail,
        client_at=step.operation.client_at,
    )
