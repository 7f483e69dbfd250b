"""Token scores on the text they belong to; and the examples in docstrings."""

import doctest
import importlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.token_spans import aligned


@st.composite
def tokenised(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], list[float]]:
    """A text, spans as byte-level tokenizers give them (pieces of one character share a span), and a log p each."""
    text = draw(st.text(min_size=1, max_size=12))
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(text):
        end = min(place + draw(st.integers(1, 3)), len(text))
        spans += [(place, end)] + [(end - 1, end)] * draw(st.integers(0, 2))
        place = end
    return text, spans, draw(st.lists(st.floats(-20, 0), min_size=len(spans), max_size=len(spans)))


@given(tokenised(), st.integers(0, 3))
def test_tokens_tile_the_text_and_keep_the_sum(
    case: tuple[str, list[tuple[int, int]], list[float]], shift: int
) -> None:
    text, spans, values = case
    tokens = aligned(" " * shift + text, spans, {"given": values}, shift=shift)
    assert "".join(token["text"] for token in tokens) == text
    assert all(token["end"] == after["start"] for token, after in itertools.pairwise(tokens))
    assert tokens[0]["start"] == shift
    assert sum(token["given"] for token in tokens) == pytest.approx(sum(values), abs=1e-2)


def test_joining_may_take_the_least() -> None:
    (token,) = aligned("é", [(0, 1), (0, 1)], {"nearest": [0.5, 0.2]}, join=min)
    assert token == {"start": 0, "end": 1, "text": "é", "nearest": 0.2}


@pytest.mark.parametrize("name", ["api", "batching", "rouge", "token_spans", "words", "evaluation.context"])
def test_the_examples_in_docstrings_hold(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(f"scoring.metrics.{name}"))
    assert tried.attempted > 0
    assert tried.failed == 0
