"""Corpora: conversations, their turns, and the knowledge that each speaker had before him."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class Corpus(models.Model):
    """A body of conversations imported from one source, with its licence."""

    key = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    licence = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=32, help_text="Name of the import format it came from.")
    synthetic = models.BooleanField(default=False, help_text="Written by us; said wherever it is shown.")
    header = models.JSONField(default=dict, blank=True, help_text="What the format keeps once per file.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "corpora"

    def __str__(self) -> str:
        return self.name


class Conversation(models.Model):
    """One dialogue. `content_hash` is the sha256 of the imported record: a change is a conflict, never silent."""

    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="conversations")
    external_id = models.CharField(max_length=200)
    position = models.PositiveIntegerField(help_text="Order in the corpus, kept for byte-identical release.")
    split = models.CharField(max_length=64, blank=True)
    topic = models.CharField(max_length=100, blank=True)
    config = models.CharField(max_length=32, blank=True)
    system = models.CharField(max_length=100, blank=True, help_text="The system that spoke, where one did.")
    alternative_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="alternatives")
    turn_count = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corpus", "external_id"], name="one_conversation_per_external_id")
        ]
        indexes = [models.Index(fields=["corpus", "split", "position"])]

    def __str__(self) -> str:
        return self.external_id


class CorpusSlice(models.Model):
    """What a corpus holds of one split, topic and configuration. PostgreSQL keeps it by triggers on conversations.

    Lists of 100,000 conversations ask for this at every view, and counting took longer than everything else on them.
    """

    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="slices")
    split = models.CharField(max_length=64, blank=True)
    topic = models.CharField(max_length=100, blank=True)
    config = models.CharField(max_length=32, blank=True)
    conversations = models.IntegerField()
    turns = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corpus", "split", "topic", "config"], name="one_row_per_slice_of_a_corpus")
        ]

    def __str__(self) -> str:
        return f"{self.corpus_id}: {self.split} {self.topic} {self.config}"


class Turn(models.Model):
    """One utterance. `index` counts from 0; `cited` are the section keys that the data says it used."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    index = models.PositiveIntegerField()
    speaker = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    at = models.FloatField(null=True, help_text="Seconds on a clock of the conversation, where known.")
    cited = ArrayField(models.CharField(max_length=64), default=list)
    extra = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "index"], name="one_turn_per_index")]


class KnowledgeSection(models.Model):
    """One section of a speaker's reading set. `passages` is a list of {kind, ref, text}; text null: not in the data."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sections")
    speaker = models.CharField(max_length=64, blank=True, help_text="Blank: every speaker saw it.")
    key = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300, blank=True)
    passages = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "speaker", "key"], name="one_section_per_speaker_and_key")
        ]
