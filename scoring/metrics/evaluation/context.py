"""Contexts published as one string, as turns."""

from __future__ import annotations

import re

from scoring.metrics.api import DialogueTurn

_SPEAKER = re.compile(r"\s*([A-Za-z][\w ]{0,20}):\s*(.*)", re.DOTALL)


def turns_of(context: str, *, between: str = "<br>") -> tuple[DialogueTurn, ...]:
    """`A: Hello <br>B: Hi <br>` as turns; a piece that names no speaker has the speaker "".

    >>> turns_of("A: Hello <br>B: Hi: you <br>")
    (DialogueTurn(speaker='A', text='Hello', at=None), DialogueTurn(speaker='B', text='Hi: you', at=None))
    """
    turns = []
    for piece in context.split(between):
        if not piece.strip():
            continue
        named = _SPEAKER.fullmatch(piece)
        speaker, text = named.groups() if named else ("", piece)
        turns.append(DialogueTurn(speaker, text.strip()))
    return tuple(turns)
