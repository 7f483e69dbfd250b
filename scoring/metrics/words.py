"""Words of a text with their places: what `length`, `overlap` and excerpts count. Standard library only."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

# A mark (an accent, a vowel sign) belongs to the letter before it; Python's \w leaves it out.
_MARKS = "".join(chr(code) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code)).startswith("M"))
_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana, ideographs: a character is a word
_WORD = re.compile(
    r"\d+(?:[.,]\d+)*(?![^\W_])"  # 1,000 and 3.5 are one word
    rf"|[{_UNSPACED}]"
    rf"|(?:[^\W_\d{_UNSPACED}][{_MARKS}]*)+\d*"
    r"|[^\W_]+"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are aren as at be because been before being below between
    both but by can cannot could couldn d did didn do does doesn doing don down during each few for from further had
    hadn has hasn have haven having he her here hers herself him himself his how i if in into is isn it its itself just
    ll m me mightn more most mustn my myself no nor not now o of off oh ok okay on once only or other our ours ourselves
    out over own re really s same shan she should shouldn so some such t than that the their theirs them themselves then
    there these they this those through to too under until up us ve very was wasn we well were weren what when where
    which while who whom why will with won would wouldn y yeah yes you your yours yourself yourselves
    """.split()  # noqa: SIM905  a list of 180 quoted words is harder to read
)
"""English function words, the pieces that contractions leave (don, t, ll), and the fillers of chat (oh, yeah, well)."""


@dataclass(frozen=True, slots=True)
class Word:
    """`text[start:end]`, and the form in which two words are the same word."""

    start: int
    end: int
    form: str


def words(text: str) -> list[Word]:
    """Every word of the text in order. Forms are case-folded and NFKC-normalised, numbers lose their commas.

    >>> [word.form for word in words("Émile's 1,000 ﬁsh")]
    ['émile', 's', '1000', 'fish']
    """
    return [Word(found.start(), found.end(), _form(found.group())) for found in _WORD.finditer(text)]


def content_words(text: str) -> list[Word]:
    """The words that are not in `STOP_WORDS`."""
    return [word for word in words(text) if word.form not in STOP_WORDS]


def stop_words_digest() -> str:
    """Eight hex digits that change with the list; part of every signature that depends on it."""
    return hashlib.sha256(" ".join(sorted(STOP_WORDS)).encode()).hexdigest()[:8]


def without_surrogates(text: str) -> str:
    """The text with lone surrogates (which no encoding can hold) as U+FFFD; places stay the same."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _form(word: str) -> str:
    if word.isascii():
        return word.replace(",", "").lower()
    return unicodedata.normalize("NFKC", word).casefold().replace(",", "")
