"""The security checklist, a test each (what has tests elsewhere: sessions, tokens, roles, releases, imports)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from annotate.models import Conversation, Corpus, KnowledgeSection, Turn
from people.actions.make_token import make_token
from people.models import Scope, User
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.models import Checkpoint, Run
from tests.factories import make_corpus, make_user
from tests.scoring.test_comparisons import rate
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

PROJECT = Path(__file__).resolve().parent.parent
SERVER = {
    "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none",
    "SECRET_KEY": "kG7vQ2xLr9TzWm4YbNc8HdFs1JpAe6UoRi3XgVt5KyMnBqEwZa0C",
    "ALLOWED_HOSTS": "evalsite.example.org",
    "CELERY_BROKER_URL": "memory://",
}
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}{% debug %}",
    "javascript:alert(1)",
    "</textarea><svg/onload=alert(1)>",
]


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in SERVER}
    kept.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # of browser tests in the same process
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "evalsite.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_server_passes_djangos_own_deployment_check(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", EVALSITE_VAR=str(tmp_path / "var"), **SERVER)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "CELERY_BROKER_URL"])
def test_a_server_does_not_start_half_configured(missing: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in SERVER.items() if name != missing}
    done = manage("check", EVALSITE_VAR=str(tmp_path / "var"), **environment)
    assert done.returncode != 0 and missing in done.stderr


@pytest.mark.parametrize("weak", ["changeme", "a" * 60])
def test_a_weak_secret_stops_the_process_and_is_not_repeated(weak: str, tmp_path: Path) -> None:
    done = manage("check", EVALSITE_VAR=str(tmp_path / "var"), **{**SERVER, "SECRET_KEY": weak})
    assert done.returncode != 0 and "SECRET_KEY" in done.stderr and weak not in done.stderr


def test_a_wrong_switch_stops_the_process() -> None:
    done = manage("check", DEBUG="maybe")
    assert done.returncode != 0 and "DEBUG" in done.stderr


@pytest.mark.django_db
def test_the_content_security_policy_is_enforced_on_every_answer() -> None:
    client = signed_in("admin")
    for address in (reverse("people"), reverse("runs"), reverse("sign_in"), "/nothing/", reverse("api_runs")):
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy
        assert "unsafe" not in policy and "Content-Security-Policy-Report-Only" not in answer
        assert answer["X-Content-Type-Options"] == "nosniff" and answer["X-Frame-Options"] == "DENY"


def test_no_template_needs_what_the_policy_forbids() -> None:
    for template in PROJECT.glob("*/templates/**/*.html"):
        text = template.read_text().lower()
        for forbidden in (" onclick=", " onload=", " onchange=", " style=", "|safe", "autoescape off", '="javascript:'):
            assert forbidden not in text, f"{template}: {forbidden}"
        inline = [part for part in text.split("<script")[1:] if "src=" not in part.split(">")[0]]
        assert all('type="application/json"' in part.split(">")[0] for part in inline), template


@pytest.mark.django_db
@pytest.mark.parametrize("attack", XSS)
def test_texts_of_others_are_shown_as_texts(attack: str) -> None:
    corpus = make_corpus(conversations=1)
    Corpus.objects.update(name=attack, description=attack)
    Conversation.objects.update(external_id=attack, topic=attack, split=attack[:64], config=attack[:32], system=attack)
    Turn.objects.update(text=attack, speaker=attack[:64], cited=[attack[:64]])
    KnowledgeSection.objects.update(title=attack, passages=[{"kind": attack, "ref": attack, "text": attack}])
    User.objects.create(username="x" + attack[:100].replace(" ", ""), role="annotator")
    checkpoint = make_checkpoint("iq")
    Checkpoint.objects.update(name=attack, card=attack, signature=attack)
    conversation = Conversation.objects.get()
    rate(conversation, 1, 2, 3)
    run = make_run(Corpus.objects.get(pk=corpus.pk), checkpoint)
    work(Counting())
    Run.objects.update(reason=attack, state="failed")
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    client = signed_in("admin")
    addresses = [
        reverse("side_by_side_list") + f"?corpus={corpus.key}&q=",
        reverse("side_by_side", args=[conversation.pk]),
        reverse("disagreement"),
        reverse("runs"),
        reverse("run", args=[run.pk]),
        reverse("checkpoints"),
        reverse("checkpoint", args=[checkpoint.pk]),
        reverse("people"),
        reverse("releases"),
    ]
    shown = 0
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        for tag in ("<script>alert", "<img src=x", "<svg/onload"):
            assert tag not in page, address
        assert 'href="javascript' not in page and "49{%" not in page
        shown += escape(attack[:12]) in page
    assert shown >= 3, "the attack was not on the pages: the test shows nothing"


@pytest.mark.django_db
@pytest.mark.parametrize("attack", XSS)
def test_what_an_address_carries_is_not_run(attack: str) -> None:
    make_corpus()
    client = signed_in("scientist")
    for name in ("side_by_side_list", "disagreement", "runs"):
        for key in ("q", "after", "split", "corpus", "by", "before", "order"):
            answer = client.get(reverse(name), {key: attack})
            assert answer.status_code == 200
            assert "<script>alert" not in answer.content.decode() and "<img src=x" not in answer.content.decode()
    assert b"<script>alert" not in client.post(reverse("run_new"), {"split": attack}).content


@pytest.mark.django_db
def test_unknown_and_read_only_keys_change_nothing() -> None:
    corpus, checkpoint, user = make_corpus(), make_checkpoint(), make_user("scientist")
    _, token = make_token(user=user, name="t", scopes=[Scope.READ, Scope.RUN], days=1)
    body = {"checkpoint": checkpoint.pk, "corpus": corpus.key}
    for key, value in {
        "state": "done", "requested_by": 1, "id": 77, "total": 5, "role": "admin", "is_staff": True, "kind": "train",
    }.items():  # fmt: skip
        answer = Client().post(
            reverse("api_runs"),
            {**body, key: value},
            content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 400 and key in answer.json(), key
    assert not Run.objects.exists()
    answer = Client().post(
        reverse("api_runs"), body, content_type="application/json", headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 201
    run = Run.objects.get()
    assert (run.state, run.requested_by, run.kind) == ("queued", user, "score")
    user.refresh_from_db()
    assert user.role == "scientist"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "key", ["corpus__key", "turns__text__contains", "ratings__rater__user__password__startswith", "ordering"]
)
def test_only_listed_filters_reach_the_database(key: str) -> None:
    client = signed_in("scientist")
    answer = client.get(reverse("api_conversations"), {key: "x"})
    assert answer.status_code == 400 and "is no filter" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("slice", [{"corpus__name": "x"}, {"limit": -1}, {"split": ["a"]}, {"limit": "many"}])
def test_a_slice_holds_only_what_may_be_filtered_by(slice: dict) -> None:
    corpus, checkpoint = make_corpus(), make_checkpoint()
    body = {"checkpoint": checkpoint.pk, "corpus": corpus.key, "slice": slice}
    answer = signed_in("scientist").post(reverse("api_runs"), body, content_type="application/json")
    assert answer.status_code == 400 and "slice" in answer.json()


@pytest.mark.django_db
def test_a_change_by_a_browser_needs_the_csrf_token_in_json_too() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("admin"), backend="django.contrib.auth.backends.ModelBackend")
    for name, arguments in (("run_new", []), ("api_runs", []), ("person_invite", []), ("release_new", [])):
        answer = client.post(reverse(name, args=arguments), {}, content_type="application/json")
        assert answer.status_code == 403, name


@pytest.mark.django_db
def test_another_persons_token_is_not_there() -> None:
    row, _ = make_token(user=make_user("admin"), name="t", scopes=[Scope.READ], days=1)
    assert signed_in("admin").post(reverse("token_revoke", args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.revoked_at is None


@pytest.mark.django_db
def test_metrics_are_for_those_with_the_token_only(settings) -> None:
    assert Client().get(reverse("metrics")).status_code == 404
    settings.METRICS_TOKEN = "a-token"
    assert Client().get(reverse("metrics"), headers={"authorization": "Bearer wrong"}).status_code == 404
    answer = Client().get(reverse("metrics"), headers={"authorization": "Bearer a-token"})
    assert answer.status_code == 200 and b"evalsite_shards_waiting 0.0" in answer.content


def test_cookies_are_for_this_site_only() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY and settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_nothing_is_unpickled_and_no_remote_code_is_trusted() -> None:
    for source in PROJECT.glob("[a-z]*/**/*.py"):
        if source.is_relative_to(PROJECT / "tests") or ".venv" in source.parts:
            continue
        text = source.read_text()
        for forbidden in (
            "import pickle",
            "pickle.load",
            "trust_remote_code=True",
            "yaml.load(",
            "mark_safe(",
            "joblib",
        ):
            assert forbidden not in text, f"{source}: {forbidden}"
        if "torch.load(" in text:
            assert "weights_only=True" in text, source


def test_readyz_says_what_is_missing(client: Client, db) -> None:
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503 and answer.json() == {"database": "ok", "workers": "missing: default, gpu"}
    from scoring.models import Worker

    Worker.objects.create(name="a", queues=["gpu"])
    Worker.objects.create(name="b", queues=["default"])
    assert client.get(reverse("readyz")).status_code == 200
    assert client.get(reverse("healthz")).content == b"ok"


def test_the_web_part_starts_without_torch(tmp_path: Path) -> None:
    code = (
        "import evalsite.wsgi, sys; sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'numpy')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, **SERVER, "DJANGO_SETTINGS_MODULE": "evalsite.settings", "EVALSITE_VAR": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
