"""Texts that people judged against a source: Alexa crowd, BEGIN, QAGS CNN/DM, SummEval.

The files lie in `../shared/data/factuality` beside the project (or `$EVALSITE_DATA/factuality`), as published; where
each comes from and under which licence is in `../shared/data/README.md`. They are for measuring: never train on them.

    for item in read("alexa", data_folder()):
        item.example, item.human, item.group     # a Grounded, the human score, what to split and resample by
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from scoring.metrics.api import DialogueTurn, Grounded
from scoring.metrics.evaluation.context import turns_of

_PROJECT = Path(__file__).resolve().parents[3]


class DataMissing(FileNotFoundError):
    """The folder or file of a set is not there; the message says where it was looked for."""


@dataclass(frozen=True, slots=True)
class GroundedItem:
    """One judged text.

    human: higher is more faithful. votes: raw votes as numbers, where published. label: the published class, if any.
    group: items of one group share a context or an article; split, and resample, by group.
    system: who wrote the text. context: the turns before it.
    """

    id: str
    group: str
    source: str | None
    text: str
    human: float
    votes: tuple[float, ...] = ()
    label: str = ""
    system: str = ""
    context: tuple[DialogueTurn, ...] = ()

    @property
    def example(self) -> Grounded:
        """What a metric reads: no human judgement in it."""
        return Grounded(self.id, self.source, self.text, self.context)


def data_folder() -> Path:
    """The folder of evaluation data. Raises `DataMissing`."""
    folder = Path(os.environ.get("EVALSITE_DATA") or _PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        raise DataMissing(f"There is no folder {folder} with evaluation data (EVALSITE_DATA names another).")
    return folder


def alexa(data: Path) -> Iterator[GroundedItem]:
    """Alexa factual dialogues, crowd: the verifiable rows, 1,869 of 3,589, on 97 contexts.

    human: mean of three votes, each 0, 0.5 or 1 (the single votes are not published). label: "Hallucination: Yes"
    or "... No". The three files differ in how the knowledge was found (dpr, gt, knn); `gt` has rows without any.
    """
    for retriever in ("dpr", "gt", "knn"):
        with _open(data / f"factuality/alexa_factual/crowd_{retriever}.csv") as opened:
            for number, row in enumerate(csv.DictReader(opened), start=2):
                if row["Verifiable"] != "y":
                    continue
                yield GroundedItem(
                    id=f"alexa-{retriever}-{number}",
                    group=_key(row["context"]),
                    source=row["knowledge"] if row["knowledge"].strip() else None,
                    text=row["response"],
                    human=float(row["Avg Factual Correctness"]),
                    label=f"Hallucination: {row['Hallucination']}",
                    system=f"{row['model_type']} {row['decoding']} {retriever}",
                    context=turns_of(row["context"]),
                )


def _begin(folder: str, short: str) -> Callable[[Path], Iterator[GroundedItem]]:
    def read_begin(data: Path) -> Iterator[GroundedItem]:
        """BEGIN v2 dev. human: 1 for "Fully attributable", 0 for "Not fully attributable" and for "Generic"."""
        with _open(data / f"factuality/begin/{folder}/begin_dev_{short}.tsv") as opened:
            names, *lines = opened.read().rstrip("\r\n").split("\r\n")
            for number, line in enumerate(lines, start=2):
                row = dict(zip(names.split("\t"), line.split("\t"), strict=True))
                yield GroundedItem(
                    id=f"begin-{short}-{number}",
                    group=_key(row["message"]),
                    source=row["knowledge"],
                    text=row["response"],
                    human=float(row["begin_label"] == "Fully attributable"),
                    label=row["begin_label"],
                    system=row["model_name"],
                    context=(DialogueTurn("partner", row["message"]),),
                )

    return read_begin


def qags(data: Path) -> Iterator[GroundedItem]:
    """QAGS CNN/DM, 235 summaries. human: mean over sentences of the majority vote, as everyone reports it."""
    for article, held in _qags_articles(data):
        votes = [
            [response["response"] == "yes" for response in each["responses"]] for each in held["summary_sentences"]
        ]
        yield GroundedItem(
            id=article,
            group=article,
            source=held["article"],
            text=" ".join(each["sentence"] for each in held["summary_sentences"]),
            human=sum(2 * sum(given) > len(given) for given in votes) / len(votes),
            votes=tuple(float(vote) for given in votes for vote in given),
            system="bottom-up",
        )


def qags_sentences(data: Path) -> Iterator[GroundedItem]:
    """QAGS CNN/DM, 714 sentences. human: share of the three votes that say the article supports it."""
    for article, held in _qags_articles(data):
        for index, each in enumerate(held["summary_sentences"]):
            votes = tuple(float(response["response"] == "yes") for response in each["responses"])
            yield GroundedItem(
                id=f"{article}-s{index}",
                group=article,
                source=held["article"],
                text=each["sentence"],
                human=sum(votes) / len(votes),
                votes=votes,
                system="bottom-up",
            )


def _qags_articles(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with _open(data / "factuality/qags/mturk_cnndm.jsonl") as opened:
        for number, line in enumerate(opened, start=1):
            yield f"qags-{number}", json.loads(line)


def summeval(data: Path) -> Iterator[GroundedItem]:
    """SummEval, 100 articles by 16 systems. human: expert consistency, 1 to 5 (mean of three; 81.6 % are 5)."""
    with _open(data / "factuality/summeval/summeval.json") as opened:
        articles = json.load(opened)
    for article, held in articles.items():
        for system, summary in held["sys_summs"].items():
            yield GroundedItem(
                id=f"summeval-{article}-{system}",
                group=article,
                source=held["src"],
                text=summary["sys_summ"],
                human=float(summary["scores"]["consistency"]),
                system=system,
            )


SETS: dict[str, Callable[[Path], Iterator[GroundedItem]]] = {
    "alexa": alexa,
    "begin-tc": _begin("topicalchat", "tc"),
    "begin-cmu": _begin("cmu-dog", "cmu"),
    "begin-wow": _begin("wow", "wow"),
    "qags": qags,
    "qags-sentences": qags_sentences,
    "summeval": summeval,
}


def read(name: str, data: Path) -> list[GroundedItem]:
    """All items of a set. Raises `DataMissing`; LookupError with the known names for an unknown one."""
    if name not in SETS:
        raise LookupError(f"There is no evaluation set {name!r}. Known: {', '.join(SETS)}.")
    return list(SETS[name](data))


def _open(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8", newline="")
    except FileNotFoundError as error:
        raise DataMissing(f"There is no {file}.") from error


def _key(text: str) -> str:
    """A short name of a group: the same for texts that differ in spaces only."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]
