from __future__ import annotations

from django.db import transaction

from annotate.actions.create_campaign import Question, create_campaign
from annotate.actions.load_sample import KEY
from annotate.actions.open_campaign import open_campaign
from annotate.actions.ship_dimension import versions_for
from annotate.models import Campaign, Corpus

NAME = "Sample: first steps"
_INSTRUCTIONS = """The conversations are synthetic: we wrote them to try things out, and some turns are bad on purpose.

Read the turn and what its speaker had read. How well does the turn do what the conversation needs at this point?
Then: is what it claims supported by that knowledge? Choose "No claim" for small talk and plain questions;
otherwise point at the sentences that support or contradict the turn, or say that it is personal knowledge."""


@transaction.atomic
def open_sample_campaign() -> Campaign | None:
    """The demo campaign over the sample: two raters a conversation. None where there is no sample to rate.

    Asked again it gives the same campaign back, closed or not: an admin who closed it does not get it anew.
    """
    corpus = Corpus.objects.select_for_update().filter(key=KEY).first()
    if corpus is None or not corpus.conversations.exists():
        return None
    if found := Campaign.objects.filter(name=NAME).first():
        return found
    versions = versions_for({"interaction_quality", "factual_consistency", "sentiment"})
    questions = [
        Question(versions["interaction_quality"]),
        Question(versions["factual_consistency"]),
        Question(versions["sentiment"], required=False),
    ]
    campaign = create_campaign(
        name=NAME,
        corpus=corpus,
        questions=questions,
        by=None,
        instructions=_INSTRUCTIONS,
        overlap=2,
        order_detail={"seed": 1},
    )
    return open_campaign(campaign=campaign, by=None)
