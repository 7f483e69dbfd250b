"""Train the generator of questions and answers. One sequence holds a passage and all its pairs (`likelihood.packs`).

python -m scoring.metrics.quals.train var/quals/run [--minutes 60] [--threads 2] [--passages 8000]

loss = - mean over the tokens of all pairs of log p(token | passage, pair so far)

Stops after --minutes or when the passages are used up; writes adapter.safetensors and facts.json every 20 steps, and
goes on from them when started again (with the optimizer's moments at zero).
"""

from __future__ import annotations

import sys

from scoring.metrics.asking.corpus import Passage
from scoring.metrics.asking.layout import Layout
from scoring.metrics.asking.train_writer import Encode, train_writer
from scoring.metrics.likelihood.packs import Ids


def pairs_of(passage: Passage, layout: Layout, ids: Encode) -> set[Ids]:
    """The questions of a passage, each with its answer."""
    return {layout.pair(ids(pair.question), ids(pair.answer)) for pair in passage.pairs}


def main(arguments: list[str] | None = None) -> int:
    """Train, and print the loss on dev passages at the end."""
    return train_writer(
        arguments,
        prog="python -m scoring.metrics.quals.train",
        says=__doc__,
        texts_of=pairs_of,
        only_after_separator=False,
    )


if __name__ == "__main__":
    sys.exit(main())
