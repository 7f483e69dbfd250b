"""Workbench, agreement and raters: asked for by a page, computed once, again when data comes, taken away as CSV."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from scipy.stats import spearmanr

from annotate.actions.claim_task import claim_task
from annotate.actions.create_campaign import Question
from annotate.actions.import_corpus import import_corpus
from annotate.actions.save_operations import save_operations
from annotate.actions.submit_task import submit_task
from annotate.importing.records import ConversationRecord, RatingRecord, TurnRecord
from annotate.models import Campaign, Corpus, Dimension, DimensionVersion, Rater, Rating, Turn, TurnTime
from annotate.operations import Operation
from scoring.actions import ask_analysis as asking
from scoring.actions.ask_analysis import ask_analysis
from scoring.actions.run_analysis import run_analysis
from scoring.models import Analysis, AnalysisKind, Checkpoint, Prediction
from tests.factories import SOURCES, make_campaign, make_corpus, make_dimension, make_user
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


def rated_in_a_campaign(corpus: Corpus, *, seconds: float, value: int | None = None) -> Campaign:
    """One more person rates every turn of the corpus in a campaign, taking so long for each; always the same value,
    or the true one."""
    version = DimensionVersion.objects.get(dimension__key="interaction_quality", number=1)
    user, campaign = make_user(), make_campaign(corpus=corpus, questions=[Question(version)])
    while (task := claim_task(campaign=campaign, user=user).task) is not None:
        number = int(task.item.conversation.external_id[1:])
        operations = [
            Operation(uuid4(), "rate", turn, version.pk, value or min(5, (number + turn) % 4 + 1)) for turn in range(4)
        ]
        save_operations(task_id=task.pk, user=user, base=0, operations=operations)
        TurnTime.objects.bulk_create(
            TurnTime(task=task, turn_index=turn, active_ms=1000 * seconds) for turn in range(4)
        )
        submit_task(task_id=task.pk, user=user, op_id=uuid4(), base=4)
    return campaign


def test_pace_and_the_same_answer_over_and_over_are_told(dimension: Dimension) -> None:
    corpus = world()
    rated_in_a_campaign(corpus, seconds=30)
    rated_in_a_campaign(corpus, seconds=32)
    rated_in_a_campaign(corpus, seconds=4, value=3)
    row, _ = ask_analysis(kind=AnalysisKind.RATERS, corpus=corpus, dimension=dimension)
    run_analysis(analysis_id=row.pk)
    lines = tables(row)["work"]["rows"]
    assert sorted(line[2] or 0 for line in lines) == [0, 0, 4, 30, 32]
    quick = next(line for line in lines if line[2] == 4)
    assert quick[3:5] == [100, 100] and quick[6] == 48
    assert "less than a third of the usual 30 s" in quick[-1] and "repeat the one before" in quick[-1]
    careful = next(line for line in lines if line[2] == 30)
    assert careful[3] == 0 and careful[-1] == "–"


def test_raters_without_company_and_labels_are_checked_without_a_model() -> None:
    corpus = make_corpus(conversations=4, turns=4)
    for version, values in ((make_dimension(), (4, 5)), (make_dimension(kind="label", scale=SOURCES), ("FS1", "FS2"))):
        rater, _ = Rater.objects.get_or_create(corpus=corpus, pseudonym="alone")
        Rating.objects.bulk_create(
            Rating(
                conversation_id=turn.conversation_id, turn=turn, dimension_version=version, rater=rater,
                **{"number" if version.dimension.kind == "number" else "label": values[turn.index % 2]},
            )
            for turn in Turn.objects.filter(conversation__corpus=corpus).order_by("pk")
        )  # fmt: skip
        row, _ = ask_analysis(kind=AnalysisKind.RATERS, corpus=corpus, dimension=version.dimension)
        run_analysis(analysis_id=row.pk)
        found = tables(row)
        assert found["raters"]["words"].startswith("Not fitted") and found["raters"]["rows"] == []
        assert found["work"]["rows"][0][:3] == ["alone", 16, None] and found["work"]["rows"][0][6] == 1


def test_a_campaign_is_looked_at_apart(dimension: Dimension, client: Client) -> None:
    corpus = world()
    campaign = rated_in_a_campaign(corpus, seconds=9)
    apart, _ = ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension, campaign=campaign)
    everything, _ = ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension)
    for row in (apart, everything):
        run_analysis(analysis_id=row.pk)
    assert "48 ratings by 1 raters" in tables(apart)["all"]["words"]
    assert tables(apart)["all"]["rows"][0][1]["value"] is None and tables(apart)["all"]["rows"][0][1]["reason"]
    assert "144 ratings by 3 raters" in tables(everything)["all"]["words"]
    client.force_login(make_user("scientist"))
    query = f"?corpus=w&dimension=interaction_quality&campaign={campaign.pk}"
    page = client.get(reverse("agreement") + query).content.decode()
    assert "48 ratings by 1 raters" in page and f'value="{campaign.pk}" selected' in page


def test_a_page_that_waits_sends_one_message_and_a_lost_one_again(dimension: Dimension, sent: list[int]) -> None:
    corpus = world(conversations=2)
    for _ in range(3):
        row, _ = ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension)
    assert sent == [row.pk]
    Analysis.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    ask_analysis(kind=AnalysisKind.AGREEMENT, corpus=corpus, dimension=dimension)
    assert sent == [row.pk, row.pk]


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
        with django_assert_max_num_queries(11):
            page = client.get(address).content.decode()
        assert "Being computed" not in page
    row = Analysis.objects.get(kind="agreement", corpus=corpus)
    answer = client.get(reverse("analysis_sheet", args=[row.pk, "all"]))
    lines = list(csv.reader(io.StringIO(answer.content.decode())))
    assert lines[0] == ["coefficient", "value", "value: low", "value: high", "value: why not", "items"]
    assert lines[1][0] == "alpha, ordinal" and float(lines[1][2]) <= float(lines[1][1]) <= float(lines[1][3])
    assert client.get(reverse("analysis_sheet", args=[row.pk, "none"])).status_code == 404
