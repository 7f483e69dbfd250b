"""Readers, splits, duplicates and the two kinds of damage."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from scoring.metrics.api import DialogueTurn
from scoring.metrics.iq.config import ModelConfig
from scoring.metrics.iq.corpora import CORPORA, Conversation, TurnLabels, read
from scoring.metrics.iq.corpora.records import turns_sha256
from scoring.metrics.iq.corpora.uss import read_uss
from scoring.metrics.iq.damage import DAMAGES, damage
from scoring.metrics.iq.duplicates import drop_shared, evaluation_fingerprints, fingerprints
from scoring.metrics.iq.examples import examples_of
from scoring.metrics.iq.masking import mask_turns
from scoring.metrics.iq.objectives import target_of, vote_shares
from scoring.metrics.iq.splits import fraction, part_of, select
from scoring.metrics.iq.turns import EncodedTurn
from tests.metrics.iq.conftest import tiny_model


def conversation(name: str, texts: list[str], votes: dict[int, tuple[float, ...]] | None = None) -> Conversation:
    turns = tuple(DialogueTurn("USER" if at % 2 == 0 else "SYSTEM", text) for at, text in enumerate(texts))
    labels = tuple(TurnLabels((votes or {}).get(at, ())) for at in range(len(texts)))
    return Conversation(name, "test", "test", turns, labels, turns_sha256(turns))


def test_uss_votes_stay_on_the_turn_that_carries_them(tmp_path: Path) -> None:
    (tmp_path / "uss").mkdir()
    (tmp_path / "uss" / "SGD.txt").write_text(
        "USER\tHello\tINFORM\t3,4\nSYSTEM\tHi\tOFFER\t\nUSER\tOVERALL\t\t5,5\n\nUSER\tBye\t\t2\n"
    )
    first, second = read_uss(tmp_path, "sgd")
    assert [turn.text for turn in first.turns] == ["Hello", "Hi"]
    assert first.labels[0].votes == (3.0, 4.0)
    assert first.labels[1].classes == {"act": {"OFFER": 1.0}}
    assert first.rated == [0]
    assert second.labels[0].mean == 2.0


def test_the_public_sets_are_read_whole(public_data: Path) -> None:
    counts = {name: len(read(name, public_data)) for name in ("uss-sgd", "uss-redial", "dbdc3", "star", "fed")}
    assert counts == {"uss-sgd": 900, "uss-redial": 900, "dbdc3": 415, "star": 1500, "fed": 500}
    assert sum(len(one.rated) for one in read("uss-mwoz", public_data)) == 10366


def test_every_set_is_known_by_name_and_says_whether_it_is_for_measuring() -> None:
    assert {name for name, corpus in CORPORA.items() if corpus.evaluation} == {"topical-chat-test_freq", "fed"}
    assert not CORPORA["uss-sgd"].clean and CORPORA["dbdc3"].clean
    with pytest.raises(LookupError, match="Known: uss-sgd"):
        read("nothing", Path())


def test_parts_do_not_overlap_and_a_smaller_share_is_part_of_a_larger() -> None:
    many = [conversation(str(number), [f"text {number}"]) for number in range(400)]
    parts = [part_of(one.sha256) for one in many]
    assert 20 < parts.count("dev") < 60 and 20 < parts.count("tune") < 60
    assert len(select(many, "train")) == parts.count("train")
    small, large = fraction(many, 5, 1), fraction(many, 25, 1)
    assert (len(small), len(large)) == (20, 100)
    assert {one.id for one in small} <= {one.id for one in large}


def test_what_shares_a_long_turn_or_two_turns_in_a_row_is_dropped() -> None:
    long = "this is a turn that has more than twelve words in it, you see"
    keys = fingerprints([long, "Yes."]) | fingerprints(
        ["would you like a table for two", "yes at seven tonight please"]
    )
    same = conversation("same", ["Hello", long.upper() + "!"])
    pair = conversation("pair", ["Would you like a table for two?", "Yes, at seven tonight please."])
    other = conversation("other", ["would you like a table for two", "no thank you very much, not now"])
    kept, dropped = drop_shared([same, pair, other], keys)
    assert [one.id for one in kept] == ["other"]
    assert (dropped[0].had, dropped[0].dropped) == (3, 2)


def test_everything_that_is_measured_on_is_recognised(public_data: Path) -> None:
    keys = evaluation_fingerprints(public_data)
    kept, _ = drop_shared(read("topical-chat-test_freq", public_data)[:50], keys)
    assert kept == []


def test_votes_become_shares() -> None:
    assert vote_shares([1, 5]) == (0.5, 0, 0, 0, 0.5)
    target = target_of(TurnLabels((2.0, 3.0), {"act": {"A": 0.5, "B": 0.25, "X": 0.25}}), {"act": ["A", "B"]})
    assert target is not None
    assert target.shares["defect"] == (1.0,)
    assert target.shares["act"] == pytest.approx((2 / 3, 1 / 3))
    assert target_of(TurnLabels(), {"act": ["A"]}) is None


def test_a_window_that_ends_before_the_next_turn_teaches_nothing_in_hindsight() -> None:
    _, reader = tiny_model()
    config = ModelConfig(backbone="tiny-encoder", max_turn_tokens=24, window_tokens=60, overlap_tokens=30)
    talk = conversation("long", ["the cat sat on a mat and ate fish"] * 20, dict.fromkeys(range(20), (3.0,)))
    found = examples_of([talk], reader, config, vocabulary={}, modes=("online", "retrospective"))
    assert len(found) > 2
    for example in found:
        for turn, mode in example.piece.readouts:
            assert turn + (mode == "retrospective") < len(example.piece.turns) or example is found[-1]
    online = sum(mode == "online" for example in found for _, mode in example.piece.readouts)
    assert online == 20


def encoded(count: int) -> list[EncodedTurn]:
    return [EncodedTurn((1, 10 + at, 2), at % 2, 0, min(at, 4)) for at in range(count)]


def test_damage_moves_words_only_and_labels_what_it_did() -> None:
    seen = set()
    for seed in range(200):
        turns = encoded(12)
        made, labels = damage(turns, [EncodedTurn((1, 99, 2), 0, 0, 0)], random.Random(seed))
        assert labels[0] == 0 and len(made) == 12
        for before, after, label in zip(turns, made, labels, strict=True):
            assert (before.ids != after.ids) == bool(label)
            assert (before.role, before.age) == (after.role, after.age)
            seen.add(DAMAGES[label])
            if DAMAGES[label] == "replaced":
                assert after.ids == (1, 99, 2)
    assert seen == set(DAMAGES)


def test_masking_hides_words_and_remembers_them() -> None:
    turns = [EncodedTurn((1, *range(10, 40), 2), 0, 0, 0) for _ in range(20)]
    masked, chosen = mask_turns(turns, mask_id=3, vocabulary=50, generator=random.Random(0))
    assert chosen
    for turn, place, true in chosen:
        assert turns[turn].ids[place] == true
        assert 0 < place < len(turns[turn].ids) - 1
    untouched = {(turn, place) for turn in range(20) for place in range(32)} - {(t, p) for t, p, _ in chosen}
    assert all(masked[turn].ids[place] == turns[turn].ids[place] for turn, place in untouched)
    assert sum(masked[turn].ids[place] == 3 for turn, place, _ in chosen) > len(chosen) / 2
