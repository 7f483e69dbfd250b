"""An admin says who rates a campaign and who reads it; who reads one sees that one and nothing else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotate.actions.claim_task import claim_task
from annotate.actions.give_roles import give_roles
from annotate.models import Campaign, Participant
from people.models import AuditEvent, Invitation, Role, User
from scoring.actions.ask_analysis import ask_analysis
from scoring.models import Analysis, AnalysisKind
from tests.factories import make_campaign, make_corpus, make_user

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reader_of(campaign: Campaign, **more: str) -> User:
    user = make_user(**more)
    give_roles(campaign=campaign, roles={user: Role.SCIENTIST}, open_to_all=True, by=None)
    return user


def test_an_admin_names_who_rates_and_who_reads() -> None:
    admin, ada, bob = make_user("admin"), make_user(username="ada"), make_user(username="bob")
    campaign = make_campaign()
    page = signed_in(admin)
    address = f"/campaigns/{campaign.pk}/people/"
    assert address in page.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "ada" in page.get(address).content.decode()
    wanted = {"chosen_only": "on", f"role_{ada.pk}": "scientist", f"role_{bob.pk}": "annotator"}
    assert page.post(address, wanted).status_code == 302
    campaign.refresh_from_db()
    assert not campaign.open_to_all
    assert dict(Participant.objects.values_list("user", "role")) == {ada.pk: "scientist", bob.pk: "annotator"}
    assert AuditEvent.objects.get(verb="campaign.roles").actor == admin
    told = page.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "ada" in told and "bob" in told
    chosen = page.get(address).content.decode()
    assert '<option value="scientist" selected>' in chosen and "checked" in chosen
    page.post(address, {})
    campaign.refresh_from_db()
    assert campaign.open_to_all and not Participant.objects.exists()


def test_what_the_page_refuses_names_the_field() -> None:
    admin, ada = make_user("admin"), make_user(username="ada")
    campaign, page = make_campaign(), signed_in(admin)
    address = f"/campaigns/{campaign.pk}/people/"
    nobody = page.post(address, {"chosen_only": "on", f"role_{ada.pk}": "scientist"})
    assert nobody.status_code == 422 and "Name at least one person who rates here." in nobody.content.decode()
    for person, role in ((ada, "boss"), (ada, "admin"), (admin, "scientist")):
        answer = page.post(address, {f"role_{person.pk}": role})
        assert answer.status_code == 422 and f"{role} is not one of the available choices" in answer.content.decode()
    assert not Participant.objects.exists()


def test_the_page_costs_as_many_queries_for_thirty_people_as_for_three() -> None:
    campaign, page = make_campaign(), signed_in(make_user("admin"))
    page.get(f"/campaigns/{campaign.pk}/people/")  # the session is read and touched once
    costs = []
    for more in (3, 27):
        for _ in range(more):
            make_user()
        with CaptureQueriesContext(connection) as queries:
            assert page.get(f"/campaigns/{campaign.pk}/people/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 6, costs


@pytest.mark.parametrize("role", ["annotator", "scientist"])
def test_only_admins_give_roles(role: str) -> None:
    campaign = make_campaign()
    page = signed_in(make_user(role) if role == "scientist" else reader_of(campaign))
    before = list(Participant.objects.values_list("user", "role"))
    for answer in (page.get, page.post):
        assert answer(f"/campaigns/{campaign.pk}/people/").status_code == 404
    assert list(Participant.objects.values_list("user", "role")) == before


def test_a_scientist_of_one_campaign_reads_it_without_names_and_can_change_nothing() -> None:
    mine, other = make_campaign(name="Mine"), make_campaign(name="Other")
    claim_task(campaign=mine, user=make_user(username="somebody-else"))
    page = signed_in(reader_of(mine))
    queue = page.get("/queue/").content.decode()
    assert f"/campaigns/{mine.pk}/" in queue and f"/campaigns/{other.pk}/" not in queue
    listed = page.get("/campaigns/").content.decode()
    assert "Mine" in listed and "Other" not in listed and "/campaigns/new/" not in listed
    told = page.get(f"/campaigns/{mine.pk}/").content.decode()
    assert "annotator-" in told and "somebody-else" not in told
    for control in ("/people/", "/gold/", "/close/", "/free/", "/budget/"):
        assert f"/campaigns/{mine.pk}{control}" not in told
    assert page.get(f"/campaigns/{other.pk}/").status_code == 404
    assert signed_in(make_user()).get(f"/campaigns/{mine.pk}/").status_code == 404


@pytest.mark.parametrize("kind", [AnalysisKind.WORKBENCH, AnalysisKind.AGREEMENT, AnalysisKind.RATERS])
def test_statistics_are_of_the_campaign_that_one_reads(kind: str) -> None:
    corpus = make_corpus()
    mine, other, away = make_campaign(corpus=corpus), make_campaign(corpus=corpus), make_campaign()
    reader = reader_of(mine)
    dimension = mine.questions.get().dimension_version.dimension
    for asked in ("", f"?campaign={other.pk}", f"?corpus={away.corpus.key}&campaign={away.pk}", "?campaign=x"):
        Analysis.objects.all().delete()
        told = signed_in(reader).get(f"/{kind}/{asked}").content.decode()
        assert set(Analysis.objects.values_list("campaign", "corpus")) == {(mine.pk, corpus.pk)}, asked
        assert other.name not in told and away.name not in told and away.corpus.name not in told
    tables = {"tables": [{"key": "t", "title": "T", "words": "", "head": ["a"], "rows": [["1"]]}]}
    for campaign, status in ((mine, 200), (other, 404), (None, 404)):
        row, _ = ask_analysis(kind=kind, corpus=corpus, dimension=dimension, campaign=campaign)
        Analysis.objects.filter(pk=row.pk).update(result=tables)
        assert signed_in(reader).get(f"/analyses/{row.pk}/t.csv").status_code == status, campaign
        assert signed_in(make_user()).get(f"/analyses/{row.pk}/t.csv").status_code == 404
        assert signed_in(make_user("scientist")).get(f"/analyses/{row.pk}/t.csv").status_code == 200


def test_one_is_invited_restricted_and_the_restriction_is_shown_and_lifted() -> None:
    admin, ada = make_user("admin"), make_user(username="ada")
    page = signed_in(admin)
    assert page.post("/people/invite/", {"role": "annotator:named"}).status_code == 200
    assert Invitation.objects.get().named_only
    assert "only where named" in page.get("/people/").content.decode()
    page.post(f"/people/{ada.pk}/role/", {"role": "annotator:named"})
    ada.refresh_from_db()
    assert ada.own_role == "annotator:named"
    assert page.post("/people/invite/", {"role": "scientist:named"}).status_code == 422
    page.post(f"/people/{ada.pk}/role/", {"role": "annotator"})
    ada.refresh_from_db()
    assert not ada.named_only
