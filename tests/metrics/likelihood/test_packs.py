"""Packs hold every text once behind its prefix, and a text sees its prefix and itself only."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from scoring.metrics.likelihood.packs import Pack, collate, packs

ids = st.lists(st.integers(0, 9), min_size=1, max_size=6).map(tuple)


@given(st.dictionaries(ids, st.lists(ids, min_size=1, max_size=8), max_size=5), st.integers(1, 12))
def test_every_text_once_behind_its_prefix(wanted: dict, room: int) -> None:
    made = list(packs(wanted, room=lambda prefix: room))
    found = sorted((pack.prefix, text) for pack in made for text in pack.texts)
    assert found == sorted((prefix, text) for prefix, texts in wanted.items() for text in set(texts))
    assert all(len(pack.texts) == 1 or sum(map(len, pack.texts)) <= room for pack in made)


def test_what_a_token_sees() -> None:
    tensors = collate([Pack((1, 2, 3), ((4, 5), (6,))), Pack((7,), ((8,),))], pad=0, dtype=torch.float32)
    assert tensors["ids"].tolist() == [[1, 2, 3, 4, 3], [7, 0, 0, 0, 0]]
    assert tensors["positions"].tolist()[0] == [0, 1, 2, 3, 2]
    assert tensors["segments"].tolist() == [[0, 0, 1, 1, 2], [1, -1, -1, -1, -1]]
    seen = (tensors["mask"][0, 0] == 0).tolist()
    assert seen == [
        [True, False, False, False, False],
        [True, True, False, False, False],
        [True, True, True, False, False],
        [True, True, True, True, False],
        [True, True, False, False, True],  # the second text: the prefix and itself, not the first text
    ]
    assert (tensors["mask"][1, 0] == 0).any(dim=1).all(), "a row that sees nothing would be NaN"
