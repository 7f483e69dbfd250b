"""One pass over all turns equals reading each prefix alone, and nothing later is seen."""

from __future__ import annotations

import pytest
import torch

from scoring.metrics.iq.attention import TurnBias, allowed
from scoring.metrics.iq.building import Reader
from scoring.metrics.iq.config import MODES, Mode
from scoring.metrics.iq.inference import predict
from scoring.metrics.iq.model import ATTENTIONS, Attention, IQModel
from scoring.metrics.iq.packing import Piece, pack
from scoring.metrics.iq.windows import windows
from tests.metrics.iq.conftest import tiny_model
from tests.metrics.iq.worlds import talk

TEXTS = ["the cat sat", "on a red mat", "it was old and", "tea is tea", "a", "", "fish the cat ate", "is it", "red"]


@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("mode", MODES)
def test_one_pass_equals_every_prefix(world: tuple[IQModel, Reader], mode: Mode, attention: Attention) -> None:
    model, reader = world
    model.encoder.attend_by(attention)
    turns = talk(TEXTS)
    ahead = 2 if mode == "retrospective" else 1
    whole = predict(model, [reader.encode(turns)], mode=mode, padding=reader.padding)[0]
    for turn in range(len(turns)):
        prefix = predict(model, [reader.encode(turns[: turn + ahead])], mode=mode, padding=reader.padding)[0]
        for head in ("iq", "defect"):
            assert torch.allclose(whole[head][turn], prefix[head][turn], atol=1e-4), (head, turn)


@pytest.mark.parametrize("mode", MODES)
def test_later_turns_change_nothing_and_the_allowed_ones_do(world: tuple[IQModel, Reader], mode: Mode) -> None:
    model, reader = world
    ahead = 2 if mode == "retrospective" else 1
    base, changed = talk(TEXTS * 3), list(talk(TEXTS * 3))
    at = 11
    changed[at] = changed[at].__class__("USER", "old old old fish mat and the cat ate it")
    first = predict(model, [reader.encode(base)], mode=mode, padding=reader.padding)[0]["iq"]
    second = predict(model, [reader.encode(tuple(changed))], mode=mode, padding=reader.padding)[0]["iq"]
    unseen = at - ahead + 1
    assert torch.allclose(first[:unseen], second[:unseen], atol=1e-5)
    assert not torch.allclose(first[unseen], second[unseen], atol=1e-3)


def test_a_batch_gives_what_each_conversation_gives_alone(world: tuple[IQModel, Reader]) -> None:
    model, reader = world
    several = [reader.encode(talk(TEXTS[:count])) for count in (9, 1, 4, 0, 6)]
    together = predict(model, several, padding=reader.padding)
    for turns, found in zip(several, together, strict=True):
        alone = predict(model, [turns], padding=reader.padding)[0]
        assert found["iq"].shape == (len(turns), 5)
        assert torch.allclose(found["iq"], alone["iq"], atol=1e-4)


def test_the_last_layer_asked_for_read_outs_alone_gives_the_same(world: tuple[IQModel, Reader]) -> None:
    model, reader = world
    turns = reader.encode(talk(TEXTS))
    batch = pack([Piece(turns, [(3, "online"), (3, "retrospective")]), Piece(turns[:2], [(1, "online")])], padding=1)
    rows, columns = batch.readouts.unbind(1)
    with torch.no_grad():
        everything = model.encoder(batch)[rows, columns]
        asked = model.encoder.readouts(batch)[rows, columns]
    assert torch.allclose(everything, asked, atol=1e-5)


def test_nobody_looks_at_a_read_out() -> None:
    turn = torch.tensor([[0, 1, 0, 0, 1, 2]])
    kind = torch.tensor([[1, 2, 0, 0, 0, 0]])
    seen = allowed(turn, kind, torch.ones_like(turn, dtype=torch.bool), None)[0]
    assert seen[:, :2].sum() == 2  # each by itself alone
    assert seen[0].tolist() == [True, False, True, True, False, False]  # online: its own turn
    assert seen[1].tolist() == [False, True, True, True, True, True]  # retrospective: the next turn as well
    assert seen[4].tolist() == [False, False, True, True, True, False]  # text: not the turn after


def test_the_mask_is_additive_and_float() -> None:
    turn = torch.tensor([[0, 0, 1]])
    mask = TurnBias(4)(turn, torch.zeros_like(turn), torch.tensor([[True, True, False]]), None)
    assert mask.dtype == torch.float32
    assert mask.shape == (1, 4, 3, 3)
    assert (mask[0, :, 0, 2] < -1e8).all()  # a later turn, and padding
    assert (mask[0, :, 2, 2] > -10).all()  # itself, so that no row is empty


def test_a_single_turn_baseline_sees_its_turn_alone() -> None:
    model, reader = tiny_model(context_turns=0)
    one = predict(model, [reader.encode(talk(TEXTS))], padding=reader.padding)[0]["iq"]
    other = predict(model, [reader.encode(talk(["red", *TEXTS[1:]]))], padding=reader.padding)[0]["iq"]
    assert torch.allclose(one[1:], other[1:], atol=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_windows_score_every_turn_once_with_what_it_may_see(mode: Mode) -> None:
    costs = [7, 30, 2, 2, 25, 30, 1, 1, 1, 30, 12, 30, 30, 2]
    found = windows(costs, size=60, overlap=30, mode=mode)
    assert [turn for window in found for turn in window.scored] == list(range(len(costs)))
    for window in found:
        assert sum(costs[window.start : window.stop]) <= 60
        for turn in window.scored:
            assert window.start <= turn < window.stop
            if mode == "retrospective" and turn + 1 < len(costs):
                assert turn + 1 < window.stop


def test_where_a_window_ends_depends_on_earlier_turns_only() -> None:
    costs = [10, 20, 30, 10, 20, 30, 5]
    for length in range(1, len(costs)):
        short = windows(costs[:length], size=60, overlap=30, mode="online")
        whole = windows(costs, size=60, overlap=30, mode="online")
        where = {turn: window.start for window in whole for turn in window.scored}
        assert all(where[turn] == window.start for window in short for turn in window.scored)


def test_a_turn_longer_than_the_new_part_of_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 30 tokens"):
        windows([31], size=60, overlap=30, mode="online")


def test_running_positions_tell_one_turn_from_two() -> None:
    model, reader = tiny_model("tiny-encoder", 0, positions="running", pool="turn")
    for table in (model.encoder.role, model.encoder.gap, model.encoder.age):
        torch.nn.init.zeros_(table.weight)
    torch.nn.init.zeros_(model.encoder.bias.table)
    last = [
        predict(model, [reader.encode(talk(texts))], padding=reader.padding)[0]["iq"][-1]
        for texts in (["tea is", "a cat", "red"], ["a cat", "tea is", "red"])
    ]
    assert not torch.allclose(last[0], last[1], atol=1e-4)  # with positions that restart, order would be lost


def test_what_does_not_fit_the_backbone_is_said() -> None:
    with pytest.raises(ValueError, match="local_layers 0"):
        tiny_model("tiny-encoder", 1, positions="running")
    with pytest.raises(ValueError, match="positions, too few for"):
        tiny_model("tiny-encoder", 0, positions="running", window_tokens=100_000)
    with pytest.raises(ValueError, match="positions are"):
        tiny_model("tiny-encoder", 0, positions="sideways")
