"""The synthetic sample: it loads, twice is once, and it shows what the pages are for."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from annotate.actions.load_sample import FOLDER, KEY
from annotate.actions.load_sample_alternatives import KEY as ALTERNATIVES
from annotate.actions.open_sample_campaign import NAME, open_sample_campaign
from annotate.actions.open_sample_study import open_sample_study
from annotate.importing.topical_chat import SENTIMENTS
from annotate.models import Campaign, Conversation, Corpus, ImportConflict, Rating, Study
from annotate.models.campaign import CampaignState

TOPICS = {"movies", "sci_tech", "music", "sports", "entertainment_general", "books", "politics", "fashion"}


@pytest.fixture
def sample(db: None) -> Corpus:
    call_command("load_sample", verbosity=0)
    return Corpus.objects.get(key=KEY)


def test_it_covers_topics_configurations_and_levels(sample: Corpus) -> None:
    conversations = Conversation.objects.filter(corpus=sample)
    assert sample.synthetic
    assert conversations.count() >= 24
    assert all(each.turn_count >= 8 for each in conversations)
    assert set(conversations.values_list("topic", flat=True)) == TOPICS
    assert set(conversations.values_list("config", flat=True)) == set("ABCD")
    raw = json.loads((FOLDER / "conversations.json").read_text())
    turns = [turn for conversation in raw.values() for turn in conversation["content"]]
    assert {turn["turn_rating"] for turn in turns} >= {"Poor", "Not Good", "Passable", "Good", "Excellent"}
    assert {turn["sentiment"] for turn in turns} <= set(SENTIMENTS)


def test_every_cited_section_was_before_its_speaker(sample: Corpus) -> None:
    for conversation in Conversation.objects.filter(corpus=sample).prefetch_related("turns", "sections"):
        shown = {(section.speaker, section.key) for section in conversation.sections.all()}
        for turn in conversation.turns.all():
            for key in set(turn.cited) - {"Personal Knowledge"}:
                assert {(turn.speaker, key), ("", key)} & shown, (conversation.external_id, turn.index, key)


def test_synthetic_raters_voted_and_did_not_always_agree(sample: Corpus) -> None:
    votes = Rating.objects.filter(
        conversation__corpus=sample, dimension_version__dimension__key="interaction_quality"
    ).filter(rater__pseudonym__startswith="synthetic-")
    by_turn: dict[int, set[float]] = {}
    for turn, number in votes.values_list("turn_id", "number"):
        by_turn.setdefault(turn, set()).add(number)
    assert votes.values("conversation").distinct().count() >= 12
    assert any(len(values) > 1 for values in by_turn.values())
    assert any(len(values) == 1 for values in by_turn.values())


def test_a_second_time_changes_nothing(sample: Corpus) -> None:
    before = (Conversation.objects.count(), Rating.objects.count(), Campaign.objects.count())
    call_command("load_sample", verbosity=0)
    assert (Conversation.objects.count(), Rating.objects.count(), Campaign.objects.count()) == before
    assert not ImportConflict.objects.exists()


def test_responses_stand_beside_each_other(sample: Corpus) -> None:
    alternatives = Conversation.objects.filter(corpus__key=ALTERNATIVES)
    assert Corpus.objects.get(key=ALTERNATIVES).synthetic
    first = alternatives.filter(alternative_of=None)
    assert first.count() == 2
    for conversation in first:
        answers = [conversation, *conversation.alternatives.all()]
        assert len({each.system for each in answers}) == len(answers) == 4


def test_the_demo_campaign_is_open_and_stays_closed_once_closed(sample: Corpus) -> None:
    campaign = Campaign.objects.get(name=NAME)
    assert campaign.state == CampaignState.OPEN
    assert campaign.items.count() == sample.conversations.count()
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.CLOSED)
    again = open_sample_campaign()
    assert again is not None
    assert (again.pk, again.state) == (campaign.pk, CampaignState.CLOSED)


def test_the_demo_study_is_open_and_stays_closed_once_closed(sample: Corpus) -> None:
    study = Study.objects.get()
    assert (study.state, study.pairs.count(), study.corpus.synthetic) == (CampaignState.OPEN, 12, True)
    assert "synthetic" in study.instructions
    Study.objects.update(state=CampaignState.CLOSED)
    again = open_sample_study()
    assert again is not None and (again.pk, again.state) == (study.pk, CampaignState.CLOSED)


def test_without_a_sample_there_is_no_campaign(db: None) -> None:
    assert open_sample_campaign() is None
    assert open_sample_study() is None
    assert not Campaign.objects.exists() and not Study.objects.exists()
