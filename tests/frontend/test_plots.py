"""Plots of analyses: what is drawn where, links on the page, a drawing that stands alone."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from annotate.models import Dimension
from frontend.charts.calibrated import Calibrated
from frontend.charts.intervals import LEFT, RIGHT, WIDTH, Intervals, intervals
from frontend.charts.of_table import plot_of
from scoring.analyses.tables import Table, interval, table, with_items
from scoring.models import Analysis, AnalysisKind
from tests.factories import make_corpus, make_user

_SVG = "{http://www.w3.org/2000/svg}"


def rows() -> list[list[Any]]:
    return [
        ["iq", "turn", 40, interval(0.1, 0.0, 0.2), with_items(interval(0.5, 0.4, 0.6), by=7)],
        ["length", "turn", 40, interval(0.1, 0.0, 0.2), interval(-0.5, -0.6, None)],
        ["none", "turn", 0, interval(None, None, None), interval(None, None, None, reason="nothing was rated")],
    ]


def levels() -> Table:
    return table("levels", "Metrics", "", ["metric", "level", "n", "Pearson", "Spearman"], rows())


def bins() -> Table:
    found = [
        [name, f"{low} to {low + 1}", 10, low + 0.5, with_items(interval(people, people - 0.2, people + 0.2), by=1)]
        for name, low, people in (("iq", 1, 1.5), ("iq", 2, 4.0), ("overlap", 0, 3.0))
    ]
    return table("calibration", "Calibration", "", ["metric", "values", "n", "metric's mean", "people's mean"], found)


def test_values_stand_where_their_axis_says() -> None:
    chart = intervals(
        [{"name": "a", "value": 0.5, "low": 0.0, "high": 1.0}, {"name": "b", "value": 1.0, "low": None, "high": None}]
    )
    assert chart is not None
    first, second = chart.rows
    assert chart.ticks[0][0] == LEFT and chart.ticks[-1][0] == WIDTH - RIGHT
    assert first.low == chart.zero and first.high == second.x
    assert first.x == pytest.approx((first.low + second.x) / 2, abs=0.1)
    assert second.low is None and second.words == "b: 1.00"
    assert intervals([{"name": "a", "value": None, "low": None, "high": None}]) is None


def test_a_table_draws_its_spearman_column_and_leaves_out_what_has_no_value() -> None:
    plot = plot_of(levels(), lambda where: f"/items?{where}")
    assert plot is not None and isinstance(plot.chart, Intervals)
    assert plot.title == "Metrics: Spearman"
    assert [row.name for row in plot.chart.rows] == ["iq · turn", "length · turn"]
    assert [row.link for row in plot.chart.rows] == ["/items?by=7", ""]
    assert plot.chart.rows[0].words == "iq · turn: 0.50, 0.40 to 0.60"
    assert plot.chart.rows[1].low is None  # an interval with one end is none


def test_a_column_for_each_metric_and_too_many_rows_are_said() -> None:
    head = ["slice", "items", "iq", "overlap"]
    many = [[f"topic: {at}", 20, interval(0.1, 0.0, 0.2), interval(0.3, 0.2, 0.4)] for at in range(40)]
    plot = plot_of(table("slices", "By slice", "", head, many))
    assert plot is not None and isinstance(plot.chart, Intervals)
    assert [row.name for row in plot.chart.rows[:2]] == ["topic: 0 · iq", "topic: 0 · overlap"]
    assert (len(plot.chart.rows), plot.left_out) == (60, 20)
    assert plot_of(table("work", "Work", "", ["who", "n"], [["a", 3]])) is None


def test_calibration_has_a_panel_for_each_metric_and_its_diagonal() -> None:
    plot = plot_of(bins(), lambda where: where)
    assert plot is not None and isinstance(plot.chart, Calibrated)
    iq, overlap = plot.chart.panels
    assert (iq.name, len(iq.points)) == ("iq", 2)
    assert iq.y_ticks == overlap.y_ticks  # one scale for people
    assert iq.diagonal is not None
    x1, y1, x2, y2 = iq.diagonal
    share = (iq.points[0].x - x1) / (x2 - x1)  # the first bin means what it says: it lies on the diagonal
    assert iq.points[0].y == pytest.approx(y1 + share * (y2 - y1), abs=0.3)
    assert iq.points[1].y < iq.points[0].y < (iq.points[0].low or 0)
    assert "people 1.50 [1.30, 1.70], n 10" in iq.points[0].words


def test_a_scale_that_people_never_reach_has_no_diagonal() -> None:
    found = [["overlap", "0 to 1", 10, 0.5, interval(4.0, 3.8, 4.2)]]
    plot = plot_of(table("calibration", "Calibration", "", ["metric", "values", "n", "mean", "people"], found))
    assert plot is not None and isinstance(plot.chart, Calibrated)
    assert plot.chart.panels[0].diagonal is None


@pytest.mark.django_db
def test_the_page_links_points_and_the_drawing_stands_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, dimension = make_corpus(), Dimension.objects.get(key="interaction_quality")
    named = levels()
    named["rows"][0][0] = "<script>alert(1)</script>"
    row = Analysis.objects.create(
        kind=AnalysisKind.WORKBENCH, corpus=corpus, dimension=dimension, result={"tables": [named, bins()]}
    )
    monkeypatch.setattr("frontend.pages.analyses.ask_analysis", lambda **asked: (row, True))
    client.force_login(make_user("scientist"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"{reverse('workbench')}?corpus={corpus.key}&dimension=interaction_quality").content.decode()
    assert f'href="/disagreement/?corpus={corpus.key}&amp;by=7" aria-label=' in page
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="chart"') == 2
    for key, points in (("levels", 2), ("calibration", 3)):
        answer = client.get(reverse("analysis_drawing", args=[row.pk, key]))
        assert answer["Content-Type"].startswith("image/svg+xml")
        assert answer["Content-Disposition"].endswith(f'{corpus.key}-interaction_quality-{key}.svg"')
        drawn = ElementTree.fromstring(answer.content)
        assert len(list(drawn.iter(f"{_SVG}circle"))) == points
        assert not list(drawn.iter(f"{_SVG}a")) and not list(drawn.iter(f"{_SVG}script"))
    assert client.get(reverse("analysis_drawing", args=[row.pk, "none"])).status_code == 404
