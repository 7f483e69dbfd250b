"""Training examples: windows with targets, the frozen lower layers computed once, and batches of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from scoring.metrics.batching import batches
from scoring.metrics.iq.building import Reader
from scoring.metrics.iq.config import Mode, ModelConfig
from scoring.metrics.iq.corpora.records import Conversation
from scoring.metrics.iq.model import IQModel
from scoring.metrics.iq.objectives import Target, target_of
from scoring.metrics.iq.packing import Batch, Piece, pack
from scoring.metrics.iq.turns import EncodedTurn
from scoring.metrics.iq.windows import windows


@dataclass(frozen=True, slots=True)
class Example:
    """A window. targets: one per read-out. read: what the frozen lower layers say about its turns, if computed."""

    piece: Piece
    targets: tuple[Target, ...]
    read: tuple[Tensor, ...] | None = None


def examples_of(
    conversations: Sequence[Conversation],
    reader: Reader,
    config: ModelConfig,
    *,
    vocabulary: Mapping[str, Sequence[str]],
    modes: Sequence[Mode],
    rated: Callable[[Conversation], bool] = lambda conversation: True,
) -> list[Example]:
    """Windows with at least one target. rated: whether the votes of a conversation are used.

    A rated turn has a read-out of each mode, a turn with auxiliary labels alone one of the first mode.
    """
    found: list[Example] = []
    for conversation in conversations:
        encoded = reader.encode(conversation.turns)
        wanted = [target_of(one, vocabulary, rated=rated(conversation)) for one in conversation.labels]
        found += _windows(encoded, wanted, config, modes)
    return found


def _windows(
    encoded: list[EncodedTurn], wanted: list[Target | None], config: ModelConfig, modes: Sequence[Mode]
) -> Iterator[Example]:
    costs = [turn.visible for turn in encoded]
    for window in windows(costs, size=config.window_tokens, overlap=config.overlap_tokens, mode="online"):
        readouts: list[tuple[int, Mode]] = []
        targets: list[Target] = []
        for turn in window.scored:
            target = wanted[turn]
            if target is None:
                continue
            cut_off = turn + 1 == window.stop and window.stop < len(encoded)  # its next turn is in the next window
            for mode in modes if "iq" in target.shares else modes[:1]:
                if mode == "online" or not cut_off:
                    readouts.append((turn - window.start, mode))
                    targets.append(target)
        if readouts:
            yield _needed(Example(Piece(encoded[window.start : window.stop], readouts), tuple(targets)), config)


def _needed(example: Example, config: ModelConfig) -> Example:
    """Without the turns that no read-out looks at, where a turn is read alone (context_turns is 0)."""
    if config.context_turns != 0:
        return example
    reach = ((at, at + (mode == "retrospective")) for at, mode in example.piece.readouts)
    needed = sorted({turn for turns in reach for turn in turns if turn < len(example.piece.turns)})
    place = {turn: index for index, turn in enumerate(needed)}
    turns = [example.piece.turns[turn] for turn in needed]
    return replace(example, piece=Piece(turns, [(place[turn], mode) for turn, mode in example.piece.readouts]))


@torch.inference_mode()
def with_read(examples: Sequence[Example], model: IQModel, *, autocast: bool, padding: int = 0) -> list[Example]:
    """The examples with the states of the frozen lower layers, in bf16: a fifth of the cost of every epoch saved."""
    turns = {turn.ids: turn for example in examples for turn in example.piece.turns}
    ids = list(turns)
    states: dict[tuple[int, ...], Tensor] = {}
    device = next(model.parameters()).device
    for chosen in batches([len(one) for one in ids], token_budget=8192):
        rows = [ids[index] for index in chosen]
        padded = torch.tensor([[*row, *[padding] * (len(rows[0]) - len(row))] for row in rows], device=device)
        present = torch.arange(len(rows[0]), device=device) < torch.tensor([[len(row)] for row in rows], device=device)
        with torch.autocast(device.type, torch.bfloat16, enabled=autocast):
            flat = model.encoder.read_turns(padded, present)
        for row, state in zip(rows, flat.to(torch.bfloat16).split([len(row) for row in rows]), strict=True):
            states[row] = state.clone()
    return [replace(one, read=tuple(states[turn.ids] for turn in one.piece.turns)) for one in examples]


def steps(
    examples: Sequence[Example], *, micro_tokens: int, step_tokens: int, generator: random.Random
) -> list[list[list[int]]]:
    """Steps of micro-batches of example numbers: alike in length within a micro-batch, in random order otherwise."""
    noisy = [int(example.piece.length * generator.uniform(0.9, 1.1)) for example in examples]
    micro = list(batches(noisy, token_budget=micro_tokens))
    generator.shuffle(micro)
    made: list[list[list[int]]] = [[]]
    used = 0
    for chosen in micro:
        cost = sum(examples[index].piece.length for index in chosen)
        if made[-1] and used + cost > step_tokens:
            made.append([])
            used = 0
        made[-1].append(chosen)
        used += cost
    return [step for step in made if step]


def collate(
    examples: Sequence[Example], *, padding: int, role_dropout: float, generator: random.Random
) -> tuple[Batch, Tensor | None, list[Target]]:
    """One batch. role_dropout: chance that user and system of a window become "first" and "second" speaker."""
    pieces = [
        Piece([_by_order(turn, example.piece.turns[0].role) for turn in example.piece.turns], example.piece.readouts)
        if generator.random() < role_dropout
        else example.piece
        for example in examples
    ]
    targets = [target for example in examples for target in example.targets]
    read = None
    if all(example.read is not None for example in examples):
        read = torch.cat([state for example in examples for state in example.read or ()]).float()
    return pack(pieces, padding=padding), read, targets


def _by_order(turn: EncodedTurn, opener: int) -> EncodedTurn:
    return replace(turn, role=2 if turn.role == opener else 3) if turn.role < 2 else turn
