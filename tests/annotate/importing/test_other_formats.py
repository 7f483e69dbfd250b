"""USS, USR, FED and DBDC3: what a vote becomes, who is an alternative of whom, and what is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from annotate.importing import dbdc3, fed, jsonl, usr, uss
from annotate.importing.dimensions import ALL
from annotate.importing.jsonl_out import lines
from annotate.importing.records import BadFile, ConversationRecord, RatingRecord, TurnRecord
from annotate.importing.registry import FORMATS, UnknownFormat, dimensions, reader

SESSION = "USER\tHi.\tGREET\t3,4\nSYSTEM\tHello.\tGREET\t\nUSER\tOVERALL\t\t4,2"


def problems_of(read: Any, name: str, content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(BadFile) as caught:
        read([(name, content)])
    return [(problem.where, problem.field) for problem in caught.value.problems]


def test_a_vote_stands_on_the_user_turn_that_carries_it() -> None:
    (record,) = uss.read([("uss/SGD.txt", SESSION.encode())])
    assert record.turns == (
        TurnRecord("user", "Hi.", extra={"action": "GREET"}),
        TurnRecord("system", "Hello.", extra={"action": "GREET"}),
    )
    assert record.ratings == (
        RatingRecord(0, "interaction_quality", "rater-1", 3.0),
        RatingRecord(0, "interaction_quality", "rater-2", 4.0),
        RatingRecord(None, "conversation_rating", "rater-1", 4.0),
        RatingRecord(None, "conversation_rating", "rater-2", 2.0),
    )


def test_the_split_of_a_session_is_in_its_text() -> None:
    sessions = [SESSION.replace("Hi.", f"Hi {number}.") for number in range(40)]
    records = uss.read([("SGD.txt", "\n\n".join(sessions).encode() + b"\n")])
    for record, session in zip(records, sessions, strict=True):
        digest = hashlib.sha256(session.encode()).hexdigest()
        assert record.external_id == f"uss-sgd-{digest[:16]}"
        assert record.split == ("dev" if int(digest, 16) % 10 == 0 else "train")
    assert {record.split for record in records} == {"dev", "train"}


def test_windows_line_ends_and_repeated_sessions_are_read() -> None:
    unix = uss.read([("SGD.txt", f"{SESSION}\n\n{SESSION}\n".encode())])
    dos = uss.read([("SGD.txt", f"\n\n{SESSION}\n\n\n{SESSION}\n\n".replace("\n", "\r\n").encode())])
    assert unix == dos
    assert [record.external_id.count("-") for record in unix] == [2, 3]


def test_every_bad_line_of_a_session_is_named() -> None:
    bad = b"USER\tHi.\t\t3,6\nSYSTEM\tHello.\t\nROBOT\tBeep.\t\t\n\nUSER\tOVERALL\t\t3\n"
    assert problems_of(uss.read, "SGD.txt", bad) == [
        ("SGD.txt, line 1", "votes"),
        ("SGD.txt, line 2", "-"),
        ("SGD.txt, line 3", "role"),
        ("SGD.txt, line 1", "-"),
        ("SGD.txt, line 5", "-"),
    ]


def context(**changes: Any) -> dict[str, Any]:
    votes = {"Understandable": [1, 0, 1], "Natural": [3, 2, 1], "Maintains Context": [1, 1, 1],
             "Engaging": [2, 2, 3], "Uses Knowledge": [0, 0, 1], "Overall": [4, 5, 1]}  # fmt: skip
    responses = [{"response": f"Answer {place}. \n", "model": model, **votes} for place, model in enumerate("AB")]
    return {"context": "Hi. \n Hello. \n\n", "fact": "Tea is a leaf.", "annotators": ["x", "y", "z"]} | {
        "responses": responses
    } | changes  # fmt: skip


def test_responses_to_one_context_are_alternatives_of_the_first() -> None:
    first, second = usr.read([("usr.json", json.dumps([context()]).encode())])
    assert [turn.text for turn in first.turns] == ["Hi.", "Hello.", "Answer 0."]
    assert [turn.speaker for turn in first.turns] == ["speaker_1", "speaker_2", "speaker_1"]
    assert (first.alternative_of, second.alternative_of) == (None, first.external_id)
    assert (first.system, second.system) == ("A", "B")
    assert first.sections[0].passages[0].text == "Tea is a leaf."
    assert RatingRecord(2, "overall_quality", "rater-2", 5.0) in first.ratings
    assert RatingRecord(2, "engagingness", "rater-3", 3.0) in first.ratings
    assert len(first.ratings) == 18


def test_no_fact_is_a_missing_text() -> None:
    first, _ = usr.read([("usr.json", json.dumps([context(fact="_nofact\n")]).encode())])
    assert first.sections[0].passages[0].text is None


def test_bad_contexts_are_named() -> None:
    bad = context()
    bad["responses"][1] |= {"Overall": [6, 1.5, True], "model": None, "Natural": 3}
    found = problems_of(usr.read, "usr.json", json.dumps([context(fact=None), bad]).encode())
    assert found == [
        ("usr.json, item 1", "fact"),
        ("usr.json, item 2, response 2", "model"),
        ("usr.json, item 2, response 2", "Natural"),
        *[("usr.json, item 2, response 2", "Overall")] * 3,
    ]


def test_a_fed_item_is_a_turn_or_a_dialogue() -> None:
    turn_item = {"context": "User: Hi!\nSystem: Hello.\nUser: ", "response": "System: Yes: no.", "system": "Meena",
                 "annotations": {"Overall": [4, 0], "Correct": [1, "N/A (who knows)"]}}  # fmt: skip
    whole_item = {"context": "User: Hi!\nSystem: Hello.", "system": "Human", "annotations": {"Overall": [3, 2]}}
    turn, whole = fed.read([("fed.json", json.dumps([turn_item, whole_item]).encode())])
    assert [each.text for each in turn.turns] == ["Hi!", "Hello.", "", "Yes: no."]
    assert set(turn.ratings) == {
        RatingRecord(3, "fed_overall", "rater-1", 4.0),
        RatingRecord(3, "fed_overall", "rater-2", 0.0),
        RatingRecord(3, "fed_correct", "rater-1", 1.0),
        RatingRecord(3, "fed_correct", "rater-2", None, "not applicable", "N/A (who knows)"),
    }
    assert whole.ratings[0] == RatingRecord(None, "fed_dialogue_overall", "rater-1", 3.0)
    assert turn.external_id.startswith("fed-turn-")


def test_bad_fed_items_are_named() -> None:
    bad = {"context": "Hi!", "response": "System: a", "system": 1, "annotations": {"Overall": [5, "no"], "Depth": [1]}}
    assert problems_of(fed.read, "fed.json", json.dumps([bad]).encode()) == [
        ("fed.json, item 1, context line 1", "context"),
        ("fed.json, item 1", "system"),
        ("fed.json, item 1", "Depth"),
        ("fed.json, item 1", "Overall"),
        ("fed.json, item 1", "Overall"),
    ]


def test_thirty_votes_are_thirty_ratings() -> None:
    turns = [{"i": 0, "speaker": "U", "text": "Hi"}, {"i": 1, "speaker": "S", "text": "Yo", "votes": {"O": 1, "X": 2}}]
    (record,) = dbdc3.read([("dev.jsonl", json.dumps({"id": "a", "system": "YI", "turns": turns}).encode())])
    assert record.ratings == tuple(
        RatingRecord(1, "breakdown", f"rater-{number}", label) for number, label in enumerate("OXX", 1)
    )


def test_bad_dialogues_are_named() -> None:
    turns = [{"i": 1, "speaker": "B", "text": "Hi", "votes": {"O": -1, "Z": 1}}]
    bad = json.dumps({"id": "a", "system": "YI", "turns": turns}).encode()
    assert problems_of(dbdc3.read, "dev.jsonl", b"{\n" + bad) == [
        ("dev.jsonl, line 1, column 2", "-"),
        ("dev.jsonl, line 2, turn 1", "i"),
        ("dev.jsonl, line 2, turn 1", "speaker"),
        ("dev.jsonl, line 2, turn 1", "Z"),
        ("dev.jsonl, line 2, turn 1", "votes.O"),
    ]


@pytest.mark.parametrize(
    ("format", "paths", "conversations", "turns", "ratings"),
    [
        # Votes: 31,576 rated user turns of 3 to 7 raters, and 2,700 whole sessions.
        ("uss", ("uss/SGD.txt", "uss/MWOZ.txt", "uss/ReDial.txt"), 2700, 62_107, 121_286),
        ("usr", ("usr/usr_topical_chat.json",), 360, 4032, 360 * 18),
        ("fed", ("fed/fed_data.json",), 500, 5603, 375 * 9 * 5 + 125 * 11 * 5),
        ("dbdc3", ("dbdc3/dev.jsonl",), 415, 8509, 4150 * 30),
    ],
)
def test_the_published_files_are_read_whole_and_without_loss(
    shared_data: Path, format: str, paths: tuple[str, ...], conversations: int, turns: int, ratings: int
) -> None:
    files = [(path, (shared_data / path).read_bytes()) for path in paths]
    records = reader(format)(files)
    assert len(records) == conversations
    assert sum(len(record.turns) for record in records) == turns
    assert sum(len(record.ratings) for record in records) == ratings
    assert jsonl.read([("all.jsonl", b"".join(lines(records)))]) == records
    _every_value_is_on_its_scale(records, format, files)


def _every_value_is_on_its_scale(
    records: list[ConversationRecord], format: str, files: list[tuple[str, bytes]]
) -> None:
    specs = ALL | {spec.key: spec for _, spec in dimensions(format, files)}
    for record in records:
        for rating in record.ratings:
            spec = specs[rating.dimension]
            assert (rating.turn is None) == (spec.unit == "conversation")
            assert rating.value is None or rating.value in {point.value for point in spec.scale}
            assert rating.value is not None or rating.reason in {point.value for point in spec.null_reasons}


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x00", b"{", b"[]", b"null", b"[[]]", b'{"a":{}}', b"a\tb"])
def test_no_format_lets_anything_else_in_or_raises_anything_else(format: str, content: bytes) -> None:
    with pytest.raises(BadFile):
        reader(format)([("file", content)])


def test_an_unknown_format_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match="topical_chat, jsonl, uss, usr, fed, dbdc3"):
        reader("wav")
