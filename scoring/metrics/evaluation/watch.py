"""What a metric's work costs, stage by stage: seconds of the process, and tokens that models read and write.

watch = Watch()
watch.stage(metric.reader, "answer", "read the text", "read the source")     # the first call, the second, and again
watch.tokens(metric.language.model.model)
metric.score(...)
watch.taken()                                                                # Spent; the watch is empty again
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any


@dataclass(slots=True)
class Spent:
    """cpu: process CPU seconds by stage. read, written: positions by stage, padding included.

    Positions of a pass with one position a row count as written, others as read.
    """

    cpu: dict[str, float] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)


class Watch:
    """Times methods and counts tokens of models, without a change to either. Stages must not lie within stages."""

    def __init__(self) -> None:
        self._spent, self._stage = Spent(), ""

    def stage(self, owner: Any, method: str, *names: str) -> None:
        """Time `owner.method`: its calls are the stages `names`, one after the other, again and again."""
        original, following = getattr(owner, method), cycle(names)

        def timed(*arguments: Any, **options: Any) -> Any:
            self._stage, begun = next(following), time.process_time()
            try:
                return original(*arguments, **options)
            finally:
                spent = time.process_time() - begun
                self._spent.cpu[self._stage] = self._spent.cpu.get(self._stage, 0.0) + spent
                self._stage = ""

        setattr(owner, method, timed)

    def tokens(self, module: Any) -> None:
        """Count what goes into `module`, which takes input_ids of (rows, positions)."""

        def count(_: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
            rows, positions = (options["input_ids"] if "input_ids" in options else arguments[0]).shape
            counter = self._spent.written if positions == 1 else self._spent.read
            counter[self._stage] += rows * positions

        module.register_forward_pre_hook(count, with_kwargs=True)

    def taken(self) -> Spent:
        """What was spent since the last call."""
        spent, self._spent = self._spent, Spent()
        return spent
