"""A role for one campaign only: who rates, who reads, and that nobody rates what they could read."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from annotate.actions.claim_task import claim_task
from annotate.actions.give_roles import BadRole, give_roles
from annotate.actions.heartbeat import heartbeat
from annotate.actions.open_campaign import open_campaign
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.models import Campaign, CampaignItem, Participant, Rating, Task
from annotate.operations import Operation
from annotate.refusals import NotTakingPart, PlaceGone, TaskClosed
from annotate.selectors.judging import open_studies_for
from annotate.selectors.queue import campaigns_for
from annotate.selectors.roles import read_by
from people.actions.accept_invitation import accept_invitation
from people.actions.change_person import change_role
from people.actions.invite import invite
from people.models import AuditEvent, User
from tests.factories import PASSWORD, make_campaign, make_corpus, make_study, make_user

pytestmark = pytest.mark.django_db


def give(campaign: Campaign, *, open_to_all: bool = True, by: User | None = None, **roles: str) -> None:
    people = {User.objects.get(username=name): role for name, role in roles.items()}
    give_roles(campaign=campaign, roles=people, open_to_all=open_to_all, by=by)


def begin(campaign: Campaign, user: User) -> Task:
    task = claim_task(campaign=campaign, user=user).task
    assert task is not None
    return task


def rate(task: Task, user: User) -> None:
    question = task.item.campaign.questions.get().dimension_version_id
    operations = [Operation(uuid4(), "rate", turn, question, 4) for turn in range(task.item.conversation.turn_count)]
    save_operations(task_id=task.pk, user=user, base=task.version, operations=operations)
    task.refresh_from_db()


def test_a_scientist_of_a_campaign_reads_it_and_rates_nothing_of_it() -> None:
    corpus = make_corpus(conversations=2)
    mine, again, elsewhere = make_campaign(corpus=corpus), make_campaign(corpus=corpus), make_campaign()
    ada = make_user(username="ada")
    give(mine, ada="scientist")
    assert list(read_by(ada)) == [mine]
    assert set(campaigns_for(ada)) == {again, elsewhere}
    with pytest.raises(NotTakingPart):
        claim_task(campaign=mine, user=ada)
    claim = claim_task(campaign=again, user=ada)
    assert claim.task is None, "the same conversations, of which she may read what others said"
    assert begin(elsewhere, ada)
    give(mine)
    assert not read_by(ada).exists() and begin(again, ada)


def test_drafts_of_a_new_scientist_end_and_what_was_submitted_counts() -> None:
    campaign, ada = make_campaign(corpus=make_corpus(conversations=3)), make_user(username="ada")
    done = begin(campaign, ada)
    rate(done, ada)
    submit_task(task_id=done.pk, user=ada, op_id=uuid4(), base=done.version)
    draft = begin(campaign, ada)
    rate(draft, ada)
    give(campaign, ada="scientist")
    with pytest.raises(TaskClosed):
        rate(draft, ada)
    draft.refresh_from_db()
    assert (draft.state, draft.skip_reason) == ("skipped", "reads")
    assert sorted(CampaignItem.objects.values_list("taken", "submitted")) == [(0, 0), (0, 0), (1, 1)]
    assert Rating.objects.filter(task=done, current=True).count() == 4


def test_drafts_of_the_same_conversations_elsewhere_end_too() -> None:
    corpus, ada = make_corpus(conversations=1), make_user(username="ada")
    mine, other = make_campaign(corpus=corpus), make_campaign(corpus=corpus)
    apart = begin(make_campaign(), ada)
    draft = begin(other, ada)
    give(mine, ada="scientist")
    draft.refresh_from_db(), apart.refresh_from_db()
    assert (draft.state, draft.skip_reason, apart.state) == ("skipped", "reads", "open")
    assert CampaignItem.objects.get(campaign=other).taken == 0


def test_drafts_end_when_a_campaign_that_one_reads_is_opened() -> None:
    corpus, ada = make_corpus(conversations=1), make_user(username="ada")
    draft = begin(make_campaign(corpus=corpus), ada)
    mine = make_campaign(corpus=corpus, opened=False)
    give(mine, ada="scientist")
    draft.refresh_from_db()
    assert draft.state == "open"
    open_campaign(campaign=mine, by=None)
    draft.refresh_from_db()
    assert (draft.state, draft.skip_reason) == ("skipped", "reads")


def test_whoever_is_not_named_any_more_gives_the_conversation_back() -> None:
    campaign, ada, bob = make_campaign(), make_user(username="ada"), make_user(username="bob")
    held, theirs = begin(campaign, ada), begin(campaign, bob)
    give(campaign, open_to_all=False, bob="annotator")
    held.refresh_from_db(), theirs.refresh_from_db()
    assert (held.state, theirs.state) == ("released", "open")
    for act in (lambda: rate(held, ada), lambda: heartbeat(task_id=held.pk, user=ada)):
        with pytest.raises(PlaceGone, match="not take part"):
            act()
    rate(theirs, bob)
    assert list(campaigns_for(bob)) == [campaign] and not campaigns_for(ada).exists()
    give(campaign)
    rate(held, ada)


def test_an_annotator_who_is_restricted_rates_only_where_named() -> None:
    admin, ada = make_user("admin"), make_user(username="ada")
    open_, named = make_campaign(), make_campaign()
    study, chosen = make_study(), make_study(people=[ada])
    held = begin(open_, ada)
    change_role(user=ada, role="annotator", named_only=True, by=admin)
    ada.refresh_from_db()
    assert not campaigns_for(ada).exists() and list(open_studies_for(ada)) == [chosen] != [study]
    with pytest.raises(NotTakingPart):
        claim_task(campaign=open_, user=ada)
    Task.objects.filter(pk=held.pk).update(state="released", lease_until=None)
    CampaignItem.objects.filter(pk=held.item_id).update(taken=0)
    with pytest.raises(PlaceGone):
        rate(held, ada)
    give(named, ada="annotator")
    assert list(campaigns_for(ada)) == [named] and begin(named, ada)
    told = AuditEvent.objects.get(verb="person.role")
    assert told.detail == {"from": "annotator", "to": "annotator:named"}
    change_role(user=ada, role="scientist", by=admin)
    ada.refresh_from_db()
    assert not ada.named_only
    with pytest.raises(ValueError, match="Only annotators"):
        change_role(user=ada, role="admin", named_only=True, by=admin)
    with pytest.raises(IntegrityError, match="only_annotators_are_restricted"), transaction.atomic():
        User.objects.filter(pk=ada.pk).update(named_only=True)


def test_one_can_be_invited_restricted() -> None:
    _, secret = invite(role="annotator", named_only=True, by=make_user("admin"))
    assert accept_invitation(secret=secret, username="eve", password=PASSWORD).own_role == "annotator:named"
    assert AuditEvent.objects.get(verb="person.invite").detail == {"role": "annotator:named"}


def test_what_is_no_role_in_a_campaign() -> None:
    campaign, ada, hedy = make_campaign(), make_user(username="ada"), make_user("admin", username="hedy")
    gone = make_user(username="gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for roles, words in (
        ({"ada": "admin"}, "known: annotator, scientist"),
        ({"ada": "boss"}, "“boss” is no role"),
        ({"hedy": "scientist"}, "hedy reads every campaign already"),
        ({"gone": "annotator"}, "closed"),
    ):
        with pytest.raises(BadRole, match=words):
            give(campaign, **roles)
    with pytest.raises(IntegrityError, match="in_a_campaign_one_rates_or_reads"), transaction.atomic():
        Participant.objects.create(campaign=campaign, user=ada, role="admin")
    give(campaign, hedy="annotator")
    assert begin(campaign, hedy), "as before: whoever is named rates"


def test_the_audit_log_has_what_changed() -> None:
    admin, campaign = make_user("admin"), make_campaign()
    ada, bob = make_user(username="ada"), make_user(username="bob")
    give(campaign, by=admin, ada="scientist", bob="annotator")
    give(campaign, by=admin, ada="scientist", bob="annotator")
    give(campaign, by=admin, open_to_all=False, bob="annotator")
    told = AuditEvent.objects.filter(verb="campaign.roles").order_by("pk")
    assert [(row.actor, row.subject, row.detail) for row in told] == [
        (
            admin,
            f"campaign {campaign.pk}",
            {"given": {str(ada.pk): "scientist", str(bob.pk): "annotator"}, "taken": []},
        ),
        (admin, f"campaign {campaign.pk}", {"given": {}, "taken": [ada.pk], "open_to_all": False}),
    ]
