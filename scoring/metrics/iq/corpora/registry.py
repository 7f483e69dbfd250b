"""Which sets exist, and what may be done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scoring.metrics.iq.corpora.chat import read_dbdc3, read_dbdc3_points, read_fed, read_topical_chat
from scoring.metrics.iq.corpora.jsonl import read_jsonl
from scoring.metrics.iq.corpora.records import Conversation
from scoring.metrics.iq.corpora.task import read_sgd, read_sim_m, read_star
from scoring.metrics.iq.corpora.uss import read_uss

NONE_STATED = "none stated"


@dataclass(frozen=True, slots=True)
class Corpus:
    """licence: as the source states it. evaluation: True where no weight may ever see it, pre-training included."""

    read: Callable[[Path], Iterator[Conversation]]
    licence: str
    evaluation: bool = False

    @property
    def clean(self) -> bool:
        """Whether weights trained on it may be used for more than research."""
        return self.licence != NONE_STATED


CORPORA: dict[str, Corpus] = {
    "uss-sgd": Corpus(partial(read_uss, domain="sgd"), NONE_STATED),
    "uss-mwoz": Corpus(partial(read_uss, domain="mwoz"), NONE_STATED),
    "uss-redial": Corpus(partial(read_uss, domain="redial"), NONE_STATED),
    "topical-chat-valid_freq": Corpus(partial(read_topical_chat, part="valid_freq"), "CDLA-Sharing-1.0"),
    "topical-chat-valid_rare": Corpus(partial(read_topical_chat, part="valid_rare"), "CDLA-Sharing-1.0"),
    "topical-chat-test_freq": Corpus(partial(read_topical_chat, part="test_freq"), "CDLA-Sharing-1.0", evaluation=True),
    "dbdc3": Corpus(read_dbdc3, "MIT"),
    "dbdc3-points": Corpus(read_dbdc3_points, "MIT"),
    "fed": Corpus(read_fed, NONE_STATED, evaluation=True),
    "sgd-train": Corpus(partial(read_sgd, part="train"), "CC BY-SA 4.0"),
    "sgd-dev": Corpus(partial(read_sgd, part="dev"), "CC BY-SA 4.0"),
    "star": Corpus(read_star, "MIT"),
    "sim-m-train": Corpus(partial(read_sim_m, part="train"), NONE_STATED),
    "sim-m-dev": Corpus(partial(read_sim_m, part="dev"), NONE_STATED),
}


def read(name: str, folder: Path) -> list[Conversation]:
    """A set by its name, or a JSON Lines file of ours by its path. Raises `DataMissing`, `BadTrainingFile`."""
    if name in CORPORA:
        return list(CORPORA[name].read(folder))
    if Path(name).suffix == ".jsonl" and Path(name).is_file():
        return list(read_jsonl(Path(name)))
    raise LookupError(f"There is no set called {name!r}. Known: {', '.join(CORPORA)}, or the path of a .jsonl file.")
