"""Small worlds: a random RoBERTa that reads bytes, and conversations made from drawn words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel

from scoring.metrics.api import DialogueTurn
from tests.metrics.tiny_backbones import write_tiny_encoder


def write_tiny_roberta(folder: Path) -> None:
    """A RoBERTa of three layers with a byte-level BPE: positions start at 2, as in the real one."""
    bytes_of = {token: index + 4 for index, token in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<mask>": 3, **bytes_of}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    torch.manual_seed(5)
    config = RobertaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=130,
        type_vocab_size=1,
        initializer_range=0.3,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    RobertaModel(config).save_pretrained(folder)


def register_both(root: Path) -> Path:
    """ "tiny-encoder" (WordPiece) and "tiny-roberta" (BPE) as registered backbones; the list's path."""
    write_tiny_encoder(root / "encoder")
    write_tiny_roberta(root / "roberta")
    listed = root / "registered.json"
    names = {"tiny-encoder": "encoder", "tiny-roberta": "roberta"}
    listed.write_text(json.dumps({name: {"folder": str(root / folder)} for name, folder in names.items()}))
    return listed


def talk(texts: Sequence[str], speakers: tuple[str, str] = ("USER", "SYSTEM")) -> tuple[DialogueTurn, ...]:
    """Turns in alternation."""
    return tuple(DialogueTurn(speakers[index % 2], text) for index, text in enumerate(texts))
