"""Own keys: checked on the server, no key for two actions, printed where they are used."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from annotate.actions.claim_task import claim_task
from people.actions.set_keys import set_keys
from people.bindings import ALLOWED, USUAL, BadKeys, checked_keys, keys_of
from people.models import User
from tests.factories import make_campaign, make_user


def test_the_usual_keys_pass_their_own_rules() -> None:
    assert checked_keys(USUAL) == {} == checked_keys({})
    assert set(USUAL.values()) <= ALLOWED


def test_only_what_differs_is_stored_and_the_rest_is_filled_in() -> None:
    stored = checked_keys({"next": " L ", "previous": "u", "note": "n"})
    assert stored == {"next": "l", "previous": "u"}
    assert keys_of(stored) == USUAL | stored


def test_keys_may_be_swapped() -> None:
    assert checked_keys({"next": "k", "previous": "j"}) == {"next": "k", "previous": "j"}


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ({"next": "k"}, {"next", "previous"}),
        ({"next": "x", "skip": "X"}, {"next", "skip"}),
        ({"answer-1": "2"}, {"answer-1", "answer-2"}),
        ({"next": ""}, {"next"}),
        ({"next": "jj"}, {"next"}),
        ({"next": "'"}, {"next"}),
        ({"next": "/"}, {"next"}),
        ({"next": "ß"}, {"next"}),
        ({"next": "Enter"}, {"next"}),
        ({"submit": "x"}, {"submit"}),
    ],
)
def test_what_cannot_be_is_refused(wanted: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(BadKeys) as refusal:
        checked_keys(wanted)
    assert set(refusal.value.problems) == wrong


def test_what_does_not_fit_any_more_gives_the_usual_keys() -> None:
    assert keys_of({"next": "k"}) == keys_of({"gone": "x"}) == keys_of({}) == USUAL


def test_a_key_that_was_chosen_before_an_action_came_is_kept() -> None:
    stored = {"next": "l", "previous": "h"}
    keys = keys_of(stored)
    assert keys == USUAL | stored | {"meaning": "a"}
    assert keys_of(checked_keys(keys)) == keys  # the form of the profile page shows these, and takes them back


@pytest.mark.django_db
class TestPages:
    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def typed(self, **more: str) -> dict[str, str]:
        return {f"key-{action}": key for action, key in (USUAL | more).items()}

    def test_keys_are_kept_printed_and_taken_back(self) -> None:
        user = make_user()
        client = self.client(user)
        task = claim_task(campaign=make_campaign(), user=user).task
        assert task is not None
        assert client.post("/profile/keys/", self.typed(next="l", skip="x")).status_code == 302
        user.refresh_from_db()
        assert user.keys == {"next": "l", "skip": "x"}
        page = client.get(f"/rate/{task.pk}/").content.decode()
        found = re.search(r'<script id="key-bindings" type="application/json">(.*?)</script>', page)
        assert found is not None and json.loads(found[1]) == USUAL | {"next": "l", "skip": "x"}
        assert "<kbd>l</kbd> <kbd>k</kbd>" in page and '<kbd aria-hidden="true">x</kbd>' in page
        assert "<kbd>j</kbd>" not in page
        assert "Back to the usual keys" in client.get("/profile/").content.decode()
        client.post("/profile/keys/", {"usual": "1"})
        user.refresh_from_db()
        assert user.keys == {}

    def test_a_clash_is_said_at_both_boxes_and_nothing_is_kept(self) -> None:
        user = make_user()
        answer = self.client(user).post("/profile/keys/", self.typed(next="s", note="long"))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert (
            "s is the key of “Skip” too" in page
            and "s is the key of “Next turn” too" in page
            and "One character." in page
        )
        user.refresh_from_db()
        assert user.keys == {}

    def test_nobody_elses_keys_are_changed(self) -> None:
        user, other = make_user(), make_user()
        set_keys(user=other, wanted={"next": "l"})
        self.client(user).post("/profile/keys/", self.typed(next="x") | {"user": str(other.pk)})
        other.refresh_from_db()
        assert other.keys == {"next": "l"}
