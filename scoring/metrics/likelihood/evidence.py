"""Token scores as spans of the text that a page can colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def aligned(
    text: str, spans: Sequence[tuple[int, int]], *, shift: int = 0, **columns: Sequence[float]
) -> list[dict[str, Any]]:
    """[{start, end, text, <column>: value, ...}] in text order; spans never overlap and text[start:end] is theirs.

    Pieces of one character (the bytes of an emoji, say) share a span: they are joined and their log p added, so the
    columns still sum to the same number. shift: where the tokenised part starts in `text`.

    >>> aligned("a👍", [(0, 1), (1, 2), (1, 2)], given=[-1.0, -2.0, -0.5])
    [{'start': 0, 'end': 1, 'text': 'a', 'given': -1.0}, {'start': 1, 'end': 2, 'text': '👍', 'given': -2.5}]
    """
    joined: list[dict[str, Any]] = []
    for index, (start, end) in enumerate(spans):
        start, end = start + shift, end + shift
        values = {name: column[index] for name, column in columns.items()}
        if joined and start < joined[-1]["end"]:
            last = joined[-1]
            last["end"] = max(end, last["end"])
            for name, value in values.items():
                last[name] += value
        else:
            joined.append({"start": start, "end": end, **values})
    return [
        {
            "start": token["start"],
            "end": token["end"],
            "text": text[token["start"] : token["end"]],
            **{name: round(token[name], 4) for name in columns},
        }
        for token in joined
    ]
