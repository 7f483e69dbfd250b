"""Workbench, agreement and raters: asked for by a page, computed once, again when data comes, taken away as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from scipy.stats import spearmanr

from annotate.actions.import_corpus import import_corpus
from annotate.importing.records import ConversationRecord, RatingRecord, TurnRecord
from annotate.models import Corpus, Dimension, Turn
from scoring.actions import ask_analysis as asking
from scoring.actions.ask_analysis import ask_analysis
from scoring.actions.run_analysis import run_analysis
from scoring.models import Analysis, AnalysisKind, Checkpoint, Prediction
from tests.factories import make_user
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids that the default worker was asked for."""
    asked: list[int] = []
    monkeypatch.setattr(asking, "wake_default_worker", lambda task, pk: asked.append(pk))
    return asked


@pytest.fixture
def dimension(db: None) -> Dimension:
    return Dimension.objects.get(key="interaction_quality")


def world(*, conversations: int = 12, first: int = 0) -> Corpus:
    """Conversations of four turns, two raters: b says one point more than a wherever the scale has room."""
    corpus, _ = Corpus.objects.get_or_create(key="w", name="W", format="jsonl")
    import_corpus(
        corpus=corpus,
        records=[
            ConversationRecord(
                f"c{number}",
                tuple(TurnRecord("ab"[turn % 2], f"turn {turn}") for turn in range(4)),
                split=("train", "dev")[number % 2],
                ratings=tuple(
                    RatingRecord(turn, "interaction_quality", rater, float(min(5, (number + turn) % 4 + 1 + more)))
                    for turn in range(4)
                    for rater, more in (("a", 0), ("b", 1))
                ),
            )
            for number in range(first, first + conversations)
        ],
    )
    return corpus


def predict(corpus: Corpus, checkpoint: Checkpoint, value: Any) -> None:
    Prediction.objects.bulk_create(
        Prediction(
            conversation_id=turn.conversation_id, turn=turn, checkpoint=checkpoint, signature="s",
            dimension_version=checkpoint.dimension_version, value=value(turn), input_sha256="0" * 64,
            reason="" if value(turn) is not None else "no claim",
        )
        for turn in Turn.objects.filter(conversation__corpus=corpus).order_by("pk")
    )  # fmt: skip


def tables(row: Analysis) -> dict[str, dict[str, Any]]:
    row.refresh_from_db()
    assert row.problem == ""
    return {each["key"]: each for each in row.result["tables"]}


def test_the_workbench_has_scipys_spearman_and_counts_what_a_metric_left_out(dimension: Dimension) -> None:
    corpus = world()
    good, poor = make_checkpoint("iq"), make_checkpoint("length")
    predict(corpus, good, lambda turn: (int(turn.conversation.external_id[1:]) + turn.index) % 4 * 1.0)
    predict(corpus, poor, lambda turn: None if turn.index == 3 else float(turn.pk * 7919 % 13))
    row, current = ask_analysis(kind=AnalysisKind.WORKBENCH, corpus=corpus, dimension=dimension)
    assert not current
    run_analysis(analysis_id=row.pk)
    found = tables(row)
    lines = {(line[0], line[1]): line for line in found["levels"]["rows"]}
    human = {turn.pk: (int(turn.conversation.external_id[1:]) + turn.index) % 4 + 1.5
             for turn in Turn.objects.filter(conversation__corpus=corpus).select_related("conversation")}  # fmt: skip
    assert lines[str(good), "turn"][5]["value"] == pytest.approx(1.0)
    kept = [pk for pk in human if Turn.objects.get(pk=pk).index != 3]
    expected = spearmanr([pk * 7919 % 13 for pk in kept], [human[pk] for pk in kept]).statistic
    assert lines[str(poor), "turn"][5]["value"] == pytest.approx(expected)
    assert lines[str(poor), "turn"][2:4] == [36, 12]
    assert [line[0] for line in found["slices"]["rows"]] == ["split: dev", "split: train"]
    assert found["pairs"]["rows"][0][2] == 36
    assert {line[0] for line in found["calibration"]["rows"]} == {str(good), str(poor)}


def test_raters_differ_by_the_point_that_was_put_in(dimension: Dimension) -> None:
    corpus = world()
    row, _ = ask_analysis(kind=AnalysisKind.RATERS, corpus=corpus, dimension=dimension)
    run_analysis(analysis_id=row.pk)
    bias = {line[0]: line[2]["value"] for line in tables(row)["raters"]["rows"]}
    assert bias["b"] - bias["a"] == pytest.approx(1.0, abs=0.1)


def test_agreement_is_by_slice_and_label_dimensions_have_their_own_coefficients(dimension: Dimension) -> None:
    corpus = world()
    row, _ = ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension)
    run_analysis(analysis_id=row.pk)
    found = tables(row)
    names = [line[0] for line in found["all"]["rows"]]
    assert names[:2] == ["alpha, ordinal", "alpha, interval"]
    assert "48 items, 48 of them by two or more raters; 96 ratings by 2 raters" in found["all"]["words"]
    assert {tuple(line[:2]) for line in found["slices"]["rows"]} == {("split", "train"), ("split", "dev")}


def test_it_is_computed_once_and_again_when_ratings_come(dimension: Dimension, sent: list[int]) -> None:
    corpus = world(conversations=6)
    row, _ = ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension)
    run_analysis(analysis_id=row.pk)
    row.refresh_from_db()
    when = row.computed_at
    run_analysis(analysis_id=row.pk)
    row.refresh_from_db()
    assert row.computed_at == when and sent == [row.pk]
    assert ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension)[1]
    world(conversations=2, first=6)
    assert not ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension)[1]
    assert sent == [row.pk, row.pk]


@pytest.mark.parametrize(("kind", "words"), [("workbench", "no metric has scored"), ("raters", "")])
def test_what_cannot_be_computed_is_said_in_words(dimension: Dimension, kind: str, words: str) -> None:
    row, _ = ask_analysis(kind=kind, corpus=world() if words else Corpus.objects.create(key="e"), dimension=dimension)
    run_analysis(analysis_id=row.pk)
    row.refresh_from_db()
    assert (words or "nobody has rated") in row.problem and row.result is None


def test_the_pages_wait_for_nothing_and_give_sheets(
    dimension: Dimension, client: Client, django_assert_max_num_queries: Any
) -> None:
    corpus = world()
    client.force_login(make_user("scientist"), backend="django.contrib.auth.backends.ModelBackend")
    for name in ("workbench", "agreement", "raters"):
        address = f"{reverse(name)}?corpus=w&dimension=interaction_quality"
        assert "Being computed" in client.get(address).content.decode()
        run_analysis(analysis_id=Analysis.objects.get(kind=name).pk)
        with django_assert_max_num_queries(10):
            page = client.get(address).content.decode()
        assert "Being computed" not in page
    row = Analysis.objects.get(kind="agreement", corpus=corpus)
    answer = client.get(reverse("analysis_sheet", args=[row.pk, "all"]))
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert lines[0] == ["coefficient", "value", "value: low", "value: high", "value: why not", "items"]
    assert lines[1][0] == "alpha, ordinal" and float(lines[1][2]) <= float(lines[1][1]) <= float(lines[1][3])
    assert client.get(reverse("analysis_sheet", args=[row.pk, "none"])).status_code == 404
