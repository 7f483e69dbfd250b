"""The annotator's part of the API: claim, read, save, submit, skip, and stay. Own tasks only; others are not there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from annotate.actions.claim_task import claim_task
from annotate.actions.heartbeat import heartbeat
from annotate.actions.save_operations import save_operations
from annotate.actions.skip_task import skip_task
from annotate.actions.submit_task import submit_task
from annotate.api import operations as body
from annotate.models import Task
from annotate.operations import Operation
from annotate.refusals import MissingAnswers, MissingEvidence, NoSuchTask, PlaceGone, Refusal, StaleVersion, TaskClosed
from annotate.selectors.queue import campaigns_for, desks_of, tasks_of
from annotate.selectors.rating import task_of, task_payload, task_standing
from annotate.selectors.receipts import receipt_of
from people.permissions import AnyoneSignedIn
from people.who import person_of

PAGE = 50


class RatingView(APIView):
    """Refusals become answers with a `code` for programs and `words` for people."""

    permission_classes = (AnyoneSignedIn,)

    def handle_exception(self, exc: Exception) -> Response:
        if not isinstance(exc, Refusal):
            return super().handle_exception(exc)
        answer: dict[str, Any] = {"code": exc.code, "words": str(exc)}
        code: int
        if isinstance(exc, NoSuchTask):
            code = status.HTTP_404_NOT_FOUND
        elif isinstance(exc, TaskClosed | PlaceGone):
            code = status.HTTP_410_GONE
        elif isinstance(exc, StaleVersion):
            code = status.HTTP_409_CONFLICT
            task = task_of(task_id=self.kwargs["task_id"], user=person_of(self.request))
            answer["standing"] = task_standing(task=task) if task else None
        else:
            code = status.HTTP_422_UNPROCESSABLE_ENTITY
            if isinstance(exc, MissingAnswers | MissingEvidence):
                answer["missing"] = [{"turn": turn, "question": question} for turn, question in exc.missing]
        return Response(answer, status=code)


def _checked(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class Campaigns(RatingView):
    @extend_schema(responses=body.MyCampaignSerializer(many=True), operation_id="my_campaigns")
    def get(self, request: Request) -> Response:
        """Open campaigns that I take part in."""
        return Response(body.MyCampaignSerializer(desks_of(person_of(request)), many=True).data)


class Claim(RatingView):
    @extend_schema(request=None, responses=body.ClaimedSerializer, operation_id="claim")
    def post(self, request: Request, campaign_id: int) -> Response:
        """My next task of a campaign, or why there is none."""
        campaign = campaigns_for(person_of(request)).filter(pk=campaign_id).first()
        if campaign is None:
            raise Http404
        claim = claim_task(campaign=campaign, user=person_of(request))
        answer = {"task": claim.task.pk if claim.task else None, "words": claim.words, "until": claim.until}
        return Response(body.ClaimedSerializer(answer).data)


class Tasks(RatingView):
    @extend_schema(
        parameters=[OpenApiParameter("before", int)], responses=body.MyTasksSerializer, operation_id="my_tasks"
    )
    def get(self, request: Request) -> Response:
        """My tasks, newest first."""
        before = request.query_params.get("before", "")
        rows = list(tasks_of(person_of(request), before=int(before) if before.isdecimal() else None)[: PAGE + 1])
        more = rows[PAGE - 1].pk if len(rows) > PAGE else None
        return Response(body.MyTasksSerializer({"results": rows[:PAGE], "next": more}).data)


class OneTask(RatingView):
    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="task")
    def get(self, request: Request, task_id: int) -> Response:
        """All that the rating page shows: turns, reading sets, questions, my answers."""
        task = task_of(task_id=task_id, user=person_of(request))
        if task is None:
            raise Http404
        return Response(task_payload(task=task, user=person_of(request)))


class Operations(RatingView):
    @extend_schema(request=body.SaveSerializer, responses=body.SavedSerializer, operation_id="save_operations")
    def post(self, request: Request, task_id: int) -> Response:
        """Save answers; those sent before are acknowledged again. 409 carries what the server holds."""
        sent = _checked(body.SaveSerializer(data=request.data))
        saved = save_operations(
            task_id=task_id,
            user=person_of(request),
            base=sent["base"],
            operations=[Operation(**one) for one in sent["operations"]],
            times=sent["times"],
        )
        acknowledged = {str(op_id): version for op_id, version in saved.acknowledged.items()}
        receipts = {str(op_id): receipt for op_id, receipt in saved.receipts.items()}
        return Response(
            {
                "version": saved.version,
                "acknowledged": acknowledged,
                "receipts": receipts,
                "receipt": saved.receipt,
                "lease_until": saved.lease_until,
            }
        )


class Submit(RatingView):
    @extend_schema(request=body.SubmitSerializer, responses=body.DoneSerializer, operation_id="submit")
    def post(self, request: Request, task_id: int) -> Response:
        """The task is done."""
        sent = _checked(body.SubmitSerializer(data=request.data))
        return _done(submit_task(task_id=task_id, user=person_of(request), **sent), sent["op_id"])


class Skip(RatingView):
    @extend_schema(request=body.SkipSerializer, responses=body.DoneSerializer, operation_id="skip")
    def post(self, request: Request, task_id: int) -> Response:
        """The task is not for me, for a reason."""
        sent = _checked(body.SkipSerializer(data=request.data))
        return _done(skip_task(task_id=task_id, user=person_of(request), **sent), sent["op_id"])


class Heartbeat(RatingView):
    @extend_schema(request=body.HeartbeatSerializer, responses=body.StateSerializer, operation_id="heartbeat")
    def post(self, request: Request, task_id: int) -> Response:
        """I am still here."""
        sent = _checked(body.HeartbeatSerializer(data=request.data))
        task = heartbeat(task_id=task_id, user=person_of(request), times=sent["times"])
        return Response(body.StateSerializer(task).data)


def _done(task: Task, op_id: UUID) -> Response:
    return Response({**body.StateSerializer(task).data, "receipt": receipt_of(op_id)})
