"""Several windows as one batch: one read-out per turn that wants a score, then the tokens of the turns in a row.

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

    position: of the token within its window; a read-out has that of its turn's closing token.
    source: index into the flat tokens (ids[present]); kind: text or which read-out; valid: False for padding.
    asking: in every window the read-outs are within the first `asking` columns, and no text is.
    readouts: (how many, 2) rows and columns of the read-outs, window after window.
    """

    ids: Tensor
    present: Tensor
    source: Tensor
    position: Tensor
    turn: Tensor
    kind: Tensor
    role: Tensor
    gap: Tensor
    age: Tensor
    valid: Tensor
    readouts: Tensor
    asking: int

    def to(self, device: str | torch.device) -> Batch:
        """The same batch on a device."""
        tensors = {name: getattr(self, name).to(device) for name in self.__slots__ if name != "asking"}
        return Batch(**tensors, asking=self.asking)


def pack(pieces: Sequence[Piece], *, padding: int = 0) -> Batch:
    """One batch of all pieces. Read-outs come in the order of the pieces, then in the order asked for."""
    turns = [turn for piece in pieces for turn in piece.turns]
    longest = max((len(turn.ids) for turn in turns), default=1)
    asking = max((len(piece.readouts) for piece in pieces), default=0)
    width = asking + max((piece.length - len(piece.readouts) for piece in pieces), default=1)
    ids = torch.full((len(turns), longest), padding, dtype=torch.long)
    present = torch.zeros((len(turns), longest), dtype=torch.bool)
    for row, encoded in enumerate(turns):
        ids[row, : len(encoded.ids)] = torch.tensor(encoded.ids)
        present[row, : len(encoded.ids)] = True
    columns = torch.zeros((7, len(pieces), width), dtype=torch.long)
    valid = torch.zeros((len(pieces), width), dtype=torch.bool)
    places: list[tuple[int, int]] = []
    offset = 0
    for row, piece in enumerate(pieces):
        asked, text, offset = _lay(piece, offset)
        for first, tokens in ((0, asked), (asking, text)):
            if tokens:
                columns[:, row, first : first + len(tokens)] = torch.tensor(tokens, dtype=torch.long).T
                valid[row, first : first + len(tokens)] = True
        places += [(row, column) for column in range(len(asked))]
    readouts = torch.tensor(places, dtype=torch.long).reshape(-1, 2)
    source, position, turn, kind, role, gap, age = columns.unbind(0)
    return Batch(ids, present, source, position, turn, kind, role, gap, age, valid, readouts, asking)


_Facts = tuple[int, int, int, int, int, int, int]  # source, position, turn, kind, role, gap, age


def _lay(piece: Piece, offset: int) -> tuple[list[_Facts], list[_Facts], int]:
    """_Facts of every read-out, and of every token of text, and the next offset."""
    text: list[_Facts] = []
    closing: list[tuple[int, int]] = []
    for number, turn in enumerate(piece.turns):
        first = len(text)
        text += [
            (offset + place, first + place, number, TEXT, turn.role, turn.gap, turn.age)
            for place in range(turn.visible)
        ]
        offset += len(turn.ids)
        closing.append((offset - 1, len(text)))
    asked = [
        (
            *closing[number],
            number,
            KIND[mode],
            piece.turns[number].role,
            piece.turns[number].gap,
            piece.turns[number].age,
        )
        for number, mode in piece.readouts
    ]
    return asked, text, offset
