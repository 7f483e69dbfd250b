"""A compiled query gives what its queryset gives, for whichever values, and asks Django for its SQL once."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from annotate.leases import locked_task
from annotate.models import CampaignDimension, Conversation, Rater, Turn
from annotate.refusals import NoSuchTask
from evalsite.compiled import Compiled, Given
from tests.factories import make_campaign, make_corpus, make_questions, make_user

pytestmark = pytest.mark.django_db


def test_it_gives_the_rows_of_its_queryset_for_each_value() -> None:
    make_corpus(conversations=2, turns=3)
    build = Mock(side_effect=lambda: Turn.objects.filter(conversation=Given("of"), index__gt=Given("after")))
    later_turns: Compiled[Turn] = Compiled(lambda: build().order_by("-index"))
    for conversation in Conversation.objects.all():
        for after in (-1, 0, 9):
            real = Turn.objects.filter(conversation=conversation, index__gt=after).order_by("-index")
            found = later_turns(of=conversation.pk, after=after)
            assert [model_to_dict(row) for row in found] == [model_to_dict(row) for row in real]
    assert build.call_count == 1


def test_related_rows_come_along_with_lists_as_lists() -> None:
    campaign = make_campaign(corpus=make_corpus(conversations=1, turns=1), questions=make_questions())
    asked = Compiled(
        lambda: (
            CampaignDimension.objects.select_related("dimension_version__dimension")
            .filter(campaign=Given("campaign"))
            .order_by("position")
        )
    )
    with CaptureQueriesContext(connection) as queries:
        found = asked(campaign=campaign.pk)
        said = [(row.speakers, row.dimension_version.scale, row.dimension_version.dimension.key) for row in found]
    assert len(queries) == 1
    real = CampaignDimension.objects.filter(campaign=campaign).order_by("position")
    assert said == [(row.speakers, row.dimension_version.scale, row.dimension_version.dimension.key) for row in real]
    assert isinstance(said[0][1], list)


def test_what_was_deferred_is_asked_for_when_it_is_read() -> None:
    make_corpus(conversations=1, turns=1)
    names = Compiled(lambda: Conversation.objects.filter(pk=Given("pk")).only("external_id"))
    row = names.first(pk=Conversation.objects.get().pk)
    assert row is not None
    assert "turn_count" in row.get_deferred_fields()
    assert row.turn_count == 1
    assert names.first(pk=0) is None


def test_values_that_lack_or_are_too_many_are_refused() -> None:
    one = Compiled(lambda: Turn.objects.filter(pk=Given("pk")))
    for given in ({}, {"pk": 1, "index": 1}, {"id": 1}):
        with pytest.raises(TypeError, match="is given pk"):
            one(**given)


def test_annotations_are_refused() -> None:
    with pytest.raises(TypeError, match="without annotations"):
        Compiled(lambda: Turn.objects.annotate(place=F("index") + 1).filter(pk=Given("pk")))(pk=1)


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction_the_second_time_too() -> None:
    locked = Compiled(lambda: Rater.objects.select_for_update().filter(pk=Given("pk")))
    with pytest.raises(TransactionManagementError):
        locked(pk=1)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        locked(pk=1)
    assert queries[-1]["sql"].endswith("FOR UPDATE")
    with pytest.raises(TransactionManagementError):
        locked(pk=1)


def test_a_number_that_no_column_holds_is_nobodys() -> None:
    with pytest.raises(NoSuchTask):
        locked_task(10**30, make_user())
