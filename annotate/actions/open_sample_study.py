from __future__ import annotations

from django.db import transaction

from annotate.actions.create_study import create_study
from annotate.actions.load_sample_alternatives import KEY
from annotate.actions.open_study import open_study
from annotate.models import Corpus, Study
from annotate.selectors.studies import systems_of
from annotate.study_questions import SHIPPED

NAME = "Sample: which response is better?"
_INSTRUCTIONS = """The contexts and the responses are synthetic: we wrote them to try things out. No system made them.

Read what was said, and what the one who responds had read. Then judge the two responses against each other, question by
question. Who or what wrote them is not shown, and who stands on which side is left to chance."""


@transaction.atomic
def open_sample_study() -> Study | None:
    """The demo study over the synthetic alternatives: two judges a pair. None where they are not loaded.

    Asked again it gives the same study back, closed or not: an admin who closed it does not get it anew.
    """
    corpus = Corpus.objects.select_for_update().filter(key=KEY).first()
    if corpus is None or not corpus.conversations.exists():
        return None
    if found := Study.objects.filter(name=NAME).first():
        return found
    study = create_study(
        name=NAME,
        corpus=corpus,
        systems=[system for system, _ in systems_of(corpus)],
        questions=list(SHIPPED.values()),
        by=None,
        judges=2,
        instructions=_INSTRUCTIONS,
    )
    return open_study(study=study, by=None)
