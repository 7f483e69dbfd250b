"""Rows of the ablation: everybody on the same items, each beside the first."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("spacy", reason="spaCy is part of the model extra")

from scoring.metrics.asking.corpus import Asked, Passage
from scoring.metrics.asking.layout import Layout
from scoring.metrics.evaluation.grounded_sets import GroundedItem
from scoring.metrics.quals.backbone_ablation import agreement_rows, generator_rows, nats_a_character

ITEMS = [GroundedItem(f"i{place}", f"g{place}", "a source", "a text", float(place)) for place in range(14)]


def test_everybody_stands_on_the_items_that_all_of_them_scored():
    first = {item.id: item.human for item in ITEMS}
    second = {**{item.id: -item.human for item in ITEMS}, "i3": None}
    rows = agreement_rows({"a": ITEMS, "tiny": ITEMS[:9]}, {"one": first, "two": second})
    assert rows[2:] == [
        "| a | 13 | one | 1.00 [1.00, 1.00] | – |",
        "| a | 13 | two | -1.00 [-1.00, -1.00] | -2.00 [-2.00, -2.00] |",
    ]


def test_what_is_known_of_a_generator():
    found = {"parameters": 135e6, "steps": 150, "nats": 0.4567, "well_formed": 0.5, "copied": 0.75, "f1": 0.3, "cpu": 2}
    assert generator_rows({"a": found})[2] == "| a | 135 M | 150 | 0.457 | 50% | 75% | 0.30 | 2.00 |"


class Even:
    """Says that every token of a pair costs half a nat; a word is a token."""

    layout = Layout(0, 1, 2, (3,))

    def __init__(self, monkeypatch):
        self.language = self
        self.tokenizer = None
        monkeypatch.setattr(
            "scoring.metrics.quals.backbone_ablation.packs_of",
            lambda _, held: [
                type("P", (), {"prefix": (place,), "texts": ((5, 6, 7, 8),)})() for place, _ in enumerate(held)
            ],
        )

    def log_probs(self, wanted):
        return {(prefix, text): (-0.5,) * len(text) for prefix, texts in wanted.items() for text in texts}


def test_nats_are_shared_out_over_characters(monkeypatch):
    held = [
        Passage("squad", "Anna came.", (Asked("Who?", "Anna", 0),)),
        Passage("squad", "It is.", (Asked("What is?", "It", 0),)),
    ]
    assert nats_a_character(Even(monkeypatch), held) == pytest.approx(2 * 4 * 0.5 / (4 + 4 + 8 + 2))
