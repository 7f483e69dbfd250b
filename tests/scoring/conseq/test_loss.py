"""Likelihood and unlikelihood against a slow, obvious version, and what a step of them does."""

import math

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from scoring.conseq.loss import Contrast, contrastive_loss, log_of_the_rest  # noqa: E402

BATCH = [Contrast((0, 5, 6), (7, 8, 2), (9, 9, 1, 2)), Contrast((0, 4), (6, 2)), Contrast((0, 3, 3, 3), (5, 2), (5, 2))]


@pytest.fixture
def model():
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4
    )
    return transformers.LlamaForCausalLM(config).eval()


@torch.no_grad()
def slowly(model, smoothing):
    """One text, one token and one entry of the vocabulary at a time."""
    costs = []
    for each in BATCH:
        for text, wanted in ((each.positive, True), (each.negative, False)):
            for place, token in enumerate(text or ()):
                before = torch.tensor([[*each.prompt, *text[:place]]])
                p = model(before).logits[0, -1].double().softmax(-1).tolist()
                cost = [-math.log(held if wanted else 1 - held) for held in p]
                costs.append((1 - smoothing) * cost[token] + smoothing / len(p) * sum(cost))
    return sum(costs) / len(costs)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_it_is_the_obvious_version(model, smoothing):
    found = contrastive_loss(model, BATCH, pad=0, dtype=torch.float32, smoothing=smoothing)
    assert found.item() == pytest.approx(slowly(model, smoothing), abs=1e-5)


@torch.no_grad()
def log_p(model, prompt, text):
    logits = model(torch.tensor([[*prompt, *text]])).logits[0].log_softmax(-1)
    return sum(float(logits[len(prompt) - 1 + place, token]) for place, token in enumerate(text))


def test_steps_make_the_positive_likelier_and_the_negative_less_likely(model):
    contrast = BATCH[0]
    before = [log_p(model, contrast.prompt, text) for text in (contrast.positive, contrast.negative)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    for _ in range(5):
        optimizer.zero_grad()
        contrastive_loss(model, [contrast], pad=0, dtype=torch.float32).backward()
        optimizer.step()
    after = [log_p(model, contrast.prompt, text) for text in (contrast.positive, contrast.negative)]
    assert after[0] > before[0] + 0.1
    assert after[1] < before[1] - 0.1


def test_the_rest_is_exact_at_both_ends_and_its_gradient_finite():
    p = torch.tensor([1e-12, 1e-3, 0.4999, 0.5001, 0.999, 1.0], dtype=torch.float64)
    held = p.log().requires_grad_()
    found = log_of_the_rest(held)
    assert found[:5].tolist() == pytest.approx([math.log1p(-each) for each in p[:5].tolist()], rel=1e-9)
    assert found[5].item() == pytest.approx(math.log(1e-7), rel=1e-3)
    found.sum().backward()
    assert torch.isfinite(held.grad).all()
