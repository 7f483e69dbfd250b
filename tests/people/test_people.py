"""Joining, roles, closing accounts, sessions and tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.actions.accept_invitation import InvitationGone, NameTaken, accept_invitation, open_invitation
from people.actions.change_person import LastAdmin, change_role, set_active
from people.actions.end_sessions import end_sessions
from people.actions.invite import UnknownRole, invite
from people.actions.make_token import make_token, revoke_token
from people.actions.sign_in_for import NotOnAServer, first_sign_ins, sign_in_for
from people.models import ApiToken, AuditEvent, Invitation, Role, Scope, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
STRONG = "a-long-enough-password-9"


def bearer(token: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def test_an_invitation_makes_one_account_of_its_role(client: Client) -> None:
    row, secret = invite(role=Role.SCIENTIST, by=make_user("admin"))
    assert secret not in Invitation.objects.get(pk=row.pk).digest
    address = reverse("join", args=[secret])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"username": "ada", "password": STRONG, "role": "admin", "is_superuser": "1"})
    assert answer.status_code == 302
    user = User.objects.get(username="ada")
    assert (user.role, user.is_superuser, user.is_staff) == (Role.SCIENTIST, False, False)
    assert Client().get(address).status_code == 404
    with pytest.raises(InvitationGone):
        accept_invitation(secret=secret, username="bob", password=STRONG)


def test_a_weak_password_and_a_taken_name_are_refused_and_the_link_stays_good(client: Client) -> None:
    make_user(username="ada")
    _, secret = invite(role=Role.ANNOTATOR, by=None)
    address = reverse("join", args=[secret])
    assert b"too short" in client.post(address, {"username": "eve", "password": "short"}).content
    with pytest.raises(NameTaken):
        accept_invitation(secret=secret, username="ada", password=STRONG)
    assert open_invitation(secret).used_at is None


def test_old_and_withdrawn_links_are_gone() -> None:
    row, secret = invite(role=Role.ANNOTATOR, by=None)
    Invitation.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
    with pytest.raises(InvitationGone):
        open_invitation(secret)
    row, secret = invite(role=Role.ANNOTATOR, by=None)
    Invitation.objects.filter(pk=row.pk).update(
        created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=2)
    )
    with pytest.raises(InvitationGone):
        open_invitation(secret)
    with pytest.raises(UnknownRole):
        invite(role="king", by=None)


def test_a_changed_role_ends_sessions_and_tokens(client: Client) -> None:
    admin, user = make_user("admin"), make_user("scientist")
    _, token = make_token(user=user, name="t", scopes=[Scope.READ], days=1)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("runs")).status_code == 200
    assert client.get(reverse("api_runs"), **bearer(token)).status_code == 200
    change_role(user=user, role=Role.ANNOTATOR, by=admin)
    assert client.get(reverse("runs")).status_code == 302
    assert Client().get(reverse("api_runs"), **bearer(token)).status_code == 401


def test_the_last_admin_stays() -> None:
    admin = make_user("admin")
    with pytest.raises(LastAdmin):
        change_role(user=admin, role=Role.ANNOTATOR, by=admin)
    with pytest.raises(LastAdmin):
        set_active(user=admin, active=False, by=admin)
    make_user("admin")
    set_active(user=admin, active=False, by=admin)


def test_a_session_ends_after_idle_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(make_user("scientist"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("runs")).status_code == 200
    import time

    later = time.time() + settings.SESSION_IDLE_SECONDS + 5
    monkeypatch.setattr("people.middleware.time.time", lambda: later)
    assert client.get(reverse("runs")).status_code == 302


def test_the_session_key_changes_at_sign_in(client: Client) -> None:
    make_user("annotator", username="ann", password=PASSWORD)
    client.get(reverse("sign_in"))
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    assert client.post(reverse("sign_in"), {"username": "ann", "password": PASSWORD}).status_code == 302
    assert client.session.session_key != before


def test_guessing_is_locked_out(client: Client) -> None:
    make_user("annotator", username="ann", password=PASSWORD)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(reverse("sign_in"), {"username": "ann", "password": "wrong"})
    answer = client.post(reverse("sign_in"), {"username": "ann", "password": PASSWORD})
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


def test_sign_out_everywhere(client: Client) -> None:
    user = make_user("scientist")
    other = Client()
    for each in (client, other):
        each.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert end_sessions(user=user) == 2
    assert other.get(reverse("runs")).status_code == 302


def test_a_token_is_kept_as_a_digest_and_limited_to_its_scopes(client: Client) -> None:
    user = make_user("scientist")
    row, token = make_token(user=user, name="t", scopes=[Scope.READ], days=1)
    kept = ApiToken.objects.get(pk=row.pk)
    assert token not in (kept.digest, kept.prefix) and len(kept.digest) == 64
    assert client.get(reverse("api_runs"), **bearer(token)).status_code == 200
    refused = client.post(reverse("api_runs"), {}, content_type="application/json", **bearer(token))
    assert refused.status_code == 403
    assert client.get(reverse("api_runs"), **bearer(token + "x")).status_code == 401
    assert client.get(reverse("api_runs"), **bearer("ü".encode().decode("latin-1"))).status_code == 401
    ApiToken.objects.filter(pk=row.pk).update(
        created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
    )
    assert client.get(reverse("api_runs"), **bearer(token)).status_code == 401
    row, token = make_token(user=user, name="t", scopes=[Scope.READ], days=1)
    revoke_token(token=row, by=user)
    assert client.get(reverse("api_runs"), **bearer(token)).status_code == 401
    with pytest.raises(ValueError, match="scopes"):
        make_token(user=user, name="t", scopes=["everything"], days=1)


def test_the_audit_log_only_grows() -> None:
    invite(role=Role.ANNOTATOR, by=None)
    event = AuditEvent.objects.get()
    assert event.verb == "person.invite"
    for change in (lambda: event.delete(), lambda: AuditEvent.objects.update(verb="nothing")):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            change()


def test_laptop_sign_ins(settings) -> None:
    found = first_sign_ins()
    assert [role for role, _, _ in found] == Role.values
    assert first_sign_ins() == []
    name, password = sign_in_for(role="annotator")
    assert User.objects.get(username=name).check_password(password)
    settings.ON_A_SERVER = True
    with pytest.raises(NotOnAServer):
        sign_in_for(role="admin")
    with pytest.raises(CommandError):
        call_command("signin", "--role", "admin")
