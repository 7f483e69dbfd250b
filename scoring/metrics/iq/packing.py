"""Several windows as one batch: tokens of their turns in a row, then one read-out per turn that wants a score.

Local layers see the turns one by one: `ids` (turns, longest) with `present`; the dialogue layers see `source`
(windows, length), an index into the tokens of all turns laid end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from scoring.metrics.iq.attention import ONLINE, RETROSPECTIVE, TEXT
from scoring.metrics.iq.config import Mode
from scoring.metrics.iq.turns import EncodedTurn

KIND = {"online": ONLINE, "retrospective": RETROSPECTIVE}


@dataclass(frozen=True, slots=True)
class Piece:
    """A window to encode. readouts: (turn, mode), turn counted from the window's first one."""

    turns: Sequence[EncodedTurn]
    readouts: Sequence[tuple[int, Mode]]

    @property
    def length(self) -> int:
        """Packed tokens, read-outs included."""
        return sum(turn.visible for turn in self.turns) + len(self.readouts)


@dataclass(frozen=True, slots=True)
class Batch:
    """ids, present: (turns, longest turn). The rest: (windows, packed length).

    source: index into the flat tokens (ids[present]); kind: text or which read-out; valid: False for padding.
    readouts: (how many, 2) rows and columns of the read-outs in packed order, window after window.
    """

    ids: Tensor
    present: Tensor
    source: Tensor
    turn: Tensor
    kind: Tensor
    role: Tensor
    gap: Tensor
    age: Tensor
    valid: Tensor
    readouts: Tensor

    def to(self, device: str | torch.device) -> Batch:
        """The same batch on a device."""
        return Batch(*(getattr(self, name).to(device) for name in self.__slots__))


def pack(pieces: Sequence[Piece], *, padding: int = 0) -> Batch:
    """One batch of all pieces. Read-outs come in the order of the pieces, then in the order asked for."""
    turns = [turn for piece in pieces for turn in piece.turns]
    longest = max((len(turn.ids) for turn in turns), default=1)
    width = max((piece.length for piece in pieces), default=1)
    ids = torch.full((len(turns), longest), padding, dtype=torch.long)
    present = torch.zeros((len(turns), longest), dtype=torch.bool)
    for row, encoded in enumerate(turns):
        ids[row, : len(encoded.ids)] = torch.tensor(encoded.ids)
        present[row, : len(encoded.ids)] = True
    columns = torch.zeros((6, len(pieces), width), dtype=torch.long)
    valid = torch.zeros((len(pieces), width), dtype=torch.bool)
    places: list[tuple[int, int]] = []
    offset = 0
    for row, piece in enumerate(pieces):
        tokens, offset = _lay(piece, offset)
        columns[:, row, : len(tokens)] = torch.tensor(tokens, dtype=torch.long).T if tokens else 0
        valid[row, : len(tokens)] = True
        places += [(row, column) for column in range(len(tokens) - len(piece.readouts), len(tokens))]
    readouts = torch.tensor(places, dtype=torch.long).reshape(-1, 2)
    source, turn, kind, role, gap, age = columns.unbind(0)
    return Batch(ids, present, source, turn, kind, role, gap, age, valid, readouts)


def _lay(piece: Piece, offset: int) -> tuple[list[tuple[int, int, int, int, int, int]], int]:
    """(source, turn, kind, role, gap, age) of every packed token of a piece, and the next offset."""
    tokens: list[tuple[int, int, int, int, int, int]] = []
    closing: list[int] = []
    for number, turn in enumerate(piece.turns):
        facts = (number, TEXT, turn.role, turn.gap, turn.age)
        tokens += [(offset + place, *facts) for place in range(turn.visible)]
        offset += len(turn.ids)
        closing.append(offset - 1)
    for number, mode in piece.readouts:
        turn = piece.turns[number]
        tokens.append((closing[number], number, KIND[mode], turn.role, turn.gap, turn.age))
    return tokens, offset
