"""ROUGE precision against Google's rouge-score, and a textbook table for the longest common subsequence."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.api import Grounded, Score
from scoring.metrics.rouge import NO_ROUGE_WORDS, NOT_COUNTED, VARIANTS, Rouge, lcs_length

WORDS = ["the", "cat", "sat", "on", "a", "mat", "And", "ate,", "fish!", "it's", "2.5"]
some_text = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


def score(source: str | None, text: str, variant: str = "rouge2") -> Score:
    return Rouge.load(variant=variant).score([Grounded("g", source, text)])[0][0]


@given(some_text, some_text)
def test_numbers_are_those_of_rouge_score(source: str, text: str) -> None:
    rouge_scorer = pytest.importorskip("rouge_score.rouge_scorer")
    expected = rouge_scorer.RougeScorer(list(VARIANTS)).score(target=source, prediction=text)
    if not source.strip() or not text.strip():
        return
    for variant in VARIANTS:
        found = score(source, text, variant)
        assert (found.value or 0.0) == pytest.approx(expected[variant].precision)


@given(st.text(alphabet="abcd", max_size=40), st.text(alphabet="abcd", max_size=40))
def test_lcs_is_that_of_the_table(first: str, second: str) -> None:
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    assert lcs_length(first, second) == table[-1][-1]


@pytest.mark.parametrize(
    ("text", "variant", "reason"),
    [("日本", "rouge1", NO_ROUGE_WORDS), ("tea", "rouge2", NOT_COUNTED), ("\x00", "rougeL", NO_ROUGE_WORDS)],
)
def test_what_cannot_be_scored_says_why(text: str, variant: str, reason: str) -> None:
    assert score("tea is old", text, variant).reason == reason


def test_all_three_are_evidence() -> None:
    found = score("the cat sat on the mat", "the cat on the mat")
    assert found.value == pytest.approx(3 / 4)
    assert found.evidence["precision"] == {"rouge1": 1.0, "rouge2": pytest.approx(0.75), "rougeL": 1.0}


def test_an_unknown_variant_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known: rouge1, rouge2, rougeL"):
        Rouge.load(variant="rouge9")


def test_long_texts_have_an_answer_in_seconds() -> None:
    started = time.monotonic()
    assert score("one two three " * 5000, "two three four " * 1700, "rougeL").value == pytest.approx(2 / 3, abs=0.01)
    assert score("a b " * 2_500_000, "b a " * 500_000, "rougeL").reason == NOT_COUNTED
    assert score("a b " * 2_500_000, "b a " * 500_000, "rouge2").value == pytest.approx(1.0)
    assert time.monotonic() - started < 30
