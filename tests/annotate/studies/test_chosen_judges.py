"""Who may judge a study: every annotator unless an admin chose some; the others are told so, wherever they ask."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from annotate.actions.choose_judges import BadJudges, choose_judges
from annotate.actions.close_study import close_study
from annotate.actions.next_pair import next_pair
from annotate.actions.release_expired import release_expired_pairs
from annotate.models import Study, StudyJudge, StudyPair
from annotate.refusals import NotTakingPart, PlaceGone, StudyNotOpen
from annotate.selectors.judging import open_studies_for
from people.models import AuditEvent, User
from tests.annotate.studies.judging import choose, claim, submit
from tests.factories import make_alternatives, make_study, make_user

pytestmark = pytest.mark.django_db
WORDS = "This study has chosen judges, and you are not one of them."


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_only_chosen_people_judge() -> None:
    chosen, other = make_user(), make_user()
    study = make_study(people=[chosen])
    assert claim(study, chosen)
    with pytest.raises(NotTakingPart, match="chosen judges"):
        next_pair(study=study, user=other)
    assert list(open_studies_for(chosen)) == [study] and not open_studies_for(other).exists()
    choose_judges(study=study, people=None, by=make_user("admin"))
    study.refresh_from_db()
    assert claim(study, other) and not StudyJudge.objects.exists()


def test_whoever_is_not_chosen_is_told_so_by_page_and_program() -> None:
    study = make_study(people=[make_user()])
    client = signed_in(make_user())
    answer = client.post(f"/api/v1/my/studies/{study.pk}/next/")
    assert answer.status_code == 422 and answer.json()["code"] == "not_taking_part"
    assert answer.json()["words"].startswith(WORDS)
    page = client.get(f"/studies/{study.pk}/rate/", follow=True)
    assert page.redirect_chain == [("/studies/", 302)] and WORDS in page.content.decode()
    assert study.name not in page.content.decode() and client.get("/api/v1/my/studies/").json() == []
    close_study(study=study, by=make_user("admin"))
    assert client.get(f"/studies/{study.pk}/rate/").status_code == 404
    assert signed_in(make_user("scientist")).get(f"/studies/{study.pk}/rate/").status_code == 404


def test_whoever_is_taken_out_gives_the_pair_back_and_what_was_judged_counts() -> None:
    study, admin = make_study(corpus=make_alternatives(contexts=1)), make_user("admin")
    stays, leaves = make_user(), make_user()
    done = claim(study, leaves)
    choose(done, leaves)
    submit(done, leaves)
    held, theirs = claim(study, leaves), claim(study, stays)
    choose_judges(study=study, people=[stays], by=admin)
    for act in (lambda: choose(held, leaves), lambda: submit(held, leaves)):
        with pytest.raises(PlaceGone, match="Others were chosen"):
            act()
    assert list(StudyPair.objects.order_by("position").values_list("taken", "submitted")) == [(1, 1), (0, 0), (1, 0)]
    choose(theirs, stays)
    told = AuditEvent.objects.get(verb="study.judges")
    assert (told.actor, told.subject, told.detail) == (admin, f"study {study.pk}", {"people": [stays.pk]})
    release_expired_pairs(now=timezone.now() + timedelta(hours=1))
    choose(theirs, stays)  # back from lunch, and still a judge


def test_who_cannot_be_the_judges() -> None:
    study, admin = make_study(judges=2), make_user("admin")
    one, two, scientist = make_user(), make_user(), make_user("scientist")
    with pytest.raises(BadJudges, match="at least 2 people"):
        choose_judges(study=study, people=[one, one], by=admin)
    with pytest.raises(BadJudges, match=scientist.username):
        choose_judges(study=study, people=[one, two, scientist], by=admin)
    with pytest.raises(BadJudges, match="at least 2 people"):
        make_study(judges=2, people=[])
    assert Study.objects.get().open_to_all
    close_study(study=study, by=admin)
    with pytest.raises(StudyNotOpen):
        choose_judges(study=study, people=[one, two], by=admin)


def test_a_scientist_who_was_chosen_before_does_not_judge() -> None:
    user = make_user()
    study = make_study(people=[user])
    user.role = "scientist"
    user.save()
    with pytest.raises(NotTakingPart, match="Annotators judge"):
        next_pair(study=study, user=user)
    answer = signed_in(user).post(f"/api/v1/my/studies/{study.pk}/next/")
    assert answer.status_code == 422 and "Annotators judge" in json.loads(answer.content)["words"]


def test_an_admin_chooses_on_a_page() -> None:
    admin, study = make_user("admin"), make_study(judges=2)
    ada, bob = make_user(username="ada"), make_user(username="bob")
    client, address = signed_in(admin), f"/studies/{study.pk}/judges/"
    assert f'href="{address}"' in client.get(f"/studies/{study.pk}/").content.decode()
    for wrong, words in (
        ({"chosen_only": "on", "people": [ada.pk]}, "Choose at least 2 people"),
        ({"chosen_only": "on"}, "Choose at least 2 people"),
        ({"chosen_only": "on", "people": [ada.pk, admin.pk]}, "not one of the available choices"),
    ):
        answer = client.post(address, wrong)
        assert answer.status_code == 422 and words in answer.content.decode(), wrong
    page = client.post(address, {"chosen_only": "on", "people": [ada.pk, bob.pk]}, follow=True).content.decode()
    assert "ada, bob" in page and "Saved: who may judge." in page
    form = client.get(address).content.decode()
    assert form.count("checked") == 3
    seen = signed_in(make_user("scientist")).get(f"/studies/{study.pk}/").content.decode()
    assert "2 chosen people" in seen and "ada" not in seen
    client.post(address, {"people": [ada.pk]})
    assert Study.objects.get().open_to_all and not StudyJudge.objects.exists()
    close_study(study=study, by=admin)
    assert client.get(address).status_code == 404 == client.post(address).status_code


def test_judges_are_chosen_with_the_study() -> None:
    make_alternatives(contexts=1)
    ada, client = make_user(username="ada"), signed_in(make_user("admin"))
    wanted = {
        "name": "Round 1", "systems": ["blue-system", "red-system"], "questions": ["grammar"], "judges": 2, "seed": 5,
        "lease_minutes": 30, "chosen_only": "on", "people": [ada.pk],
    }  # fmt: skip
    answer = client.post("/studies/new/", wanted)
    assert answer.status_code == 422 and "Choose at least 2 people" in answer.content.decode()
    assert client.post("/studies/new/", wanted | {"judges": 1}).status_code == 302
    study = Study.objects.get()
    assert not study.open_to_all and list(study.chosen.values_list("user", flat=True)) == [ada.pk]
    assert AuditEvent.objects.get(verb="study.create").detail["people"] == [ada.pk]
