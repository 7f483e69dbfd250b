"""What claims nothing, and what does: the rule's words, its name, and how it does on generic responses."""

import pytest

from scoring.metrics import claims
from scoring.metrics.claims import CHAT_WORDS, claim_rule, claims_nothing
from scoring.metrics.evaluation.grounded_sets import DataMissing, GroundedItem, data_folder, read
from scoring.metrics.evaluation.no_claim import rule_row, topical_chat_counts
from scoring.metrics.words import STOP_WORDS


@pytest.mark.parametrize(
    "text",
    ["Haha, I totally agree!", "Have a great day :)", "yes, he was", "HELLO!! How are you today?", "👍", "Don't know…"],
)
def test_chat_claims_nothing(text: str) -> None:
    assert claims_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["He was born in Paris.", "1871", "96 %", "Yes, the Patriots.", "Great, he won twice", "Ja, das stimmt", "RC car!"],
)
def test_a_name_a_number_or_any_other_word_is_a_claim(text: str) -> None:
    assert not claims_nothing(text)


def test_the_rule_is_named_by_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    before = claim_rule()
    assert before.startswith("chat-words-") and "|" not in before
    assert not CHAT_WORDS & STOP_WORDS
    monkeypatch.setattr(claims, "CHAT_WORDS", CHAT_WORDS | {"football"})
    assert claim_rule() != before


def test_a_row_counts() -> None:
    def item(number: int, text: str, label: str) -> GroundedItem:
        return GroundedItem(f"i{number}", "0", "s", text, float(label == "Fully attributable"), label=label)

    items = [
        item(0, "haha", "Generic"), item(1, "oscars", "Generic"), item(2, "I agree", "Not fully attributable"),
        item(3, "yes, he was", "Fully attributable"), item(4, "Born in 1871.", "Fully attributable"),
    ]  # fmt: skip
    assert rule_row("x", items) == "| x | 5 | 0.33 (1 of 3) | 0.50 (1 of 2) | 1 |"


def test_turns_are_counted_by_what_they_cite(tmp_path) -> None:
    (tmp_path / "valid.json").write_text(
        '{"a": {"content": [{"message": "Hi!", "knowledge_source": ["Personal Knowledge"]},'
        ' {"message": "Tea is old", "knowledge_source": ["FS1", "Personal Knowledge"]},'
        ' {"message": "Wow", "knowledge_source": ["FS1"]}]}}'
    )
    assert topical_chat_counts(tmp_path) == {"personal knowledge only": (1, 1), "some of the reading set": (1, 2)}


def test_generic_responses() -> None:
    """BEGIN's CMU dev, which the words were chosen on: the figures that the page states do not get worse unseen."""
    try:
        items = read("begin-cmu", data_folder())
    except DataMissing as missing:
        pytest.skip(str(missing))
    taken = [item for item in items if claims_nothing(item.text)]
    generic = [item for item in items if item.label == "Generic"]
    right = sum(item.label == "Generic" for item in taken)
    assert right / len(taken) >= 0.85 and right / len(generic) >= 0.8
    assert not any(item.human for item in taken)
