"""A run with settings of its metric: asked for by form and API, used by the worker, and only one of them counted."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Role
from scoring.actions.fit_calibration import fit_calibration
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.actions.request_run import request_run
from scoring.actions.score_shard import claim_shard, score_shard
from scoring.metrics import registry
from scoring.models import Comparison, Prediction, Run
from scoring.selectors.counted import counted_signature
from scoring.worker import WorkerState
from tests.factories import make_corpus, make_user
from tests.scoring.test_comparisons import rate
from tests.scoring.worlds import Counting, make_checkpoint, make_run, work

pytestmark = pytest.mark.django_db
BOTH = {"preset": "laptop", "conversation": "read"}


def test_options_are_checked_all_at_once() -> None:
    assert registry.checked_options("quals", {"conversation": "read"}) == {"conversation": "read"}
    assert list(registry.checked_options("quals", BOTH)) == ["preset", "conversation"]
    with pytest.raises(registry.UnknownOption) as refused:
        registry.checked_options("qags", {"preset": "laptop", "conversation": "read"})
    assert refused.value.problems == {
        "preset": "'laptop' is not among cpu, full.",
        "conversation": "qags has no such choice.",
    }


def test_what_is_offered_is_what_the_metrics_know() -> None:
    pytest.importorskip("torch")
    from scoring.metrics.qags import metric as qags
    from scoring.metrics.quals import metric as quals
    from scoring.metrics.quals.presets import PRESETS

    offers = registry.describe("quals").offers
    assert offers == {"preset": tuple(PRESETS), "conversation": quals.CONVERSATIONS}
    assert registry.describe("qags").offers == {"preset": tuple(qags.PRESETS)}


def test_the_worker_loads_what_the_run_asked_for_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint, corpus, asked = make_checkpoint("quals"), make_corpus(conversations=1, turns=2), []

    def load(name: str, **given: object) -> Counting:
        asked.append({key: value for key, value in given.items() if key in BOTH})
        return Counting()

    monkeypatch.setattr(registry, "load", load)
    state = WorkerState()
    for options in (BOTH, {}, BOTH):
        request_run(checkpoint=checkpoint, corpus=corpus, slice={}, requested_by=None, options=options)
        while shard := claim_shard(worker="w"):
            score_shard(shard=shard, load=state.metric_of)
    assert asked == [BOTH, {}]
    assert state.loaded == f"length #{checkpoint.pk} read laptop, length #{checkpoint.pk}"


@pytest.fixture
def scientist() -> Client:
    client = Client()
    client.force_login(make_user(Role.SCIENTIST))
    return client


def test_the_form_takes_them_and_the_runs_page_says_them(scientist: Client) -> None:
    checkpoint, corpus = make_checkpoint("quals"), make_corpus()
    form = scientist.get(reverse("runs"))
    assert form.context["form"].offered()[str(checkpoint.pk)]["preset"] == ["laptop", "cpu", "full"]
    answer = scientist.post(reverse("run_new"), {"checkpoint": checkpoint.pk, "corpus": corpus.pk, **BOTH})
    run = Run.objects.get()
    assert (answer.status_code, run.options) == (302, BOTH)
    told = scientist.get(reverse("run", args=[run.pk])).content.decode()
    assert "laptop: quickest, fewest questions; the reading set and the conversation so far" in told


@pytest.mark.parametrize(
    ("metric", "given", "field"),
    [
        ("length", {"preset": "cpu"}, "preset"),
        ("qags", {"preset": "laptop"}, "preset"),
        ("qags", {"conversation": "read"}, "conversation"),
        ("quals", {"preset": "huge"}, "preset"),
    ],
)
def test_what_a_metric_does_not_offer_is_refused_by_field(scientist: Client, metric, given, field) -> None:  # type: ignore[no-untyped-def]
    sent = {"checkpoint": make_checkpoint(metric).pk, "corpus": make_corpus().pk, **given}
    answer = scientist.post(reverse("run_new"), sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Run.objects.exists()


def test_the_api_takes_them_and_names_the_wrong_one(scientist: Client) -> None:
    checkpoint, corpus = make_checkpoint("quals"), make_corpus()
    sent = {"checkpoint": checkpoint.pk, "corpus": corpus.key, "options": {"preset": "huge", "side": "answer"}}
    answer = scientist.post("/api/v1/runs/", sent, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()["options"]) == {"preset", "side"}
    answer = scientist.post("/api/v1/runs/", {**sent, "options": BOTH}, content_type="application/json")
    assert (answer.status_code, answer.json()["options"]) == (201, BOTH)


class Another(Counting):
    """The same metric under another setting: one more at every turn."""

    signature = "counting|v:1|preset:other"

    def score(self, examples, *, before_batch=None):  # type: ignore[no-untyped-def]
        found = super().score(examples, before_batch=before_batch)
        return [tuple(type(score)((score.value or 0) + 1) for score in held) for held in found]


def test_a_setting_tried_on_a_few_turns_changes_no_comparison_the_whole_does() -> None:
    corpus, checkpoint = make_corpus(conversations=3, turns=4), make_checkpoint("iq")
    for row in corpus.conversations.all():
        rate(row, 1, 1, 1)
    make_run(corpus, checkpoint)
    work(Counting())
    request_run(checkpoint=checkpoint, corpus=corpus, slice={"limit": 1}, requested_by=None)
    work(Another())
    assert Prediction.objects.count() == 16
    assert counted_signature(corpus, checkpoint) == "counting|v:1"
    assert refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True) == 3
    assert {row.model for row in Comparison.objects.all()} == {1.0}
    make_run(corpus, checkpoint)
    work(Another())
    assert counted_signature(corpus, checkpoint) == Another.signature
    assert refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True) == 3
    assert {row.model for row in Comparison.objects.all()} == {2.0}
    make_run(corpus, checkpoint)
    work(Counting())  # again, and of equals the newest counts
    assert counted_signature(corpus, checkpoint) == "counting|v:1"


def test_each_setting_has_a_map_of_its_own() -> None:
    corpus, checkpoint = make_corpus(conversations=20, turns=4), make_checkpoint("length")
    for row in corpus.conversations.all():
        for index in range(4):
            rate(row, index, index + 1)
    for metric in (Counting(), Another()):
        make_run(corpus, checkpoint)
        work(metric)
        fitted = fit_calibration(checkpoint=checkpoint, corpus=corpus, by=None)
        assert (fitted.signature, fitted.fitted_on["turns"]) == (metric.signature, 80)
    assert checkpoint.calibrations.filter(active=True).count() == 2
    for prediction in Prediction.objects.select_related("turn"):
        assert prediction.calibrated == pytest.approx(prediction.turn.index + 1)
