"""Corpora, conversations and ratings for scientists' programs. Read only; paged by keyset."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView

from annotate.api.paging import ByKey
from annotate.models import Conversation, Corpus, DimensionVersion, KnowledgeSection, Rating, Turn
from annotate.selectors.given import given as given_ratings
from annotate.selectors.roles import read_by
from people.permissions import AnyoneSignedIn, ScientistsOnly
from people.who import person_of

_SLICE = ("split", "topic", "config", "system")


class CorpusSerializer(serializers.ModelSerializer[Corpus]):
    class Meta:
        model = Corpus
        fields = ("id", "key", "name", "description", "licence", "format", "synthetic", "created_at")


class DimensionVersionSerializer(serializers.ModelSerializer[DimensionVersion]):
    key = serializers.CharField(source="dimension.key")
    name = serializers.CharField(source="dimension.name")
    unit = serializers.CharField(source="dimension.unit")
    kind = serializers.CharField(source="dimension.kind")
    direction = serializers.CharField(source="dimension.direction")

    class Meta:
        model = DimensionVersion
        fields = (
            "id",
            "key",
            "name",
            "unit",
            "kind",
            "direction",
            "number",
            "question",
            "guidance",
            "scale",
            "null_reasons",
        )


class TurnSerializer(serializers.ModelSerializer[Turn]):
    class Meta:
        model = Turn
        fields = ("id", "index", "speaker", "text", "at", "cited")


class SectionSerializer(serializers.ModelSerializer[KnowledgeSection]):
    class Meta:
        model = KnowledgeSection
        fields = ("speaker", "key", "title", "passages")


class ConversationListSerializer(serializers.ModelSerializer[Conversation]):
    class Meta:
        model = Conversation
        fields = ("id", "corpus", "external_id", "split", "topic", "config", "system", "alternative_of", "turn_count")


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    turns = TurnSerializer(many=True)
    knowledge = SectionSerializer(many=True, source="sections")

    class Meta:
        model = Conversation
        fields = (*ConversationListSerializer.Meta.fields, "turns", "knowledge")


class RatingSerializer(serializers.ModelSerializer[Rating]):
    """`rater` is a pseudonym. Exactly one of number, label, labels is set, or a reason says why none is."""

    dimension = serializers.CharField(source="dimension_version.dimension.key")
    version = serializers.IntegerField(source="dimension_version.number")
    rater = serializers.CharField(source="rater.pseudonym")

    class Meta:
        model = Rating
        fields = (
            "id", "conversation", "turn", "dimension", "version", "rater", "number", "label", "labels", "reason",
            "note", "evidence", "revision", "made_at",
        )  # fmt: skip


class Corpora(ListAPIView[Corpus]):
    """Every corpus."""

    permission_classes = [ScientistsOnly]
    serializer_class = CorpusSerializer
    pagination_class = ByKey
    queryset = Corpus.objects.all()


class Dimensions(ListAPIView[DimensionVersion]):
    """Every version of every dimension."""

    permission_classes = [ScientistsOnly]
    serializer_class = DimensionVersionSerializer
    pagination_class = ByKey
    queryset = DimensionVersion.objects.select_related("dimension")


class Conversations(ListAPIView[Conversation]):
    """Conversations; filter by corpus (key), split, topic, config, system."""

    permission_classes = [ScientistsOnly]
    serializer_class = ConversationListSerializer
    pagination_class = ByKey
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        return Conversation.objects.filter(**filters(self.request.query_params, prefix=""))


class OneConversation(RetrieveAPIView[Conversation]):
    """One conversation with its turns and knowledge."""

    permission_classes = [ScientistsOnly]
    serializer_class = ConversationSerializer
    queryset = Conversation.objects.prefetch_related("turns", "sections")


class Ratings(ListAPIView[Rating]):
    """Current ratings; filter by corpus, split, topic, config, system, dimension (key), conversation and campaign (id).

    A scientist of some campaigns only must name one of them.
    """

    permission_classes = [AnyoneSignedIn]
    serializer_class = RatingSerializer
    pagination_class = ByKey
    queryset = Rating.objects.none()

    def get_queryset(self) -> QuerySet[Rating]:
        asked = self.request.query_params
        found = Rating.objects.filter(
            given_ratings(),
            current=True,
            **filters(asked, prefix="conversation__", more=("dimension", "conversation", "campaign")),
        )
        user = person_of(self.request)
        if asked.get("campaign"):
            campaign = read_by(user).filter(pk=whole_number(asked["campaign"], "campaign"))
            found = found.filter(task__campaign__in=campaign)
        if not user.is_scientist and not (asked.get("campaign") and campaign.exists()):
            raise PermissionDenied
        if asked.get("dimension"):
            found = found.filter(dimension_version__dimension__key=asked["dimension"])
        if asked.get("conversation"):
            found = found.filter(conversation=whole_number(asked["conversation"], "conversation"))
        return found.exclude(reason="cleared").select_related("dimension_version__dimension", "rater")


def filters(given: Any, *, prefix: str, more: tuple[str, ...] = ()) -> dict[str, str]:
    """Allow-listed filters of an address as lookups. Raises ValidationError for any other parameter."""
    known = {"corpus", *_SLICE, *more, "cursor", "page_size", "format"}
    unknown = set(given) - known
    if unknown:
        raise ValidationError({name: f"is no filter; known: {', '.join(sorted(known))}" for name in sorted(unknown)})
    found = {f"{prefix}{name}": given[name] for name in _SLICE if given.get(name)}
    if given.get("corpus"):
        found[f"{prefix}corpus__key"] = given["corpus"]
    return found


def whole_number(text: str, name: str) -> int:
    """A positive whole number. Raises ValidationError naming the parameter."""
    if not text.isdecimal() or len(text) > 18:
        raise ValidationError({name: "must be a whole number"})
    return int(text)
