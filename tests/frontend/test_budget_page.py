"""How many more ratings a campaign needs: by the worker, shown as chart, table and CSV, with an end in sight."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotate.actions.create_campaign import Question
from annotate.models import Campaign, CampaignItem, Rater, Rating, Task
from annotate.selectors.pace import Pace, pace_of_campaign
from frontend.charts.shrinking import shrinking
from scoring.actions.run_analysis import run_analysis
from scoring.models import Analysis
from tests.factories import make_campaign, make_corpus, make_dimension, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    made = Client()
    made.force_login(make_user("admin"))
    return made


def rated(conversations: int = 24) -> Campaign:
    """Two raters on each conversation's four turns, alike on three of four; half of the tasks came in today."""
    version = make_dimension("warmth")
    campaign = make_campaign(corpus=make_corpus(conversations=conversations), questions=[Question(version)], overlap=2)
    raters = [Rater.objects.create(user=make_user(), pseudonym=f"p{place}") for place in range(2)]
    for place, item in enumerate(CampaignItem.objects.filter(campaign=campaign).order_by("position")):
        for who, rater in enumerate(raters):
            at = timezone.now() - timedelta(hours=1 if place % 2 else 48)
            task = Task.objects.create(item=item, rater=rater, state="submitted", submitted_at=at)
            Rating.objects.bulk_create(
                Rating(
                    conversation=item.conversation, turn=turn, dimension_version=version, rater=rater, task=task,
                    number=(turn.index + place) % 5 + 1 if turn.index or not who else (place * 7) % 5 + 1,
                )
                for turn in item.conversation.turns.order_by("index")
            )  # fmt: skip
    return campaign


def test_the_page_has_table_chart_csv_and_an_end(client: Client, django_assert_max_num_queries: Any) -> None:
    campaign = rated()
    first = client.get(f"/campaigns/{campaign.pk}/budget/").content.decode()
    assert (
        "Being computed" in first
        and f"/campaigns/{campaign.pk}/budget/" in client.get(f"/campaigns/{campaign.pk}/").content.decode()
    )
    row = Analysis.objects.get(kind="budget", campaign=campaign)
    run_analysis(analysis_id=row.pk)
    with django_assert_max_num_queries(14):
        answer = client.get(f"/campaigns/{campaign.pk}/budget/?dimension=warmth")
    page = answer.content.decode()
    assert "Being computed" not in page and "In the last day 24 conversations were submitted" in page
    assert 'class="shrinking"' in page
    more = [line[1] for line, _ in answer.context["lines"] if line[1] is not None]
    assert more == sorted(more) and more[-1] > 0
    last, end = next((line, end) for line, end in reversed(answer.context["lines"]) if line[1])
    # Two raters each, 24 submitted a day.
    assert abs((end - timezone.now()) - timedelta(days=last[1] * 2 / 24)) < timedelta(minutes=1)
    sheet = list(csv.reader(client.get(f"/analyses/{row.pk}/targets.csv").content.decode().splitlines()))
    assert sheet[0][:3] == ["half width", "more conversations", "more ratings"] and len(sheet) == 8
    widths = [float(line[2]) for line in list(
        csv.reader(client.get(f"/analyses/{row.pk}/curve.csv").content.decode().splitlines())
    )[1:]]  # fmt: skip
    assert widths[-1] < widths[0] / 3  # twenty times the conversations: by the square root, 4.5 times as narrow


def test_without_ratings_it_says_why(client: Client) -> None:
    campaign = make_campaign(questions=[Question(make_dimension("warmth"))])
    client.get(f"/campaigns/{campaign.pk}/budget/")
    run_analysis(analysis_id=Analysis.objects.get(kind="budget").pk)
    assert "nobody has rated this dimension here" in client.get(f"/campaigns/{campaign.pk}/budget/").content.decode()
    assert client.get("/campaigns/999999/budget/").status_code == 404


def test_a_pace_needs_somebody_who_submitted_today() -> None:
    assert pace_of_campaign(make_campaign()).end(10) is None
    now = timezone.now()
    assert Pace(4, 2.0, now).end(10) == now + timedelta(days=5)
    assert Pace(1, 2.0, now).end(10**9) is None


def test_the_chart_needs_two_points_and_goes_down() -> None:
    assert shrinking([(1, 2, 0.5)]) is None
    chart = shrinking([(10, 20, 0.5), (40, 80, 0.25)])
    assert chart is not None
    assert chart.points[0].y < chart.points[1].y and chart.points[1].x == chart.right
    assert chart.points[0].words == "20 ratings: ±0.500"
