"""Turns as tokens: roles, gaps, ages, shortening, and text that nobody expected."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.api import DialogueTurn
from scoring.metrics.iq.packing import Piece, pack
from scoring.metrics.iq.turns import AGES, GAPS, ROLES, age_bucket, gap_bucket, plain, roles_of, shortened
from tests.metrics.iq.conftest import tiny_model


def test_known_speakers_by_name_and_others_by_appearance() -> None:
    assert [ROLES[role] for role in roles_of(["agent_2", "agent_1", "agent_2", "x", ""])] == [
        "first",
        "second",
        "first",
        "other",
        "other",
    ]
    assert [ROLES[role] for role in roles_of(["User ", "BOT"])] == ["user", "system"]


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_any_two_times_have_a_bucket(before: float, at: float) -> None:
    assert 0 <= gap_bucket(before, at) < GAPS


@given(st.integers(0, 10_000))
def test_any_age_has_a_bucket(index: int) -> None:
    assert 0 <= age_bucket(index) < len(AGES)


@given(st.lists(st.integers(), max_size=50), st.integers(3, 20))
def test_a_long_turn_keeps_its_head_and_its_tail(ids: list[int], room: int) -> None:
    kept = shortened(ids, room)
    assert len(kept) == min(len(ids), room)
    if len(ids) > room:
        assert kept[0] == ids[0] and kept[-1] == ids[-1]


def test_text_that_cannot_be_utf8_is_made_plain() -> None:
    assert plain("a\ud800b\n\tc", 8) == "a?b c"


def test_ten_megabytes_cost_no_more_than_a_page() -> None:
    assert len(plain("word " * 2_000_000, 96)) < 5000


def test_a_gap_and_a_role_change_a_score_and_an_unknown_gap_is_no_error() -> None:
    model, reader = tiny_model()
    import torch

    def score(speaker: str, at: float | None) -> torch.Tensor:
        turns = (DialogueTurn("USER", "the cat", 0.0), DialogueTurn(speaker, "sat", at))
        with torch.no_grad():
            return model(pack([Piece(reader.encode(turns), [(1, "online")])]))["iq"]

    assert not torch.allclose(score("SYSTEM", 1.0), score("SYSTEM", 1000.0))
    assert not torch.allclose(score("SYSTEM", 1.0), score("USER", 1.0))
    assert torch.isfinite(score("?", None)).all()
