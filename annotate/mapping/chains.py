"""From single maps to what can be read as what: chains of maps, and renames backwards. No database."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Answers = Mapping[str, str | None]  # key -> key; None, or not there: cannot be told


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a map: answers of a version on another one. `invertible`: of a rename."""

    source: int
    target: int
    answers: Answers
    map: int
    invertible: bool = False
    forward: bool = True


def inverse(answers: Answers) -> dict[str, str | None]:
    """Of a map in which no two answers come together.

    >>> inverse({"n:1": "n:5", "n:2": "n:4"})
    {'n:5': 'n:1', 'n:4': 'n:2'}
    """
    return {to: key for key, to in answers.items() if to is not None}


def chain(first: Answers, second: Answers) -> dict[str, str | None]:
    """First the one, then the other; what either cannot tell cannot be told."""
    return {key: second.get(to) if to is not None else None for key, to in first.items()}


def leads_to(start: int, end: int, steps: Sequence[Step]) -> bool:
    """Whether the steps lead from one version to the other."""
    reached, waiting = {start}, deque([start])
    while waiting:
        at = waiting.popleft()
        for step in steps:
            if step.source == at and step.target not in reached:
                reached.add(step.target)
                waiting.append(step.target)
    return end in reached


def readings(steps: Sequence[Step]) -> list[Step]:
    """Every pair of versions that the steps connect, by the shortest way; of two steps of one pair the later counts.

    steps: oldest first. A rename is read backwards too, where no map says otherwise: what was asked in the new words
    can stand beside what was asked, or predicted, in the old ones.
    """
    direct = {(step.source, step.target): step for step in steps}
    for step in list(direct.values()):
        if step.invertible and (step.target, step.source) not in direct:
            back = Step(step.target, step.source, inverse(step.answers), step.map, forward=False)
            direct[step.target, step.source] = back
    onward: dict[int, list[Step]] = {}
    for step in sorted(direct.values(), key=lambda each: (not each.forward, each.target)):
        onward.setdefault(step.source, []).append(step)
    found = []
    for source in sorted(onward):
        seen = {source}
        waiting = deque(onward[source])
        while waiting:
            step = waiting.popleft()
            if step.target in seen:
                continue
            seen.add(step.target)
            found.append(step)
            waiting.extend(
                Step(source, more.target, chain(step.answers, more.answers), more.map, False,
                     step.forward and more.forward)
                for more in onward.get(step.target, [])
            )  # fmt: skip
    return found
