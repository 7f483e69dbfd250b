"""Which part of a long source is read."""

from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.likelihood.excerpt import excerpt, excerpt_text
from scoring.metrics.tokens import Tokens


def letters(source: str) -> Tokens:
    """One token a character; its id is its code point."""
    return Tokens(tuple(map(ord, source)), tuple((i, i + 1) for i in range(len(source))), False)


def read(source: str, text: str, limit: int) -> str:
    return "".join(map(chr, excerpt(source, letters(source), text, limit=limit)))


def test_a_source_that_fits_is_read_whole() -> None:
    assert read("Tea is old. Milk is white.", "milk", 100) == "Tea is old. Milk is white."


def test_the_nearest_sentences_are_read_in_their_order() -> None:
    source = "Tea is old. Milk is white. Rome is big. White milk is cheap. "
    assert read(source, "The white milk was cheap", 40) == "Milk is white. White milk is cheap. "


def test_without_a_shared_word_the_beginning_is_read() -> None:
    assert read("Tea is old. Milk is white. Rome is big.", "zebra", 28) == "Tea is old. Milk is white. "


def test_one_endless_sentence_is_cut() -> None:
    assert read("tea " * 100, "tea", 10) == "tea tea te"


@given(st.text(alphabet="ab .\n!", max_size=80), st.text(alphabet="ab ", max_size=10), st.integers(1, 40))
def test_never_more_than_the_limit_and_never_out_of_order(source: str, text: str, limit: int) -> None:
    found = read(source, text, limit)
    assert len(found) <= limit
    rest = iter(source)
    assert all(character in rest for character in found)
    assert found or not source


@given(st.text(alphabet="ab .\n!", max_size=80), st.text(alphabet="ab ", max_size=10), st.integers(1, 40))
def test_the_words_of_the_excerpt_are_those_of_its_tokens(source: str, text: str, limit: int) -> None:
    words = excerpt_text(source, letters(source), text, limit=limit)
    assert words.replace(" ", "") == read(source, text, limit).replace(" ", "")


def test_sentences_from_two_places_do_not_run_together() -> None:
    source = "Milk is white.Rome is big.White milk is cheap."
    assert (
        excerpt_text(source, letters(source), "The white milk was cheap", limit=36)
        == "Milk is white. White milk is cheap."
    )
