"""Many annotators at once, processes killed under them, and the proof that nothing acknowledged was lost."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from io import StringIO

from tests.bench.annotators import Ledger, work
from tests.bench.web import Web

OVERLAP = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and every fault that was found afterwards (none: all held)."""

    ledger: Ledger
    seconds: float
    killed: int
    verified: str
    faults: list[str]

    @property
    def saves_a_second(self) -> float:
        return sum(value is not None for _, _, value in self.ledger.acknowledged.values()) / self.seconds


def build(*, annotators: int, items: int, turns: int, overlap: int = OVERLAP) -> tuple[int, list[str]]:
    """A campaign with one question about every turn, and a token per annotator."""
    from annotate.actions.create_campaign import Question, create_campaign
    from annotate.actions.import_corpus import import_corpus
    from annotate.actions.open_campaign import open_campaign
    from annotate.models import Corpus, DimensionVersion
    from people.actions.make_token import make_token
    from people.models import Role, Scope, User
    from tests.bench.world import records

    number = Corpus.objects.count()
    corpus = Corpus.objects.create(key=f"crowd-{number}", name=f"Crowd {number}", format="jsonl", synthetic=True)
    import_corpus(corpus=corpus, records=records(items, turns))
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    campaign = create_campaign(
        name=f"Crowd {number}", corpus=corpus, questions=[Question(version)], by=None, overlap=overlap
    )
    open_campaign(campaign=campaign, by=None)
    tokens = []
    for place in range(annotators):
        user = User.objects.create_user(username=f"crowd-{number}-{place}", role=Role.ANNOTATOR)
        tokens.append(make_token(user=user, name="load", scopes=[Scope.RATE, Scope.READ], days=1)[1])
    return campaign.pk, tokens


def run(
    web: Web, campaign: int, tokens: list[str], *, kill_after: Collection[int] = (), kill_all_after: int = 0
) -> Outcome:
    """Let the annotators work until nothing is left; after so many submissions a web process is killed, or all of it.

    Then look whether everything stands.
    """
    strikes: list[threading.Thread] = []

    def strike(submitted: int) -> None:
        blow = web.kill_all if submitted == kill_all_after else web.kill_one if submitted in kill_after else None
        if blow:  # beside the annotators, who go on meanwhile
            strikes.append(threading.Thread(target=blow))
            strikes[-1].start()

    before = web.killed
    ledger, seconds = work(web.port, tokens, campaign, strike)
    for one in strikes:
        one.join()
    faults, verified = check(campaign, ledger)
    return Outcome(ledger, seconds, web.killed - before, verified, faults)


def check(campaign: int, ledger: Ledger) -> tuple[list[str], str]:
    """Every fault in words, and what `manage.py verify_receipts` said."""
    from django.core.management import CommandError, call_command
    from django.db.models import Count, F

    from annotate.models import CampaignItem, Rating, TaskEvent, Turn
    from annotate.models.campaign import TaskState

    faults = list(ledger.problems)
    items = CampaignItem.objects.filter(campaign=campaign)
    wrong = items.exclude(taken=F("required_raters"), submitted=F("required_raters")).count()
    if wrong:
        faults.append(f"{wrong} of {items.count()} items have not exactly the raters that were asked for")
    done = items.filter(tasks__state=TaskState.SUBMITTED)
    counted = done.annotate(tasks_done=Count("tasks"), raters=Count("tasks__rater", distinct=True))
    right = counted.filter(tasks_done=F("required_raters"), raters=F("required_raters")).count()
    if right != items.count():
        faults.append(f"only {right} of {items.count()} items have that many submitted tasks of different raters")
    current = Rating.objects.filter(task__item__campaign=campaign, current=True)
    each = current.values("turn").annotate(count=Count("pk"), raters=Count("rater", distinct=True))
    wanted = items.first().required_raters  # type: ignore[union-attr]
    turns = Turn.objects.filter(conversation__in=items.values("conversation"))
    if each.filter(count=wanted, raters=wanted).count() != turns.count() or each.exclude(count=wanted).exists():
        faults.append(f"not every turn has exactly {wanted} ratings of different raters")
    here = {
        str(op): (version, receipt)
        for op, version, receipt in TaskEvent.objects.filter(task__item__campaign=campaign).values_list(
            "op_id", "version", "receipt"
        )
    }
    values = dict(current.values_list("op_id", "number"))
    said = {str(op): value for op, value in values.items()}
    for op, (version, receipt, value) in ledger.acknowledged.items():
        if here.get(op) != (version, receipt):
            faults.append(f"operation {op} was acknowledged as {version}, {receipt[:8]}; here it is {here.get(op)}")
        elif value is not None and said.get(op) != value:
            faults.append(f"operation {op} said {value}; here it is {said.get(op)}")
    if len(here) != len(ledger.acknowledged):
        faults.append(f"{len(here)} operations are here, {len(ledger.acknowledged)} were acknowledged")
    words = StringIO()
    try:
        call_command("verify_receipts", stdout=words, stderr=words)
    except CommandError as problem:
        faults.append(str(problem))
    return faults, " ".join(words.getvalue().split())
