from __future__ import annotations

from django.db import transaction

from annotate.actions.import_corpus import ImportReport, import_corpus
from annotate.actions.load_sample import FOLDER
from annotate.importing.jsonl import read
from annotate.models import Corpus

KEY = "synthetic-alternatives"
FILE = "alternatives.jsonl"


@transaction.atomic
def load_sample_alternatives() -> ImportReport:
    """Two synthetic contexts with four responses each, by invented systems, with synthetic votes on the responses.

    A corpus of its own, since the sample goes out again in Topical-Chat's form, which knows no alternatives.
    """
    corpus, _ = Corpus.objects.get_or_create(
        key=KEY,
        defaults={
            "name": "Sample: alternative responses",
            "description": "Synthetic: written by us to try things out. The systems that answer in it are invented.",
            "licence": "Apache-2.0, as the code",
            "format": "jsonl",
            "synthetic": True,
        },
    )
    return import_corpus(corpus=corpus, records=read([(FILE, (FOLDER / FILE).read_bytes())]))
