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


@torch.inference_mode()
def forced(model, prefix, own):
    """log p of each written token, by one plain pass."""
    log_probs = model(torch.tensor([[*prefix, *own]])).logits[0].log_softmax(-1)
    return [float(log_probs[len(prefix) - 1 + place, token]) for place, token in enumerate(own)]


@pytest.mark.parametrize("strength", [0.0, 0.5, 3.0])
def test_batched_is_the_obvious_version(model, strength):
    prefixes = [(0, 5, 6, 7, 8), (0, 9), (0, 11, 12, 30)]
    limits = {"groups": 6, "strength": strength, "shortest": 3, "longest": 9}
    found = diverse(model, prefixes, end=END, **limits)
    assert [[own.ids for own in held] for held in found] == [slowly(model, each, **limits) for each in prefixes]
    for prefix, held in zip(prefixes, found, strict=True):
        for own in held:
            assert list(own.log_probs) == pytest.approx(forced(model, prefix, own.ids), abs=1e-4)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_taking_out_what_is_done_changes_nothing(model, share, monkeypatch):
    """With a strong penalty groups end at different steps: every one is dropped at once, or none."""
    limits = {"groups": 8, "strength": 4.0, "shortest": 1, "longest": 20, "end": END}
    prefixes = [(0, 5, 6, 7, 8), (0, 9), (0, 11, 12, 30)]
    usual = [[own.ids for own in held] for held in diverse(model, prefixes, **limits)]
    assert len({len(own) for held in usual for own in held}) > 3
    monkeypatch.setattr("scoring.metrics.asking.writing.DROP_FROM", share)
    assert [[own.ids for own in held] for held in diverse(model, prefixes, **limits)] == usual


def test_strength_makes_the_groups_differ(model):
    limits = {"groups": 6, "shortest": 3, "longest": 9, "end": END}
    assert len({own.ids for own in diverse(model, [(0, 5, 6)], strength=0.0, **limits)[0]}) == 1
    assert len({own.ids for own in diverse(model, [(0, 5, 6)], strength=5.0, **limits)[0]}) == 6


def test_nothing_ends_before_its_shortest_length(model):
    for own in diverse(model, [(0, 5), (0, 6)], groups=8, strength=4.0, shortest=6, longest=8, end=END)[0]:
        assert END not in own.ids[:6]
        assert len(own.ids) <= 8
