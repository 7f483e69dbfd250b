"""Embeddings of texts, to find similar turns without a model."""

from __future__ import annotations

from django.db import models

from annotate.models import Corpus, Turn
from scoring.bits import BitField


class TextEmbedding(models.Model):
    """What a text means, once for every text: by the sha256 of its UTF-8 bytes, whatever turns it stands in.

    `vector` is 384 signed bytes (`scoring.likeness.packed`), `length` what they measure as a vector.
    """

    signature = models.TextField(help_text="What it was computed with.")
    digest = models.CharField(max_length=64)
    vector = models.BinaryField()
    length = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["signature", "digest"], name="one_embedding_per_text")]


class EmbeddedTurn(models.Model):
    """A turn whose text has an embedding. The sketch stands here too, so that a search reads one narrow table.

    `embedding` null: the text has no word to embed.
    """

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, primary_key=True, related_name="meaning")
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    embedding = models.ForeignKey(TextEmbedding, on_delete=models.PROTECT, null=True, related_name="turns")
    sketch = BitField(bits=384, null=True)
