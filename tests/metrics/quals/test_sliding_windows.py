"""Backbones whose layers see a window only, all or some (Mistral, Gemma 3), are read as by their own pass."""

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from scoring.metrics.asking.loss import read_packs  # noqa: E402
from scoring.metrics.likelihood.packs import Pack  # noqa: E402
from scoring.metrics.quals.diverse import diverse  # noqa: E402

SMALL = {
    "vocab_size": 40,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "initializer_range": 0.4,
    "sliding_window": 4,
    "pad_token_id": 0,
}
KINDS = {
    "gemma": lambda: transformers.Gemma3ForCausalLM(
        transformers.Gemma3TextConfig(
            **SMALL,
            num_hidden_layers=3,
            head_dim=8,
            layer_types=["sliding_attention", "full_attention"] * 1 + ["sliding_attention"],
        )
    ),
    "mistral": lambda: transformers.MistralForCausalLM(transformers.MistralConfig(**SMALL, num_hidden_layers=2)),
}
BATCH = [Pack((9, 15, 26, 37, 5, 6, 7), ((8, 19, 12, 31, 33, 2), (33, 2))), Pack((9, 34), ((21, 12, 13, 2),))]


@pytest.fixture(params=KINDS)
def model(request):
    torch.manual_seed(5)
    return KINDS[request.param]().eval()


@torch.inference_mode()
def plain(model, ids):
    """log p of every entry behind each token, by the model's own forward pass of one text."""
    return model(torch.tensor([ids]), use_cache=False).logits[0].log_softmax(-1)


def test_packs_are_read_as_each_text_alone(model):
    expected = torch.cat(
        [plain(model, [*pack.prefix, *text])[len(pack.prefix) - 1 : -1] for pack in BATCH for text in pack.texts]
    )
    with torch.inference_mode():
        logits, _ = read_packs(model, BATCH, pad=0, dtype=torch.float32)
    assert torch.allclose(logits.log_softmax(-1), expected, atol=1e-4)


def test_what_is_written_is_likely_as_told(model):
    prefixes = [(0, 5, 6, 7, 8, 9, 10), (0, 9)]
    found = diverse(model, prefixes, groups=3, strength=0.5, shortest=3, longest=9, end=2)
    for prefix, held in zip(prefixes, found, strict=True):
        for own in held:
            told = plain(model, [*prefix, *own.ids])[len(prefix) - 1 : -1]
            assert list(own.log_probs) == pytest.approx(
                [float(told[place, token]) for place, token in enumerate(own.ids)], abs=1e-4
            )
