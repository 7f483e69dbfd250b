"""When two answers are the same, and how much of one another they hold, as SQuAD counts it. Standard library only."""

from __future__ import annotations

import re
import string
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(answer: str) -> str:
    """Lower case, without punctuation and articles, single spaces (the SQuAD evaluation script).

    >>> normalised("The  lighthouse, Marlow's")
    'lighthouse marlows'
    """
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


def exact(one: str, other: str) -> bool:
    """Whether two answers are the same once normalised."""
    return normalised(one) == normalised(other)


def token_f1(one: str, other: str) -> float:
    """2 PR / (P + R) over the words of the normalised answers, 0 to 1. No answer equals only no answer.

    >>> token_f1("the red lighthouse", "a lighthouse")
    0.6666666666666666
    """
    first, second = normalised(one).split(), normalised(other).split()
    if not first or not second:
        return float(first == second)
    shared = sum((Counter(first) & Counter(second)).values())
    return 2 * shared / (len(first) + len(second))
