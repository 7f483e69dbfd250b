"""A world small enough for a test: a language model of two layers that reads bytes, and ten short inputs."""

import json

import pytest

from scoring.conseq.items import Item
from scoring.metrics.api import DialogueTurn


@pytest.fixture(scope="session")
def chat_lm(tmp_path_factory):
    """The list that names "tiny-chat": a Llama whose tokenizer knows the marks of a chat."""
    transformers = pytest.importorskip("transformers")
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("chat")
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocabulary = {token: place for place, token in enumerate([*marks, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=marks[0], additional_special_tokens=marks[1:]
    ).save_pretrained(root / "lm")
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=2048,
        initializer_range=0.3,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(root / "lm")
    listed = root / "registered.json"
    listed.write_text(json.dumps({"tiny-chat": {"folder": str(root / "lm")}}))
    return listed


@pytest.fixture
def tiny_chat(chat_lm, monkeypatch):
    """ "tiny-chat" is a registered backbone."""
    monkeypatch.setenv("EVALSITE_BACKBONES", str(chat_lm))
    return "tiny-chat"


@pytest.fixture
def items():
    """Ten inputs of five conversations."""
    return [
        Item(
            f"c{place // 2}-{place}",
            f"c{place // 2}",
            f"The red cat number {place} sat on an old mat.",
            f"Cat {place} sat on a mat.",
            (DialogueTurn("ann", "Which cat?"),),
            "bob",
        )
        for place in range(10)
    ]
