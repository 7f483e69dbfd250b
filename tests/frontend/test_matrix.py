"""The matrix counts what both said, and its cells open exactly these turns; so do the figures of the workbench."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from annotate.models import Corpus, Dimension
from frontend.templatetags.figures import figure
from scoring.actions.refresh_comparisons import refresh_comparisons
from scoring.actions.run_analysis import run_analysis
from scoring.models import Analysis, AnalysisKind, Checkpoint, Comparison
from tests.factories import make_user
from tests.scoring.test_analyses import predict, world
from tests.scoring.worlds import make_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def corpus() -> Corpus:
    """48 turns; people say 1.5, 2.5, 3.5, 4.5 on average, twelve times each; the model is half a point below,
    but for the turns of 4.5: there it says 1 and 2."""
    corpus, checkpoint = world(), make_checkpoint("iq")

    def says(turn: Any) -> float:
        low = (int(turn.conversation.external_id[1:]) + turn.index) % 4 + 1
        return float(low) if low < 4 else 1.0 + (turn.index % 2)

    predict(corpus, checkpoint, says)
    refresh_comparisons(corpus=corpus, checkpoint=checkpoint, native=True)
    return corpus


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("scientist"))
    return client


def turns_behind(client: Client, url: str) -> int:
    """How many turns of the queue a link opens, with every page that follows."""
    count = 0
    while True:
        page = client.get(url).content.decode()
        count += page.count('<li class="card item"')
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            return count
        url = f"/disagreement/{unescape(following[1])}"


def test_each_cell_counts_and_opens_its_turns(
    corpus: Corpus, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(9):
        page = client.get("/disagreement/matrix/?corpus=w").content.decode()
    found = re.findall(r'<a href="([^"]+)" aria-label="(\d+) turns: people (\d), model (\d)"', page)
    counted = {(int(people), int(model)): int(n) for _, n, people, model in found}
    assert counted == {(2, 1): 12, (3, 2): 12, (4, 3): 12, (5, 1): 6, (5, 2): 6}
    for url, n, people, model in found:
        queue = client.get(unescape(url)).content.decode()
        assert turns_behind(client, unescape(url)) == int(n)
        assert f"people ≈ {people}" in queue and f"model ≈ {model}" in queue
    assert "48 turns" in page and "0 % at the same point, 75 % at most one point apart" in page


def test_the_sheet_and_the_slices(corpus: Corpus, client: Client) -> None:
    lines = list(csv.reader(io.StringIO(client.get("/disagreement/matrix.csv?corpus=w").content.decode())))
    assert lines[0] == ["people", "model", "turns"] and len(lines) == 26
    assert sum(int(line[2]) for line in lines[1:]) == 48 and ["5.0", "2.0", "6"] in lines
    assert "24 turns" in client.get("/disagreement/matrix/?corpus=w&split=dev").content.decode()
    assert client.get("/disagreement/matrix.csv?corpus=w&by=999999").status_code == 404


def test_a_model_that_is_not_compared_is_never_replaced_by_another(corpus: Corpus, client: Client) -> None:
    other = make_checkpoint("length")
    for address in ("/disagreement/", "/disagreement/matrix/"):
        page = client.get(f"{address}?corpus=w&by={other.pk}").content.decode()
        assert (
            "This model is not compared here" in page
            and "card item" not in page
            and "matrix" not in page.split("empty")[1]
        )


@pytest.mark.parametrize("mangled", ["people=99", "people=-1&model=x", "least=nan", "most=inf&people=1e999"])
def test_mangled_filters_filter_nothing(corpus: Corpus, client: Client, mangled: str) -> None:
    page = client.get(f"/disagreement/?corpus=w&{mangled}")
    assert (
        page.status_code == 200 and b"card item" in page.content and b"chip" not in page.content.split(b"</form>")[-1]
    )


def test_figures_of_the_workbench_open_their_turns(corpus: Corpus, client: Client) -> None:
    dimension, checkpoint = Dimension.objects.get(key="interaction_quality"), Checkpoint.objects.get()
    row = Analysis.objects.create(kind=AnalysisKind.WORKBENCH, corpus=corpus, dimension=dimension)
    run_analysis(analysis_id=row.pk)
    row.refresh_from_db()
    found = {each["key"]: each["rows"] for each in row.result["tables"]}
    baselines = [line for line in found["levels"] if line[0].startswith("baseline")]
    assert {line[0] for line in baselines} == {"baseline: words of the turn", "baseline: place in the conversation"}
    assert all("where" not in cell for line in baselines for cell in line[4:])
    page = client.get("/workbench/?corpus=w&dimension=interaction_quality").content.decode()
    links = {unescape(link) for link in re.findall(r'href="(/disagreement/[^"]+by=[^"]+)"', page)}
    assert f"/disagreement/?corpus=w&by={checkpoint.pk}&split=dev" in links
    for line in found["calibration"]:
        link = f"/disagreement/?corpus=w&{line[-1]['where']}"
        assert link in links and turns_behind(client, link) == line[2] > 0
    assert Comparison.objects.count() == 48


def test_a_figure_is_never_nothing_but_noughts() -> None:
    shown = [figure(value) for value in (12345, 12345.0, 0.5, 0.00002, -0.0001, -0.0104, 0.0, 3.14159)]
    assert shown == ["12,345", "12,345", "0.5", "< 0.001", "> -0.001", "-0.01", "0", "3.142"]
