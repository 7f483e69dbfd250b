"""Studies by program: a judge's own pairs, and the results for scientists."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from annotate.actions.next_pair import next_pair
from annotate.actions.save_choices import Chosen, save_choices
from annotate.actions.skip_pair import skip_pair
from annotate.actions.stay_on_pair import stay_on_pair
from annotate.actions.submit_pair import submit_pair
from annotate.api import study_bodies as body
from annotate.api.operations import HeartbeatSerializer
from annotate.api.paging import ByKey
from annotate.api.rating import RatingView
from annotate.models import Study, StudyPlace
from annotate.models.campaign import CampaignState
from annotate.selectors.judging import place_of, place_payload, study_desks
from annotate.selectors.receipts import receipt_of_pair
from annotate.selectors.study_results import results_of
from people.permissions import ScientistsOnly
from people.who import person_of


def _checked(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _done(place: StudyPlace) -> Response:
    return Response({**body.PlaceSerializer(place).data, "receipt": receipt_of_pair(place)})


class MyStudies(RatingView):
    @extend_schema(responses=body.MyStudySerializer(many=True), operation_id="my_studies")
    def get(self, request: Request) -> Response:
        """Open studies that I judge in."""
        return Response(body.MyStudySerializer(study_desks(person_of(request)), many=True).data)


class Next(RatingView):
    @extend_schema(request=None, responses=OpenApiTypes.OBJECT, operation_id="next_pair")
    def post(self, request: Request, study_id: int) -> Response:
        """My next pair of a study with all that the page shows; or why there is none."""
        study = get_object_or_404(Study, pk=study_id, state=CampaignState.OPEN)
        found = next_pair(study=study, user=person_of(request))
        place = place_of(place_id=found.place.pk, user=person_of(request)) if found.place else None
        payload = place_payload(place, user=person_of(request)) if place else None
        return Response({"pair": payload, "words": found.words, "until": found.until})


class Choices(RatingView):
    @extend_schema(
        request=body.SaveChoicesSerializer, responses=body.SavedChoicesSerializer, operation_id="save_choices"
    )
    def post(self, request: Request, place_id: int) -> Response:
        """Save choices; those sent before are acknowledged again."""
        sent = _checked(body.SaveChoicesSerializer(data=request.data))
        saved = save_choices(
            place_id=place_id,
            user=person_of(request),
            operations=[Chosen(**one) for one in sent["operations"]],
            active_ms=sent["times"].get(0, 0),
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


class SubmitPair(RatingView):
    @extend_schema(request=body.SubmitPairSerializer, responses=body.DonePairSerializer, operation_id="submit_pair")
    def post(self, request: Request, place_id: int) -> Response:
        """The pair is judged."""
        sent = _checked(body.SubmitPairSerializer(data=request.data))
        return _done(submit_pair(place_id=place_id, user=person_of(request), **sent))


class SkipPair(RatingView):
    @extend_schema(request=body.SkipPairSerializer, responses=body.DonePairSerializer, operation_id="skip_pair")
    def post(self, request: Request, place_id: int) -> Response:
        """The pair is not for me, for a reason."""
        sent = _checked(body.SkipPairSerializer(data=request.data))
        return _done(skip_pair(place_id=place_id, user=person_of(request), **sent))


class StayOnPair(RatingView):
    @extend_schema(request=HeartbeatSerializer, responses=body.PlaceSerializer, operation_id="stay_on_pair")
    def post(self, request: Request, place_id: int) -> Response:
        """I am still reading."""
        sent = _checked(HeartbeatSerializer(data=request.data))
        place = stay_on_pair(place_id=place_id, user=person_of(request), active_ms=sent["times"].get(0, 0))
        return Response(body.PlaceSerializer(place).data)


class Studies(ListAPIView[Study]):
    """Every study with its systems and questions."""

    permission_classes = [ScientistsOnly]
    serializer_class = body.StudySerializer
    pagination_class = ByKey
    queryset = Study.objects.select_related("corpus").prefetch_related("questions")


class StudyResults(RetrieveAPIView[Study]):
    """Win rates, sign tests and strengths of a study, with their intervals, as last computed."""

    permission_classes = [ScientistsOnly]
    serializer_class = body.StudyResultsSerializer
    queryset = Study.objects.select_related("corpus", "result").prefetch_related("questions")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.get_serializer(results_of(self.get_object())).data)
