"""The part of a long source that a model with a limited window reads: the sentences nearest to the text."""

from __future__ import annotations

import re

from scoring.metrics.tokens import Tokens
from scoring.metrics.words import content_words

_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+$")


def excerpt(source: str, tokens: Tokens, text: str, *, limit: int) -> tuple[int, ...]:
    """At most `limit` token ids of the source, in source order; all of them when they fit.

    Whole sentences are taken, those with the most distinct content words of the text first, earlier ones first among
    equals, until the next does not fit; a first sentence that alone is too long is cut at the limit.
    """
    return tuple(tokens.ids[place] for part in _parts(source, tokens, text, limit) for place in part)


def excerpt_text(source: str, tokens: Tokens, text: str, *, limit: int) -> str:
    """The same part of the source in its own words; sentences that had others between them are joined by a blank."""
    joined: list[range] = []
    for part in _parts(source, tokens, text, limit):
        if joined and joined[-1].stop == part.start:
            joined[-1] = range(joined[-1].start, part.stop)
        elif part:
            joined.append(part)
    return " ".join(source[tokens.spans[part.start][0] : tokens.spans[part.stop - 1][1]] for part in joined)


def _parts(source: str, tokens: Tokens, text: str, limit: int) -> list[range]:
    """The token ranges that are read, in source order."""
    if len(tokens.ids) <= limit:
        return [range(len(tokens.ids))]
    wanted = {word.form for word in content_words(text)}
    sentences = _token_ranges(source, tokens)
    shared = [len(wanted & {word.form for word in content_words(source[a:b])}) for a, b, _ in sentences]
    taken: list[range] = []
    room = limit
    for index in sorted(range(len(sentences)), key=lambda each: (-shared[each], each)):
        covered = sentences[index][2]
        if len(covered) > room:
            if not taken:
                taken.append(covered[:limit])
            break
        taken.append(covered)
        room -= len(covered)
    return sorted(taken, key=lambda each: each.start)


def _token_ranges(source: str, tokens: Tokens) -> list[tuple[int, int, range]]:
    """Each sentence as (start, end) in characters and the tokens that start in it."""
    found: list[tuple[int, int, range]] = []
    place = 0
    for sentence in _SENTENCE.finditer(source):
        first = place
        while place < len(tokens.ids) and tokens.spans[place][0] < sentence.end():
            place += 1
        if place > first:
            found.append((sentence.start(), sentence.end(), range(first, place)))
    return found
