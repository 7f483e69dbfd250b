"""The audit log by person, thing and day; the same rows as CSV; wrong filters are said, all at once."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from people.models import AuditEvent, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("admin", username="ada")


@pytest.fixture
def client(ada: User) -> Client:
    made = Client()
    made.force_login(ada)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=datetime(2026, 3, day, 23, 30, tzinfo=UTC), actor=ada if day % 2 else make_user(username=f"grace{day}"),
            verb="campaign.open" if day < 3 else "task.free", subject=f"campaign {day}", detail={"n": day},
        )
        for day in range(1, 5)
    )  # fmt: skip
    return made


def subjects(answer: Any) -> list[str]:
    return [row.subject for row in answer.context["rows"] if row.subject.startswith("campaign")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("actor=ada", [3, 1]),
        ("verb=campaign.open", [2, 1]),
        ("subject=Campaign+2", [2]),
        ("since=2026-03-02&until=2026-03-03", [3, 2]),
        ("actor=ada&verb=task.free&since=2026-03-01", [3]),
    ],
)
def test_filters_and_csv_show_the_same(client: Client, query: str, found: list[int]) -> None:
    wanted = [f"campaign {day}" for day in found]
    assert subjects(client.get(f"/audit/?{query}")) == wanted
    answer: Any = client.get(f"/audit/audit.csv?{query}")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    rows = [row for row in rows if row["to"].startswith("campaign")]
    assert [row["to"] for row in rows] == wanted
    assert [json.loads(row["detail"]) for row in rows] == [{"n": day} for day in found]


def test_wrong_filters_are_said_at_once(client: Client) -> None:
    wrong = "actor=nobody&verb=fly&since=soon"
    answer = client.get(f"/audit/?{wrong}")
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {"actor", "verb", "since"}
    sheet = client.get(f"/audit/audit.csv?{wrong}")
    assert sheet.status_code == 422 and b"since" in sheet.content
    assert client.get("/audit/?since=2026-03-02&until=2026-03-01").context["form"].errors["until"]


def test_pages_keep_the_filter_and_cost_the_same(client: Client, ada: User, django_assert_num_queries: Any) -> None:
    AuditEvent.objects.bulk_create(AuditEvent(actor=ada, verb="x", subject=f"=thing {n}") for n in range(120))
    first = client.get("/audit/?verb=x")
    assert len(first.context["rows"]) == 50 and "verb=x" in first.context["next"]
    seen, address = 0, "?verb=x"
    while address:
        with django_assert_num_queries(5):  # session, person; verbs, rows, people
            answer = client.get(f"/audit/{address}")
        seen, address = seen + len(answer.context["rows"]), answer.context.get("next", "")
    assert seen == 120
    sheet: Any = client.get("/audit/audit.csv?verb=x")
    assert b"'=thing" in b"".join(sheet.streaming_content)  # a spreadsheet does not run it
