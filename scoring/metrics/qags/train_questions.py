"""Train the writer of questions: given a passage and an answer in it, the question that it answers.

python -m scoring.metrics.qags.train_questions var/qags/questions [--minutes 60] [--threads 2] [--passages 8000]

loss = - mean over the tokens of all questions of log p(token | passage, answer, question so far)

Stops after --minutes or when the passages are used up, and goes on when started again (`asking.loop`).
"""

from __future__ import annotations

import sys

from scoring.metrics.asking.corpus import Passage
from scoring.metrics.asking.layout import Layout
from scoring.metrics.asking.train_writer import Encode, train_writer
from scoring.metrics.likelihood.packs import Ids


def questions_of(passage: Passage, layout: Layout, ids: Encode) -> set[Ids]:
    """The answers of a passage, each with its question."""
    return {(*layout.answer(ids(pair.answer)), *layout.question(ids(pair.question))) for pair in passage.pairs}


def main(arguments: list[str] | None = None) -> int:
    """Train, and print the loss on dev passages at the end."""
    return train_writer(
        arguments,
        prog="python -m scoring.metrics.qags.train_questions",
        says=__doc__,
        texts_of=questions_of,
        only_after_separator=True,
    )


if __name__ == "__main__":
    sys.exit(main())
