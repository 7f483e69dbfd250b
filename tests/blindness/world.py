"""A database in which all that an annotator must not see is unmistakable: words with MARK, numbers with DIGITS."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model
from django.utils import timezone

from annotate.actions.claim_task import claim_task
from annotate.actions.next_pair import next_pair
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import (
    Adjudication,
    Campaign,
    CampaignItem,
    Choice,
    Conversation,
    Corpus,
    DimensionMap,
    DimensionVersion,
    GoldPlan,
    ImportConflict,
    ImportFile,
    ImportJob,
    KnownAnswer,
    Rater,
    RaterStanding,
    Rating,
    Reply,
    Study,
    StudyPlace,
    StudyResult,
    Task,
    TaskEvent,
    Turn,
    TurnTime,
)
from annotate.models.campaign import EVERYBODY, Purpose, TaskState
from annotate.operations import Operation
from people.models import ApiToken, AuditEvent, Invitation, Role, User
from scoring.models import (
    Analysis,
    Calibration,
    Checkpoint,
    Comparison,
    ConversationGap,
    Evidence,
    PairVerdict,
    Prediction,
    Promotion,
    Release,
    Run,
    Shard,
    Worker,
)
from tests.factories import (
    Question,
    make_alternatives,
    make_campaign,
    make_corpus,
    make_dimension,
    make_study,
    make_user,
)

MARK = "zqxhidden"
DIGITS = "8153079"  # every hidden number starts with them and is followed by two more digits

# Every table is stated: what it hides is planted below, or it holds nothing to hide, and why.
NOTHING_TO_HIDE: dict[str, str] = {
    "annotate.GoldPlan": "shares of all tasks; which of them are gold is in the items, whose known answers are planted",
    "annotate.CampaignDimension": "what is asked is shown to whoever is asked",
    "annotate.CampaignItem": "counts and places only",
    "annotate.CorpusSlice": "counts of conversations",
    "annotate.Dimension": "what is asked is shown to whoever is asked",
    "annotate.DimensionVersion": "what is asked is shown to whoever is asked",
    "annotate.ItemRater": "links only; the raters' names are planted",
    "annotate.NamesSeen": "that a scientist asked for names; the names are planted",
    "annotate.KnowledgeSection": "what a rater reads",
    "annotate.MapPart": "which answers of two wordings mean the same; nobody's answer",
    "annotate.ReadRating": "a view of ratings, which are planted",
    "annotate.Reading": "which answers of two wordings mean the same; nobody's answer",
    "annotate.Participant": "a link and a role; the person's names are planted",
    "annotate.StudyJudge": "a link; the person's names are planted",
    "annotate.StudyPair": "links and counts; the systems' names are planted",
    "annotate.StudyQuestion": "what is asked is shown to whoever is asked",
    "scoring.ComparisonState": "how far a refresh came",
    "scoring.EmbeddedTurn": "of the turn's words alone, which a rater reads",
    "scoring.TextEmbedding": "of a turn's words alone, which a rater reads",
}

_numbers = itertools.count(10)


def secret(what: str) -> str:
    """A word that stands nowhere else."""
    return f"{MARK}-{what}-{next(_numbers)}"


def number() -> int:
    """A number that stands nowhere else."""
    return int(f"{DIGITS}{next(_numbers) % 90 + 10}")


@dataclass(frozen=True, slots=True)
class World:
    """An annotator in the middle of work, beside others who did the same. `planted`: what was hidden, by table."""

    me: User
    other: User
    open_task: Task
    done_task: Task
    place: StudyPlace
    checkpoint: Checkpoint
    planted: dict[str, list[Model]]

    def change(self) -> None:
        """Say otherwise in everything hidden: what an annotator is sent must not differ by a byte."""
        for row in (*self.planted["annotate.Rating"], *self.planted["scoring.Prediction"]):
            for name in ("number", "value", "low", "high", "calibrated"):
                if getattr(row, name, None) is not None:
                    setattr(row, name, 3.0)
            if isinstance(row, Rating) and row.label:
                row.label = "b"
            row.save()
        for verdict in Adjudication.objects.filter(released_at=None):
            verdict.verdict, verdict.cause = 2.0, "item"
            verdict.save()
        Comparison.objects.update(model=1, human=5, gap=-1, size=1, surprise=9)
        ConversationGap.objects.update(mean_size=0.9, profile=[0.9] * 8, diverges_at=0, diverges=0.1)
        for task in Task.objects.filter(rater__user=self.other):
            task.skip_note = "nothing"
            task.save()
        # The task at hand is gold: were it work, with other answers known of it, nothing would look otherwise.
        KnownAnswer.objects.update(accepted=[1.0], why="otherwise")
        RaterStanding.objects.update(paused_at=None, tried=0)
        Choice.objects.filter(place__rater__user=self.other).update(note="otherwise")
        Choice.objects.filter(place__rater__user=self.other, answer="a").update(answer="b")


def build() -> World:
    """Rows of every table, by actions where an annotator's own work is, by hand where it is others'."""
    me = make_user(Role.ANNOTATOR, username="me")
    other = make_user(Role.ANNOTATOR, username=secret("rater"))
    boss = make_user(Role.ADMIN, username=secret("scientist"))
    User.objects.filter(pk__in=[other.pk, boss.pk]).update(email=f"{MARK}@example.org", first_name=secret("name"))
    planted: dict[str, list[Model]] = {"people.User": [other, boss]}

    def plant(*rows: Model) -> Any:
        for row in rows:
            row.save()
            planted.setdefault(row._meta.label, []).append(row)
        return rows[0]

    # Of "earlier" nothing is still to be judged, so that a verdict on it may be told.
    corpus, earlier = make_corpus(conversations=4, turns=3, key="blind"), make_corpus(turns=3, key="earlier")
    for one in (corpus, earlier):
        one.header = {"first": secret("header")}
        plant(one)
    for conversation in Conversation.objects.all():
        conversation.split, conversation.system = secret("split"), secret("system")
        conversation.extra = {"ratings": {"agent_1": secret("earlier"), "n": number()}}
        plant(conversation)
    for turn in Turn.objects.all():
        turn.extra = {"annotation": secret("turn")}
        plant(turn)
    scale, label = make_dimension(), make_dimension(kind="label", scale=[{"value": v, "label": v} for v in "abc"])
    campaigns = [
        make_campaign(questions=[Question(scale), Question(label, required=False)], overlap=3, **more)
        for more in (
            {"name": "Now", "corpus": corpus},
            {"name": "Before", "corpus": earlier},
            {"name": "Blind ahead", "corpus": corpus, "hindsight_free": True},
        )
    ]
    for campaign in campaigns:
        campaign.order_detail = {"seed": 0, "checkpoint": secret("ordered by")}
        plant(campaign)
    open_task, done_task = _my_work(me, campaigns, scale)
    _their_work(plant, other, open_task, done_task, scale, label)
    _gold(plant, open_task, scale)
    _others_of_import(plant, corpus, open_task, scale)
    _verdicts(plant, boss, other, done_task, scale)
    place = _a_study(plant, me, other)
    checkpoint = _models(plant, corpus, boss, campaigns[0], scale)
    _rooms_of_admins(plant, corpus, boss, other)
    return World(me, other, open_task, done_task, place, checkpoint, planted)


def _my_work(me: User, campaigns: list[Campaign], version: DimensionVersion) -> tuple[Task, Task]:
    tasks = [claim_task(campaign=campaign, user=me).task for campaign in campaigns]
    assert all(tasks)
    for task in tasks:
        assert task is not None
        turns = range(1 if task.item.campaign.hindsight_free else 3)
        answers = [
            Operation(op_id=uuid4(), kind="rate", turn=turn, question=version.pk, value=4, note="Mine.")
            for turn in turns
        ]
        save_operations(task_id=task.pk, user=me, base=task.version, operations=answers, times={0: 1000})
    done = Task.objects.get(pk=tasks[1].pk)  # type: ignore[union-attr]
    submit_task(task_id=done.pk, user=me, op_id=uuid4(), base=done.version)
    # Some days ago: "3 seconds ago" would be another text in the next crawl.
    Task.objects.filter(pk=done.pk).update(submitted_at=timezone.now() - timedelta(days=3, hours=5, minutes=30))
    campaigns[1].refresh_from_db()
    return Task.objects.get(pk=tasks[0].pk), Task.objects.get(pk=done.pk)  # type: ignore[union-attr]


def _their_work(
    plant: Any, other: User, open_task: Task, done_task: Task, scale: DimensionVersion, label: DimensionVersion
) -> None:
    rater = plant(Rater(user=other, pseudonym=secret("pseudonym"), receipts=3, receipt="f" * 64))
    for mine in (open_task, done_task):
        task = plant(
            Task(item=mine.item, rater=rater, state=TaskState.SUBMITTED, submitted_at=timezone.now(),
                 skip_note=secret("skip"))
        )  # fmt: skip
        item = mine.item
        item.taken, item.submitted = item.taken + 1, item.submitted + 1
        item.save()
        plant(TurnTime(task=task, turn_index=0, active_ms=number()))
        plant(
            TaskEvent(op_id=uuid4(), task=task, version=1, kind="rate", rater=rater, place=task.pk,
                      detail={"note": secret("event"), "value": number()}, salt=MARK * 3, receipt=MARK * 5)
        )  # fmt: skip
        conversation = mine.item.conversation
        for turn in Turn.objects.filter(conversation=conversation):
            common: dict[str, Any] = {"conversation": conversation, "turn": turn, "rater": rater, "task": task}
            common |= {"op_id": uuid4(), "note": secret("note"), "evidence": {"sentences": [], "w": secret("pointed")}}
            plant(Rating(dimension_version=scale, number=number(), **common))
            plant(Rating(dimension_version=label, label=secret("label"), **common | {"op_id": uuid4()}))


def _gold(plant: Any, task: Task, scale: DimensionVersion) -> None:
    """The task at hand is gold; another rater is paused for it."""
    GoldPlan.objects.create(campaign=task.item.campaign, rate=20, below="pause")
    CampaignItem.objects.filter(pk=task.item_id).update(purpose=Purpose.GOLD, required_raters=EVERYBODY)
    Task.objects.filter(item=task.item_id).update(purpose=Purpose.GOLD)
    turn = task.item.conversation.turns.get(index=0)
    accepted = {"from": number(), "to": number()}
    plant(
        KnownAnswer(item=task.item, turn=turn, dimension_version=scale, accepted=accepted, why=secret("known")),
        RaterStanding(campaign=task.item.campaign, rater=Rater.objects.get(user__username__startswith=MARK),
                      tried=2, paused_at=timezone.now()),
    )  # fmt: skip


def _others_of_import(plant: Any, corpus: Corpus, task: Task, scale: DimensionVersion) -> None:
    rater = plant(Rater(corpus=corpus, pseudonym=secret("role")))
    for turn in Turn.objects.filter(conversation=task.item.conversation):
        plant(
            Rating(conversation=turn.conversation, turn=turn, dimension_version=scale, rater=rater, number=number(),
                   origin={"campaign": secret("origin")}, note=secret("imported"))
        )  # fmt: skip


def _verdicts(plant: Any, boss: User, other: User, done_task: Task, scale: DimensionVersion) -> None:
    turns = list(Turn.objects.filter(conversation=done_task.item.conversation).order_by("index"))
    kept = {"dimension_version": scale, "made_by": boss, "conversation": done_task.item.conversation}
    plant(
        Adjudication(turn=turns[0], cause="rater", verdict=number(), note=secret("why"), told=secret("not yet"), **kept)
    )
    released = plant(
        Adjudication(turn=turns[1], cause="model", verdict=2, note=secret("to colleagues"), told="Look again.",
                     released_at=timezone.now(), **kept)
    )  # fmt: skip
    plant(Reply(adjudication=released, rater=Rater.objects.get(user=other), text=secret("reply")))


def _a_study(plant: Any, me: User, other: User) -> StudyPlace:
    systems = [f"blue-{secret('system')}", f"red-{secret('system')}"]
    corpus = make_alternatives(systems=systems, key="unseen-systems")
    for conversation in Conversation.objects.filter(corpus=corpus):
        conversation.turns.update(speaker=secret("speaker"))
    study = make_study(corpus=corpus, systems=systems, judges=2, name="Which one")
    plant(study)
    place = next_pair(study=study, user=me).place
    assert place is not None
    theirs = plant(
        StudyPlace(pair=place.pair, rater=Rater.objects.get(user=other), turned=not place.turned, active_ms=number(),
                   state=TaskState.SUBMITTED, skip_note=secret("skipped"))
    )  # fmt: skip
    question = study.questions.first()
    plant(
        Choice(place=theirs, question=question, answer="a", op_id=uuid4()),
        Choice(place=theirs, question=None, note=secret("thought"), op_id=uuid4()),
    )
    plant(StudyResult(study=study, basis="x", found={"wins": number(), "best": secret("best")}))
    assert Study.objects.get(pk=study.pk).state == "open"
    return place


def _models(plant: Any, corpus: Corpus, boss: User, campaign: Campaign, scale: DimensionVersion) -> Checkpoint:
    checkpoint = plant(
        Checkpoint(metric="overlap", name=secret("checkpoint"), digest="d" * 64, signature=secret("signature"),
                   dimension_version=scale, card=secret("card"), active=True)
    )  # fmt: skip
    run = plant(Run(checkpoint=checkpoint, corpus=corpus, reason=secret("run"), state="done", requested_by=boss))
    plant(Shard(run=run, number=0, conversations=[], turn_count=number(), error=secret("shard")))
    plant(Worker(name=secret("worker"), queues=["gpu"], loaded=secret("loaded"), busy_with=secret("busy")))
    plant(
        Calibration(checkpoint=checkpoint, signature=checkpoint.signature, map={"knots": [number()]},
                    fitted_on={"corpus": secret("fitted")})
    )  # fmt: skip
    for turn in Turn.objects.exclude(conversation__corpus__key="unseen-systems").select_related("conversation__corpus"):
        value = number()
        row = plant(
            Prediction(conversation=turn.conversation, turn=turn, checkpoint=checkpoint, dimension_version=scale,
                       run=run, signature=checkpoint.signature, value=value, low=value - 1, high=value + 1,
                       calibrated=value, input_sha256="0" * 64)
        )  # fmt: skip
        plant(Evidence(prediction=row, detail={"pairs": [{"question": secret("asked"), "score": number()}]}))
        plant(PairVerdict(prediction=row, pair=0, question=secret("q"), answer=secret("a"), made_by=boss))
        plant(
            Comparison(prediction=row, conversation=turn.conversation, turn=turn, corpus=turn.conversation.corpus,
                       checkpoint=checkpoint, dimension_version=scale, model=number(), human=number(),
                       raters=2, gap=0.5, size=0.5)
        )  # fmt: skip
    for conversation in Conversation.objects.filter(corpus=corpus):
        plant(
            ConversationGap(
                conversation=conversation,
                corpus=corpus,
                checkpoint=checkpoint,
                turns=3,
                mean_size=number(),
                profile=[number()] * 8,
                diverges_at=1,
                diverges=0.5,
            )
        )
    for kind in ("workbench", "agreement", "raters"):
        result = {"rows": [[secret("found"), number()]]}
        plant(Analysis(kind=kind, corpus=corpus, dimension=scale.dimension, campaign=campaign, result=result))
    plant(Promotion(checkpoint=checkpoint, corpus=corpus, decision={"why": secret("gate")}, requested_by=boss))
    plant(
        Release(name=secret("release"), corpus=corpus, campaign=campaign, format="jsonl", state="ready",
                sha256="a" * 64, path=secret("path"), size=number(), manifest={"x": secret("manifest")},
                pseudonym_key=secret("key"))
    )  # fmt: skip
    return checkpoint  # type: ignore[no-any-return]


def _rooms_of_admins(plant: Any, corpus: Corpus, boss: User, other: User) -> None:
    job = plant(ImportJob(corpus_key=corpus.key, format="jsonl", problems=[secret("problem")], corpus=corpus))
    plant(ImportFile(job=job, name=secret("file"), path=secret("path"), size=number(), sha256="b" * 64))
    conversation = Conversation.objects.filter(corpus=corpus).first()
    plant(ImportConflict(conversation=conversation, job=job, arrived_hash="c" * 64, differences=[secret("differs")]))
    plant(AuditEvent(actor=boss, verb=f"{MARK}.done", subject=secret("subject"), detail={"told": secret("audit")}))
    plant(DimensionMap(kind="rename", why=secret("renamed"), op_id=uuid4(), made_by=boss))
    later = timezone.now() + timedelta(days=3)
    plant(Invitation(digest="e" * 64, role="admin", note=secret("invited"), invited_by=boss, expires_at=later))
    plant(ApiToken(user=other, name=secret("token"), prefix=MARK, digest="f" * 64, expires_at=later))
