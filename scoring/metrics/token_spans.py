"""Token scores as spans of the text that a page can colour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def aligned(
    text: str,
    spans: Sequence[tuple[int, int]],
    columns: Mapping[str, Sequence[float]],
    *,
    shift: int = 0,
    join: Callable[[float, float], float] = lambda first, second: first + second,
) -> list[dict[str, Any]]:
    """[{start, end, text, <column>: value, ...}] in text order; spans never overlap and text[start:end] is theirs.

    Pieces of one character (the bytes of an emoji, say) share a span: they are one token here, and their values are
    joined, by default added, as log probabilities are. shift: where the tokenised part starts in `text`.

    >>> aligned("a👍", [(0, 1), (1, 2), (1, 2)], {"given": [-1.0, -2.0, -0.5]})
    [{'start': 0, 'end': 1, 'text': 'a', 'given': -1.0}, {'start': 1, 'end': 2, 'text': '👍', 'given': -2.5}]
    """
    found: list[dict[str, Any]] = []
    for index, span in enumerate(spans):
        start, end = span[0] + shift, span[1] + shift
        values = {name: column[index] for name, column in columns.items()}
        if found and start < found[-1]["end"]:
            last = found[-1]
            last["end"] = max(end, last["end"])
            last.update({name: join(last[name], value) for name, value in values.items()})
        else:
            found.append({"start": start, "end": end, "text": "", **values})
    for token in found:
        token["text"] = text[token["start"] : token["end"]]
        token.update({name: round(token[name], 4) for name in columns})
    return found
