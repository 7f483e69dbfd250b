"""Question-answer pairs to learn from, as short passages with all their pairs."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

LICENCES = {
    "squad": "CC BY-SA 4.0",
    "qamr": "MIT",
    "fairytaleqa": "Apache-2.0",
    "policyqa": "MIT",
    "friendsqa": "Apache-2.0 (annotation)",
}
"""The sources that shipped weights may come from; tweetqa and subjqa are left out (no licence, or evaluation only)."""

_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+$")


class Asked(NamedTuple):
    """A question, its answer, and where the answer stands: `passage.text[start:]` begins with it."""

    question: str
    answer: str
    start: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Some sentences of a context and the pairs whose answer stands in them."""

    source: str
    text: str
    pairs: tuple[Asked, ...]


def passages(folder: Path, split: str, *, words: int, pairs: int, seed: int) -> list[Passage]:
    """All passages of a split ("train" or "dev"), shuffled by `seed`.

    words: a passage is closed when it would grow longer. pairs: at most so many of a passage are kept (by chance),
    because qamr asks 35 questions about a sentence. Pairs whose answer has no known place are left out.
    """
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    found = [
        Passage(source, text, tuple(chance.sample(held, min(pairs, len(held)))))
        for source in LICENCES
        for line in _lines(folder / f"{source}.{split}.jsonl")
        for text, held in _cut(line, words)
    ]
    chance.shuffle(found)
    return found


def together(held: Sequence[Passage], count: int) -> list[Passage]:
    """The passages in order, `count` in one text with the pairs of all: long knowledge, most of it beside the point."""
    made = []
    for first in range(0, len(held), count):
        some = held[first : first + count]
        starts = list(accumulate((len(each.text) + 1 for each in some), initial=0))  # a line break between two
        made.append(
            Passage(
                some[0].source,
                "\n".join(each.text for each in some),
                tuple(
                    pair._replace(start=pair.start + shift)
                    for each, shift in zip(some, starts, strict=False)
                    for pair in each.pairs
                ),
            )
        )
    return made


def _lines(file: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    with file.open(encoding="utf-8") as opened:
        for line in opened:
            yield json.loads(line)


def _cut(line: dict, words: int) -> Iterator[tuple[str, list[Asked]]]:  # type: ignore[type-arg]
    context = line["context"]
    places = [each.span() for each in _SENTENCE.finditer(context)]
    windows: list[tuple[int, int]] = []
    for first, last in places:
        if windows and len(context[windows[-1][0] : last].split()) <= words:
            windows[-1] = (windows[-1][0], last)
        else:
            windows.append((first, last))
    for first, last in windows:
        text = context[first:last]
        shift = first + len(text) - len(text.lstrip())
        held = [
            Asked(
                each["question"].strip(),
                each["answer"].strip(),
                each["answer_start"] - shift + len(each["answer"]) - len(each["answer"].lstrip()),
            )
            for each in line["qas"]
            if each["answer_start"] is not None
            and first <= each["answer_start"]
            and each["answer_start"] + len(each["answer"]) <= last
        ]
        if held:
            yield text.strip(), held
