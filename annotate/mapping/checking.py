"""What a map must be to be a rename, a merge or a split: every problem at once. No database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotate.mapping.answers import Choice
from annotate.mapping.chains import Answers

WHY_AT_LEAST = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a map, in words and in what it allows."""

    name: str
    unit: str
    kind: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and with which field: kind, why, sources, targets, or (source, target, key) of an answer."""

    field: str | tuple[int, int, str]
    words: str


def map_problems(
    kind: str, why: str, sources: Sequence[Side], targets: Sequence[Side], answers: Mapping[tuple[int, int], Answers]
) -> list[Problem]:
    """Everything that keeps this from being a map; [] for none. `answers` by (place of source, place of target)."""
    found = ends_problems(kind, sources, targets)
    if len(why.strip()) < WHY_AT_LEAST:
        found.append(Problem("why", f"Say why, in {WHY_AT_LEAST} characters or more; it is kept with the map."))
    if found and any(problem.field != "why" for problem in found):
        return found
    untold = 0
    for s, source in enumerate(sources):
        for t, target in enumerate(targets):
            here = answers.get((s, t), {})
            found += _part_problems(kind, s, t, source, target, here)
            untold += sum(here.get(choice.key) is None for choice in source.choices)
    if not found and kind == "merge" and len(sources) == 1 and _one_to_one(answers[0, 0]):
        found.append(Problem("kind", "Nothing comes together here: this is a rename."))
    if not found and kind == "split" and len(targets) == 1 and not untold:
        found.append(Problem("kind", "Every answer can be told here: this is a rename or a merge."))
    return found


def ends_problems(kind: str, sources: Sequence[Side], targets: Sequence[Side]) -> list[Problem]:
    """What is wrong with the choice of versions alone."""
    found = []
    if kind not in ("rename", "merge", "split"):
        found.append(Problem("kind", f"{kind!r} is no kind; known: rename, merge, split."))
    if not sources:
        found.append(Problem("sources", "Choose what changes."))
    if not targets:
        found.append(Problem("targets", "Choose what it becomes, or describe a new version."))
    if kind in ("rename", "split") and len(sources) > 1:
        found.append(Problem("sources", f"A {kind} has one version that changes."))
    if kind in ("rename", "merge") and len(targets) > 1:
        found.append(Problem("targets", f"A {kind} has one version that it becomes."))
    for source in sources:
        for target in targets:
            if source.unit != target.unit:
                words = f"{source.name} is about a {source.unit}, {target.name} about a {target.unit}."
                found.append(Problem("targets", words))
            if (source.kind == "labels") != (target.kind == "labels"):
                words = f"{source.name} takes {source.kind}, {target.name} {target.kind}: sets map to sets only."
                found.append(Problem("targets", words))
    return found


def _part_problems(kind: str, s: int, t: int, source: Side, target: Side, answers: Answers) -> list[Problem]:
    found = []
    allowed = {choice.key for choice in target.choices}
    known = {choice.key for choice in source.choices}
    for key in sorted(set(answers) - known):
        found.append(Problem("sources", f"{source.name} has no answer {key!r}."))
    for choice in source.choices:
        to = answers.get(choice.key)
        if to is None and kind != "split":
            words = f"{choice.words}: say what it is on {target.name}; in a {kind} every answer can be told."
            found.append(Problem((s, t, choice.key), words))
        elif to is not None and to not in allowed:
            found.append(Problem((s, t, choice.key), f"{choice.words}: {to!r} is no answer of {target.name}."))
    if kind == "rename":
        words_of = {choice.key: choice.words for choice in source.choices}
        often = Counter(to for to in answers.values() if to is not None)
        for key, to in answers.items():
            if to is not None and often[to] > 1 and key in words_of:
                words = f"{words_of[key]}: another answer becomes the same; answers come together in a merge."
                found.append(Problem((s, t, key), words))
    return found


def _one_to_one(answers: Answers) -> bool:
    return len(set(answers.values())) == len(answers)
