"""Health for machines: alive, ready (database and workers), and Prometheus figures behind a token."""

from __future__ import annotations

import hmac
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from scoring.models import Worker
from scoring.selectors.figures import figures


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and a worker of each queue was heard of lately; else 503 and what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        since = timezone.now() - timedelta(seconds=settings.WORKER_STALE_SECONDS)
        queues = {queue for row in Worker.objects.filter(beat_at__gt=since) for queue in row.queues}
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503)
    missing = sorted({"default", "gpu"} - queues)
    body = {"database": "ok", "workers": "ok" if not missing else "missing: " + ", ".join(missing)}
    return JsonResponse(body, status=503 if missing else 200)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Needs `Authorization: Bearer METRICS_TOKEN`; without a token set it does not exist."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Http404
    registry = CollectorRegistry()
    for name, (words, value) in figures().items():
        Gauge(f"evalsite_{name}", words, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
