"""What a judge's window sends and gets, and what scientists' programs read of studies."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.actions.save_choices import KINDS, Chosen
from annotate.answers import NOTE_LENGTH
from annotate.api.operations import MOST_AT_ONCE, TimesField
from annotate.models import Study, StudyQuestion


class ChosenSerializer(serializers.Serializer[Chosen]):
    """A choice (`value`: a, b, equal), or the note on the pair."""

    op_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    question = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    value = serializers.CharField(max_length=16, required=False, allow_blank=True, default="")
    note = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, default="", trim_whitespace=False
    )
    client_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SaveChoicesSerializer(serializers.Serializer[Any]):
    """A batch: all of it or none. The active time is in `times` under 0, a total in milliseconds."""

    operations = serializers.ListField(child=ChosenSerializer(), max_length=MOST_AT_ONCE)
    times = TimesField(required=False, default=dict)


class SavedChoicesSerializer(serializers.Serializer[Any]):
    """What the server holds after a batch: version, per operation its version and its receipt, end of the lease."""

    version = serializers.IntegerField()
    acknowledged = serializers.DictField(child=serializers.IntegerField())
    receipts = serializers.DictField(child=serializers.CharField())
    receipt = serializers.CharField(allow_blank=True)
    lease_until = serializers.DateTimeField(allow_null=True)


class SubmitPairSerializer(serializers.Serializer[Any]):
    op_id = serializers.UUIDField()
    client_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SkipPairSerializer(SubmitPairSerializer):
    reason = serializers.CharField(max_length=32, allow_blank=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class PlaceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    lease_until = serializers.DateTimeField(allow_null=True)


class DonePairSerializer(PlaceSerializer):
    """A place that is over, with the receipt of what ended it."""

    receipt = serializers.CharField(allow_blank=True)


class MyStudySerializer(serializers.Serializer[Any]):
    """An open study and one's own counts; of systems and of others nothing but that pairs are left."""

    id = serializers.IntegerField(source="study.pk")
    name = serializers.CharField(source="study.name")
    instructions = serializers.CharField(source="study.instructions")
    submitted = serializers.IntegerField()
    skipped = serializers.IntegerField()
    available = serializers.IntegerField()


class StudyQuestionSerializer(serializers.ModelSerializer[StudyQuestion]):
    class Meta:
        model = StudyQuestion
        fields = ("id", "position", "name", "text")


class StudySerializer(serializers.ModelSerializer[Study]):
    corpus = serializers.CharField(source="corpus.key")
    questions = StudyQuestionSerializer(many=True)

    class Meta:
        model = Study
        fields = ("id", "name", "corpus", "systems", "judges", "seed", "state", "created_at", "closed_at", "questions")


class StudyResultsSerializer(serializers.Serializer[Any]):
    """`fresh`: nothing came in since `computed_at`. `results` null: not computed yet."""

    study = StudySerializer()
    fresh = serializers.BooleanField()
    computed_at = serializers.DateTimeField(allow_null=True)
    results = serializers.JSONField(allow_null=True)
