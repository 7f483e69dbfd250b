"""The bodies that a rating window, or a program with the `rate` scope, sends and receives."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.answers import NOTE_LENGTH
from annotate.operations import KINDS, Operation

MOST_AT_ONCE = 200


class OperationSerializer(serializers.Serializer[Operation]):
    """One operation. `turn` is the index from 0, null for the conversation; `of` names what an undo undoes.

    `evidence` is {"sentences": [{"section", "passage", "sentence", "stance"}], "personal_knowledge"}; {} takes it away.
    """

    op_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    turn = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)
    question = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    value = serializers.JSONField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    note = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_null=True, allow_blank=True, default=None, trim_whitespace=False
    )
    evidence = serializers.JSONField(required=False, allow_null=True, default=None)
    of = serializers.UUIDField(required=False, allow_null=True, default=None)
    client_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TimesField(serializers.DictField):
    """Active milliseconds per turn index, as totals."""

    child = serializers.IntegerField(min_value=0, max_value=10**10)

    def to_internal_value(self, data: Any) -> dict[int, int]:
        checked = super().to_internal_value(data)
        if len(checked) > 5000 or not all(str(place).isdecimal() and len(str(place)) < 7 for place in checked):
            raise serializers.ValidationError("The keys are indexes of turns.")
        return {int(place): ms for place, ms in checked.items()}


class SaveSerializer(serializers.Serializer[Any]):
    """A batch: all of it or none. `base` is the version of the task before the first operation."""

    base = serializers.IntegerField(min_value=0)
    operations = serializers.ListField(child=OperationSerializer(), max_length=MOST_AT_ONCE)
    times = TimesField(required=False, default=dict)


class SubmitSerializer(serializers.Serializer[Any]):
    op_id = serializers.UUIDField()
    base = serializers.IntegerField(min_value=0)
    client_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class SkipSerializer(serializers.Serializer[Any]):
    op_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=32, allow_blank=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    client_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class HeartbeatSerializer(serializers.Serializer[Any]):
    times = TimesField(required=False, default=dict)


class SavedSerializer(serializers.Serializer[Any]):
    """What the server holds after a batch: version, per operation its version and receipt, end of the lease.

    `receipt` is that of the last operation: 64 hex digits, empty for an empty batch.
    """

    version = serializers.IntegerField()
    acknowledged = serializers.DictField(child=serializers.IntegerField())
    receipts = serializers.DictField(child=serializers.CharField())
    receipt = serializers.CharField(allow_blank=True)
    lease_until = serializers.DateTimeField(allow_null=True)


class StateSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    lease_until = serializers.DateTimeField(allow_null=True)


class DoneSerializer(StateSerializer):
    """A task that was submitted or skipped, with the receipt for that."""

    receipt = serializers.CharField(allow_blank=True)


class ClaimedSerializer(serializers.Serializer[Any]):
    """A task, or in words why there is none."""

    task = serializers.IntegerField(allow_null=True)
    words = serializers.CharField(allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)


class MyTaskSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    version = serializers.IntegerField()
    campaign = serializers.IntegerField(source="item.campaign_id")
    conversation = serializers.CharField(source="item.conversation.external_id")
    claimed_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    active_ms = serializers.IntegerField(allow_null=True)


class MyTasksSerializer(serializers.Serializer[Any]):
    """A page, newest first; `next` is the `before` of the following one."""

    results = MyTaskSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)


class MyCampaignSerializer(serializers.Serializer[Any]):
    """An open campaign and one's own counts; nothing of other raters but that places are left."""

    id = serializers.IntegerField(source="campaign.pk")
    name = serializers.CharField(source="campaign.name")
    corpus = serializers.CharField(source="campaign.corpus.key")
    instructions = serializers.CharField(source="campaign.instructions")
    submitted = serializers.IntegerField()
    skipped = serializers.IntegerField()
    at_hand = serializers.IntegerField(allow_null=True)
    available = serializers.IntegerField()
