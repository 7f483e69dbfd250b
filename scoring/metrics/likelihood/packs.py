"""Many texts after one prefix in a single sequence, so that a long source is read once for all its texts.

prefix | text 1 | text 2 | ...        a token sees the prefix and what came before it in its own text

position of a text's token i = len(prefix) + i, as if the text stood alone behind the prefix
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A prefix (at least one token) and texts (at least one token each) to be scored after it."""

    prefix: Ids
    texts: tuple[Ids, ...]

    @property
    def length(self) -> int:
        return len(self.prefix) + sum(len(text) for text in self.texts)


def packs(wanted: Mapping[Ids, Sequence[Ids]], *, room: Callable[[int], int]) -> Iterator[Pack]:
    """Packs for all (prefix, texts). The texts of one pack have at most room(length of the prefix) tokens together.

    A text longer than that is alone in its pack. Texts are taken shortest first, so that those of a pack are alike.
    """
    for prefix, texts in wanted.items():
        held: list[Ids] = []
        used, most = 0, room(len(prefix))
        for text in sorted(set(texts), key=lambda each: (len(each), each)):
            if held and used + len(text) > most:
                yield Pack(prefix, tuple(held))
                held, used = [], 0
            held.append(text)
            used += len(text)
        if held:
            yield Pack(prefix, tuple(held))


def collate(batch: Sequence[Pack], *, pad: int, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Tensors of a batch of packs.

    Each text of n tokens stands in its pack as the last prefix token and its first n - 1 tokens, whose outputs predict
    its n tokens; so the sequence is prefix[:-1] and then the texts, shifted.

    ids, positions, segments: (batch, length); mask: (batch, 1, length, length), 0 where seen, lowest number elsewhere.
    """
    length = max(len(pack.prefix) - 1 + sum(map(len, pack.texts)) for pack in batch)
    ids = torch.full((len(batch), length), pad)
    positions = torch.zeros((len(batch), length), dtype=torch.long)
    segments = torch.full((len(batch), length), -1)
    for row, pack in enumerate(batch):
        shared = len(pack.prefix) - 1
        sequence, places, parts = list(pack.prefix[:-1]), list(range(shared)), [0] * shared
        for number, text in enumerate(pack.texts, start=1):
            sequence += [pack.prefix[-1], *text[:-1]]
            places += range(shared, shared + len(text))
            parts += [number] * len(text)
        ids[row, : len(sequence)] = torch.tensor(sequence)
        positions[row, : len(places)] = torch.tensor(places)
        segments[row, : len(parts)] = torch.tensor(parts)
    own = segments[:, :, None] == segments[:, None, :]  # (batch, seeing, seen)
    seen = (own | (segments[:, None, :] == 0)) & torch.ones(length, length, dtype=torch.bool).tril()
    mask = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
    return {"ids": ids, "positions": positions, "segments": segments, "mask": mask[:, None]}
