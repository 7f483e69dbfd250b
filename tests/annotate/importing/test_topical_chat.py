"""Topical-Chat is read strictly, nothing is invented, and both files are written again byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotate.importing.records import BadFile, ConversationRecord, RatingRecord
from annotate.importing.topical_chat import read
from annotate.importing.topical_chat_out import conversations_file, reading_sets_file
from tests.annotate.importing import worlds


def as_jsonb(record: ConversationRecord) -> ConversationRecord:
    """As the database gives it back: jsonb keeps no order of keys."""

    def shuffled(value: Any) -> Any:
        return json.loads(json.dumps(value, sort_keys=True))

    turns = tuple(replace(turn, extra=shuffled(turn.extra)) for turn in record.turns)
    return replace(record, extra=shuffled(record.extra), turns=turns)


def again(files: list[tuple[str, bytes]]) -> tuple[bytes, bytes]:
    """Both files as written from what was read of them."""
    records = [as_jsonb(record) for record in read(files)]
    return b"".join(conversations_file(records)), b"".join(reading_sets_file(records))


def problems_of(files: list[tuple[str, bytes]]) -> list[tuple[str, str]]:
    with pytest.raises(BadFile) as caught:
        read(files)
    return [(problem.where, problem.field) for problem in caught.value.problems]


def test_a_conversation_is_read_with_who_judged_what() -> None:
    (record,) = read(worlds.files())
    assert (record.external_id, record.split, record.topic, record.config) == ("t_1", "test_freq", "food", "B")
    assert [(turn.speaker, turn.text, turn.cited) for turn in record.turns] == [
        ("agent_1", "Do you like cafés?", ("FS1", "AS1")),
        ("agent_2", "I do.", ("Personal Knowledge",)),
    ]
    assert set(record.ratings) == {
        RatingRecord(0, "interaction_quality", "agent_2", 4.0),  # by the partner
        RatingRecord(0, "sentiment", "agent_1", "Curious to dive deeper"),
        RatingRecord(0, "knowledge_source", "agent_1", ("FS1", "AS1")),
        RatingRecord(1, "interaction_quality", "agent_1", None, "not rated"),
        RatingRecord(1, "sentiment", "agent_2", "Happy"),
        RatingRecord(1, "knowledge_source", "agent_2", ("Personal Knowledge",)),
        RatingRecord(None, "conversation_rating", "agent_1", 5.0),
        RatingRecord(None, "conversation_rating", "agent_2", None, "not rated"),
    }


def test_a_number_is_looked_up_in_its_own_map_and_an_id_has_no_text() -> None:
    (record,) = read(worlds.files())
    seen = {(section.speaker, section.key): section.passages for section in record.sections}
    assert [(p.kind, p.ref, p.text) for p in seen["agent_1", "FS1"]] == [
        ("wiki_shortened", "7", "Coffee is a brewed drink."),
        ("fun_fact", "t3_abc", None),
    ]
    assert [(p.kind, p.text) for p in seen["agent_2", "FS1"]] == [
        ("wiki_summarized", "Coffee: drink."),
        ("fun_fact", None),
    ]
    assert [(key, seen["", key][0].text) for key in ("AS1", "AS4")] == [("AS1", None), ("AS4", None)]


def test_without_wiki_the_text_is_missing_not_invented() -> None:
    (record,) = read(worlds.files()[:2])
    assert all(passage.text is None for section in record.sections for passage in section.passages)
    assert record.topic == ""


def test_nobody_saw_an_article_in_configuration_c() -> None:
    reading = {"t_1": worlds.reading_set() | {"config": "C"}}
    (record,) = read(worlds.files(reading, t_1=worlds.conversation(config="C")))
    assert {section.key for section in record.sections} == {"FS1"}


def test_built_reading_sets_bring_their_texts() -> None:
    (record,) = read(worlds.files({"t_1": worlds.built_reading_set()}))
    seen = {(section.speaker, section.key): section for section in record.sections}
    assert [p.text for p in seen["agent_2", "FS1"].passages] == [
        "Coffee is a drink.", "It was once forbidden.", "Beans are seeds."
    ]  # fmt: skip
    assert seen["", "AS3"].title == "On coffee"
    assert seen["", "AS3"].passages[0].text == "Three."


@pytest.mark.parametrize("form", ["pre-built", "built"])
def test_both_files_are_written_again_byte_for_byte(form: str) -> None:
    one = worlds.reading_set() if form == "pre-built" else worlds.built_reading_set()
    files = worlds.files({"t_1": one, "t_2": one}, t_1=worlds.conversation(), t_2=worlds.conversation(config="A"))
    assert again(files) == (files[0][1], files[1][1])


def test_another_order_of_keys_and_missing_fields_are_kept_too() -> None:
    conversation = dict(reversed(worlds.conversation().items()))
    conversation["content"][0] = dict(reversed(conversation["content"][0].items()))
    del conversation["content"][1]["turn_rating"], conversation["article_url"]
    reading = dict(reversed(worlds.reading_set().items()))
    reading["agent_1"] = {"FS1": {"fun_facts": ["A fact."], "entity": "Coffee"}}
    reading["agent_2"] = {"FS1": {"entity": "Coffee"}}
    files = worlds.files({"t_1": reading}, t_1=conversation)
    assert again(files) == (files[0][1], files[1][1])


def test_unescaped_text_and_a_last_line_feed_are_kept_too() -> None:
    plain = json.dumps({"t_1": worlds.conversation()}, indent=2, ensure_ascii=False).encode() + b"\n"
    files = [("test_freq.json", plain), *worlds.files()[1:]]
    assert again(files)[0] == plain


@pytest.mark.parametrize("split", ["test_freq", "valid_freq", "valid_rare"])
def test_the_published_files_are_written_again_byte_for_byte(shared_data: Path, split: str) -> None:
    folder = shared_data / "topical_chat"
    paths = [folder / "conversations" / f"{split}.json", folder / "reading_sets" / "pre-build" / f"{split}.json"]
    files = [(path.name, path.read_bytes()) for path in (*paths, folder / "wiki.json", folder / "entity_to_topic.json")]
    records = read(files)
    assert len(records) == 539
    assert {record.topic for record in records} <= {"movies", "sci_tech", "music", "sports", "entertainment_general",
                                                    "books", "politics", "fashion"}  # fmt: skip
    wiki = [p for r in records for s in r.sections for p in s.passages if p.kind.startswith("wiki")]
    assert all(passage.text for passage in wiki)  # every number resolves
    records = [as_jsonb(record) for record in records]
    assert b"".join(conversations_file(records)) == files[0][1]
    assert b"".join(reading_sets_file(records)) == files[1][1]


def test_every_bad_field_is_named_at_once() -> None:
    bad = worlds.conversation(config="E", extra_field=1)
    bad["content"][0] |= {"turn_rating": "Great", "sentiment": 3, "knowledge_source": ["FS9"]}
    bad["content"][1] |= {"agent": "agent_3", "message": None}
    bad["conversation_rating"]["agent_1"] = 5
    reading = worlds.reading_set()
    reading["agent_1"]["FS1"] |= {"fun_facts": [1], "colour": "red"}
    reading["agent_2"]["FS7"] = {}
    assert set(problems_of(worlds.files({"t_1": reading}, t_1=bad))) == {
        ("test_freq.json, t_1", "config"),
        ("test_freq.json, t_1", "extra_field"),
        ("test_freq.json, t_1, turn 1", "turn_rating"),
        ("test_freq.json, t_1, turn 1", "sentiment"),
        ("test_freq.json, t_1, turn 1", "knowledge_source"),
        ("test_freq.json, t_1, turn 2", "agent"),
        ("test_freq.json, t_1, turn 2", "message"),
        ("test_freq.json, t_1", "conversation_rating.agent_1"),
        ("test_freq.json, t_1, agent_1.FS1", "fun_facts"),
        ("test_freq.json, t_1, agent_1.FS1", "colour"),
        ("test_freq.json, t_1, agent_2.FS7", "-"),
    }


def test_every_bad_file_is_named_at_once() -> None:
    conversations, reading = worlds.files()[:2]
    cut = (conversations[0], conversations[1][:100])
    latin = ("wiki.json", b'{"a":\n"\xe9"}')
    nan = ("entity_to_topic.json", b'{"a": NaN}')
    found = problems_of([cut, reading, latin, nan])
    assert [where for where, _ in found] == [
        "test_freq.json, line 6, column 3",
        "wiki.json, line 2",
        "entity_to_topic.json",
    ]


def test_a_conversation_twice_in_one_file_is_found_with_its_line() -> None:
    one = json.dumps(worlds.conversation(), indent=2)
    twice = f'{{\n"t_1": {one},\n"t_1": {one}\n}}'.encode()
    line = twice.count(b"\n", 0, twice.rindex(b'"t_1"')) + 1
    assert problems_of([("a.json", twice)]) == [(f"a.json, line {line}", "t_1")]


def test_a_conversation_in_two_files_is_found() -> None:
    file = worlds.files()[0]
    assert problems_of([file, ("valid_freq.json", file[1])]) == [("valid_freq.json, t_1", "id")]


def test_what_the_database_cannot_keep_is_found() -> None:
    bad = worlds.conversation()
    bad["content"][0]["message"] = "nul \x00"
    bad["content"][1]["message"] = "half \ud800"
    assert problems_of(worlds.files(t_1=bad)) == [
        ("test_freq.json, t_1, turn 1", "message"),
        ("test_freq.json, t_1, turn 2", "message"),
    ]
    assert problems_of(worlds.files(**{"x" * 201: worlds.conversation()}))[0][1] == "external_id"


def test_a_reading_set_without_a_conversation_is_found() -> None:
    sets = {"t_1": worlds.reading_set(), "t_2": worlds.reading_set()}
    assert problems_of(worlds.files(sets)) == [("test_freq.json, t_2", "-")]


@pytest.mark.parametrize("content", [b"{}", b"[]", b"null", b'"a"', b"", b"[" * 100_000, b'{"a": 1}', b"1" * 5000])
def test_what_is_no_topical_chat_is_refused_in_words(content: bytes) -> None:
    assert problems_of([("a.json", content)])[0][0].startswith("a.json")
