"""Diverse generation against a slow, obvious version, on a tiny random model."""

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from scoring.metrics.quals.diverse import diverse  # noqa: E402

END = 2


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=40,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        initializer_range=0.4,
    )
    return transformers.LlamaForCausalLM(config).eval()


@torch.inference_mode()
def slowly(model, prefix, *, groups, strength, shortest, longest):
    """One passage, one group and one whole forward pass at a time."""
    written = [[] for _ in range(groups)]
    for step in range(longest):
        used = []
        for own in written:
            if own and own[-1] == END:
                continue
            log_probs = model(torch.tensor([[*prefix, *own]])).logits[0, -1].log_softmax(-1)
            for token in used:
                log_probs[token] -= strength
            if step < shortest:
                log_probs[END] = -torch.inf
            own.append(int(log_probs.argmax()))
            used.append(own[-1])
    return [tuple(own) for own in written]


@pytest.mark.parametrize("strength", [0.0, 0.5, 3.0])
def test_batched_is_the_obvious_version(model, strength):
    prefixes = [(0, 5, 6, 7, 8), (0, 9), (0, 11, 12, 30)]
    limits = {"groups": 6, "strength": strength, "shortest": 3, "longest": 9}
    assert diverse(model, prefixes, end=END, **limits) == [slowly(model, each, **limits) for each in prefixes]


def test_strength_makes_the_groups_differ(model):
    limits = {"groups": 6, "shortest": 3, "longest": 9, "end": END}
    assert len(set(diverse(model, [(0, 5, 6)], strength=0.0, **limits)[0])) == 1
    assert len(set(diverse(model, [(0, 5, 6)], strength=5.0, **limits)[0])) == 6


def test_nothing_ends_before_its_shortest_length(model):
    for own in diverse(model, [(0, 5), (0, 6)], groups=8, strength=4.0, shortest=6, longest=8, end=END)[0]:
        assert END not in own[:6]
        assert len(own) <= 8
