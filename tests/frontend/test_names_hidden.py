"""Side by side hides who said what as long as the disagreement queue does, and by the same letters."""

from __future__ import annotations

import pytest
from django.test import Client

from annotate.models import Rater
from people.models import AuditEvent, User
from scoring.models import Comparison
from tests.frontend.test_disagreement import judged, rater, scientist, second_vote

__all__ = ["rater"]
pytestmark = pytest.mark.django_db


def page_of(client: Client, row: Comparison) -> str:
    return client.get(f"/side-by-side/{row.conversation_id}/").content.decode()


def test_names_are_letters_until_a_verdict_stands_turn_by_turn(rater: User) -> None:
    first, second = Comparison.objects.get(turn__index=0), Comparison.objects.get(turn__index=1)
    other, mine = second_vote(first, 1), Rater.objects.get(user=rater).pseudonym
    client = scientist()
    page = page_of(client, first)
    assert other not in page and mine not in page and rater.username not in page
    assert page.index('<span class="muted">A</span> 1 · Terrible') < page.index('<span class="muted">B</span> 5')
    judged(client, first)
    page = page_of(client, first)
    assert other in page and page.count(f'<span class="muted">{mine}</span>') == 1  # the three other turns stay closed
    assert "Show names" in page
    judged(client, second)
    assert page_of(client, first).count(f'<span class="muted">{mine}</span>') == 2


def test_the_letters_are_those_of_the_queue(rater: User) -> None:
    row, client = Comparison.objects.get(turn__index=0), scientist()
    second_vote(row, 1)
    queue, page = client.get("/disagreement/").content.decode(), page_of(client, row)
    for letter, words in (("A", "1 · Terrible"), ("B", "5 · Excellent")):
        assert f'<span class="letter">{letter}</span> {words}' in queue
        assert f'<span class="muted">{letter}</span> {words}' in page


def test_asking_for_names_is_logged_and_opens_them_for_the_one_who_asked(rater: User) -> None:
    row, client = Comparison.objects.get(turn__index=0), scientist()
    mine = Rater.objects.get(user=rater).pseudonym
    dimension = row.dimension_version.dimension_id
    for _ in range(2):
        answer = client.post(f"/side-by-side/{row.conversation_id}/names/", {"dimension": dimension})
        assert answer["location"] == f"/side-by-side/{row.conversation_id}/?dimension={dimension}"
    assert AuditEvent.objects.filter(verb="votes.names").count() == 4  # a turn each, once
    page = page_of(client, row)
    assert page.count(f'<span class="muted">{mine}</span>') == 4 and "Show names" not in page
    assert mine not in page_of(scientist(), row)
    assert "names were known" in judged(client, row).content.decode()


@pytest.mark.parametrize("dimension", ["", "x", "999999", "9" * 40])
def test_a_dimension_that_is_not_there_is_not_found(rater: User, dimension: str) -> None:
    row = Comparison.objects.get(turn__index=0)
    answer = scientist().post(f"/side-by-side/{row.conversation_id}/names/", {"dimension": dimension})
    assert answer.status_code == 404 and not AuditEvent.objects.filter(verb="votes.names").exists()


def test_the_raters_page_names_no_person(rater: User) -> None:
    from scoring.actions.run_analysis import run_analysis
    from scoring.models import Analysis

    row, client = Comparison.objects.get(turn__index=0), scientist()
    address = f"/raters/?corpus={row.corpus.key}&dimension={row.dimension_version.dimension.key}"
    client.get(address)
    run_analysis(analysis_id=Analysis.objects.get(kind="raters").pk)
    page = client.get(address).content.decode()
    assert Rater.objects.get(user=rater).pseudonym in page and rater.username not in page
