"""Checkpoints, runs, predictions and releases for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotate.api.data import filters, whole_number
from annotate.api.paging import ByKey
from annotate.models import Corpus
from annotate.slices import BadSlice, checked_slice
from people.permissions import AdminsOnly, ScientistsOnly
from scoring.actions.cancel_run import cancel_run
from scoring.actions.request_run import CheckpointUnavailable, NothingToScore, request_run
from scoring.actions.resume_run import NothingToResume, resume_run
from scoring.metrics import registry
from scoring.models import Checkpoint, Prediction, Release, Run


class CheckpointSerializer(serializers.ModelSerializer[Checkpoint]):
    dimension = serializers.CharField(source="dimension_version.dimension.key")

    class Meta:
        model = Checkpoint
        fields = (
            "id", "metric", "name", "digest", "signature", "dimension", "research_only", "active", "unavailable",
            "created_at",
        )  # fmt: skip


class RunSerializer(serializers.ModelSerializer[Run]):
    corpus = serializers.CharField(source="corpus.key", allow_null=True)

    class Meta:
        model = Run
        fields = (
            "id", "kind", "checkpoint", "corpus", "slice", "options", "state", "reason", "phase", "total", "done",
            "unscored", "cancel_requested", "created_at", "started_at", "finished_at",
        )  # fmt: skip


class NewRunSerializer(serializers.Serializer[Any]):
    """checkpoint: id; corpus: key; slice: split, topic, config, system, limit; options: what the metric offers.

    QUALS: preset (laptop, cpu, full), conversation (unread, read). QAGS: preset (cpu, full).
    """

    checkpoint = serializers.PrimaryKeyRelatedField(queryset=Checkpoint.objects.all())
    corpus = serializers.SlugRelatedField(slug_field="key", queryset=Corpus.objects.all())
    slice = serializers.DictField(required=False, default=dict)
    options = serializers.DictField(child=serializers.CharField(), required=False, default=dict)

    def validate_slice(self, value: dict[str, Any]) -> dict[str, Any]:
        try:
            return checked_slice(value)
        except BadSlice as problem:
            raise serializers.ValidationError(str(problem)) from problem

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), "is no field of a run"))
        try:
            registry.checked_options(attrs["checkpoint"].metric, attrs["options"])
        except registry.UnknownOption as problem:
            raise serializers.ValidationError({"options": problem.problems}) from problem
        return attrs


class PredictionSerializer(serializers.ModelSerializer[Prediction]):
    dimension = serializers.CharField(source="dimension_version.dimension.key")

    class Meta:
        model = Prediction
        fields = (
            "id", "conversation", "turn", "checkpoint", "dimension", "signature", "value", "low", "high", "calibrated",
            "reason", "input_sha256", "made_at",
        )  # fmt: skip


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    corpus = serializers.CharField(source="corpus.key")

    class Meta:
        model = Release
        fields = (
            "id", "name", "corpus", "format", "slice", "state", "reason", "done", "total", "sha256", "size", "manifest",
            "notice", "created_at", "finished_at",
        )  # fmt: skip


class Checkpoints(ListAPIView[Checkpoint]):
    """Every registered checkpoint."""

    permission_classes = [ScientistsOnly]
    serializer_class = CheckpointSerializer
    pagination_class = ByKey
    queryset = Checkpoint.objects.select_related("dimension_version__dimension").defer("card", "config")


class Runs(ListAPIView[Run]):
    """GET: every run. POST: ask for one."""

    permission_classes = [ScientistsOnly]
    serializer_class = RunSerializer
    pagination_class = ByKey
    queryset = Run.objects.select_related("corpus")

    @extend_schema(request=NewRunSerializer, responses={201: RunSerializer})
    def post(self, request: Request) -> Response:
        given = NewRunSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            run = request_run(**given.validated_data, requested_by=request.user)
        except (NothingToScore, CheckpointUnavailable) as problem:
            return Response({"detail": str(problem)}, status=status.HTTP_409_CONFLICT)
        return Response(RunSerializer(run).data, status=status.HTTP_201_CREATED)


class OneRun(RetrieveAPIView[Run]):
    """One run and how far it is."""

    permission_classes = [ScientistsOnly]
    serializer_class = RunSerializer
    queryset = Run.objects.select_related("corpus")


class CancelRun(APIView):
    """Ask a run to stop."""

    permission_classes = [ScientistsOnly]

    @extend_schema(request=None, responses=RunSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run = get_object_or_404(Run, pk=pk)
        cancel_run(run=run, by=request.user)
        run.refresh_from_db()
        return Response(RunSerializer(run).data)


class ResumeRun(APIView):
    """Put what failed or was cancelled back into the queue."""

    permission_classes = [ScientistsOnly]

    @extend_schema(request=None, responses=RunSerializer)
    def post(self, request: Request, pk: int) -> Response:
        run = get_object_or_404(Run, pk=pk)
        try:
            run = resume_run(run=run)
        except NothingToResume as problem:
            return Response({"detail": str(problem)}, status=status.HTTP_409_CONFLICT)
        return Response(RunSerializer(run).data)


class Predictions(ListAPIView[Prediction]):
    """Predictions; filter by corpus, split, topic, config, system, checkpoint (id), conversation (id)."""

    permission_classes = [ScientistsOnly]
    serializer_class = PredictionSerializer
    pagination_class = ByKey
    queryset = Prediction.objects.none()

    def get_queryset(self) -> QuerySet[Prediction]:
        given = self.request.query_params
        found = Prediction.objects.filter(
            **filters(given, prefix="conversation__", more=("checkpoint", "conversation"))
        )
        for name in ("checkpoint", "conversation"):
            if given.get(name):
                found = found.filter(**{name: whole_number(given[name], name)})
        return found.select_related("dimension_version__dimension")


class Releases(ListAPIView[Release]):
    """Every release with its manifest (admins)."""

    permission_classes = [AdminsOnly]
    serializer_class = ReleaseSerializer
    pagination_class = ByKey
    queryset = Release.objects.select_related("corpus")
