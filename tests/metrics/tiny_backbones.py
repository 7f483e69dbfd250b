"""Random models of a few thousand weights, in folders like those of real backbones: a world that fits in a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

WORDS = ["the", "cat", "sat", "on", "a", "mat", "and", "ate", "fish", "it", "was", "red", "tea", "is", "old"]


def write_tiny_causal_lm(folder: Path) -> None:
    """A Llama of two layers that reads bytes; every text has tokens."""
    bytes_of = {token: index + 2 for index, token in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab={"<|endoftext|>": 0, "<|im_end|>": 1, **bytes_of}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|endoftext|>", eos_token="<|im_end|>", pad_token="<|endoftext|>"
    ).save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=258,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        initializer_range=0.3,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)


def write_tiny_encoder(folder: Path) -> None:
    """A BERT of two layers that knows letters and a few words; anything else is [UNK]."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, *"abcdefghijklmnopqrstuvwxyz0123456789.,!?[]<>|_'"]
    pieces += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]
    vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        initializer_range=0.3,
    )
    BertModel(config).save_pretrained(folder)


def write_tiny_encoder_decoder(folder: Path, kind: str) -> None:
    """A random "tiny-bart" or "tiny-t5" that reads bytes, with the special tokens of its kind."""
    special = ["<s>", "<pad>", "</s>", "<mask>"] if kind == "tiny-bart" else ["<pad>", "</s>", "<extra_id_0>"]
    tokens = [*special, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={token: place for place, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    named = {"eos_token": "</s>", "pad_token": "<pad>"}
    if kind == "tiny-bart":
        named |= {"bos_token": "<s>", "mask_token": "<mask>"}
    else:
        named["additional_special_tokens"] = ["<extra_id_0>"]
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named).save_pretrained(folder)
    torch.manual_seed(3)
    if kind == "tiny-bart":
        model: Any = BartForConditionalGeneration(
            BartConfig(
                vocab_size=len(tokens), d_model=16, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=24,
                decoder_ffn_dim=24, encoder_attention_heads=2, decoder_attention_heads=2, max_position_embeddings=512,
                init_std=0.4, bos_token_id=0, pad_token_id=1, eos_token_id=2, decoder_start_token_id=2,
            )
        )  # fmt: skip
        model.final_logits_bias.uniform_(-1, 1)
    else:
        model = T5ForConditionalGeneration(
            T5Config(
                vocab_size=len(tokens), d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2,
                decoder_start_token_id=0, pad_token_id=0, eos_token_id=1, initializer_factor=2.0,
            )
        )  # fmt: skip
    model.save_pretrained(folder)


def register(root: Path) -> Path:
    """Write both models under `root` and the list that names them "tiny-lm" and "tiny-encoder"; the list's path."""
    write_tiny_causal_lm(root / "lm")
    write_tiny_encoder(root / "encoder")
    listed = root / "registered.json"
    listed.write_text(
        json.dumps({"tiny-lm": {"folder": str(root / "lm")}, "tiny-encoder": {"folder": str(root / "encoder")}})
    )
    return listed
