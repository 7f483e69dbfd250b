"""Evidence behind one score, opened: coloured tokens, question-answer pairs with a scientist's verdicts."""

from __future__ import annotations

import math
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from people.permissions import scientists_only
from people.requests import Request
from scoring.actions.judge_pair import UnknownVerdict, judge_pair
from scoring.models import Evidence, PairVerdict

_SHADES = (0.25, 1.0, 2.0)  # nats at which a shade begins


@scientists_only
@require_safe
def evidence(request: Request, prediction_id: int) -> HttpResponse:
    """What a metric shows for one score; fetched when opened."""
    row = get_object_or_404(Evidence.objects.select_related("prediction__checkpoint"), pk=prediction_id)
    tokens = row.detail.get("tokens") or []
    mine = {
        (verdict.question, verdict.answer): verdict.verdict
        for verdict in PairVerdict.objects.filter(prediction=row.prediction, made_by=request.user)
    }
    context = {
        "prediction": row.prediction,
        "tokens": _spaced([_token(token) for token in tokens], tokens),
        "shaded": "likelihood" if tokens and "given" in tokens[0] else "overlap",
        "pairs": _pairs(row.detail.get("pairs") or [], mine),
        "verdicts": PairVerdict.Verdict.choices,
        "facts": {
            name: value for name, value in row.detail.items() if name not in ("tokens", "pairs") and _is_short(value)
        },
    }
    return render(request, "frontend/side_by_side/_evidence.html", context)


@scientists_only
@require_POST
def pair_verdict(request: Request, prediction_id: int, pair: int) -> HttpResponse:
    """Keep a verdict on one question-answer pair. A form that htmx had not bound yet comes as a page of its own."""
    row = get_object_or_404(Evidence.objects.select_related("prediction"), pk=prediction_id)
    try:
        made = judge_pair(evidence=row, pair=pair, verdict=request.POST.get("verdict", ""), by=request.user)
    except UnknownVerdict as problem:
        raise Http404(str(problem)) from problem
    if not request.htmx:
        return redirect("side_by_side", row.prediction.conversation_id)
    context = {
        "verdict": made.verdict,
        "verdicts": PairVerdict.Verdict.choices,
        "prediction": row.prediction,
        "index": pair,
    }
    return render(request, "frontend/side_by_side/_pair_verdict_form.html", context)


def _token(token: dict[str, Any]) -> dict[str, str]:
    if "matched" in token:
        return {"text": token["text"], "css": "matched" if token["matched"] else "missed", "title": ""}
    given, alone = token.get("given"), token.get("alone", token.get("without"))
    if given is None or alone is None:
        return {"text": token["text"], "css": "", "title": ""}
    return {
        "text": token["text"],
        "css": _shade(given - alone),
        "title": f"p given {math.exp(given):.3f}, without {math.exp(alone):.3f}",
    }


def _shade(difference: float) -> str:
    level = sum(abs(difference) >= bound for bound in _SHADES)
    return f"{'helped' if difference > 0 else 'hurt'}-{level}" if level else ""


def _spaced(shown: list[dict[str, str]], tokens: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Put a blank back where the metric's tokens left a hole in the text."""
    spaced: list[dict[str, str]] = []
    for place, token in enumerate(shown):
        if place and tokens[place].get("start", 0) > tokens[place - 1].get("end", 0):
            spaced.append({"text": " ", "css": "", "title": ""})
        spaced.append(token)
    return spaced


def _pairs(pairs: list[dict[str, Any]], mine: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
    """Pairs, the one that drove the score most first; bars are likelihoods in per cent of the likeliest."""
    shown = []
    for index, pair in enumerate(pairs):
        text, source = pair.get("given_text"), pair.get("given_source")
        bars = None
        if isinstance(text, int | float) and isinstance(source, int | float):
            bars = (100 * math.exp(min(text, 0)), 100 * math.exp(min(source, 0)))
        rows = [
            {
                "text": token["text"],
                "css": _shade(token["given_source"] - token["given_text"]),
                "title": f"p given turn {math.exp(token['given_text']):.3f}, "
                f"knowledge {math.exp(token['given_source']):.3f}",
            }
            for token in pair.get("tokens") or []
        ]
        shown.append({**pair, "index": index, "bars": bars, "token_rows": rows, "verdict": mine.get(_words(pair))})
    return sorted(shown, key=lambda pair: pair.get("difference", pair.get("f1", 0.0)))


def _words(pair: dict[str, Any]) -> tuple[str, str]:
    """What a verdict was given on: a turn that is scored again may have other pairs at the same places."""
    return pair.get("question", ""), pair.get("answer", "")


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | float | bool) or (isinstance(value, dict | list) and len(str(value)) <= 200)


urlpatterns = [
    path("side-by-side/evidence/<int:prediction_id>/", evidence, name="evidence"),
    path("side-by-side/evidence/<int:prediction_id>/pairs/<int:pair>/", pair_verdict, name="pair_verdict"),
]
