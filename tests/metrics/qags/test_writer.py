"""Questions written for many passages at once, against one beam search at a time without a cache."""

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from scoring.metrics.qags.writer import write  # noqa: E402

END = 2
WANTED = [
    ((0, 5, 6, 7, 8), [(9, 1), (11, 12, 13, 1)]),
    ((0, 9), [(30, 1)]),
    ((0, 11, 12), [(5, 1), (6, 7, 1), (8, 8, 8, 8, 1)]),
]


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
def slowly(model, prefix, *, beams, shortest, longest):
    """[(ids, mean log p)] of the finished beams, the likeliest first."""
    live, finished = [((), 0.0)], []
    for step in range(longest):
        options = []
        for own, total in live:
            log_probs = model(torch.tensor([[*prefix, *own]])).logits[0, -1].log_softmax(-1)
            if step < shortest:
                log_probs[END] = -torch.inf
            options += [((*own, token), total + float(log_probs[token])) for token in range(len(log_probs))]
        options = sorted(options, key=lambda each: -each[1])[: 2 * beams]
        last = step == longest - 1  # what is cut there competes, and is then no question
        finished += [
            (own, total / len(own))
            for rank, (own, total) in enumerate(options)
            if rank < beams and (last or own[-1] == END)
        ]
        live = [each for each in options if each[0][-1] != END][:beams]
        if len(finished) >= beams:
            break
    best = sorted(finished, key=lambda each: -each[1])[:beams]
    return [(own[:-1], likelihood) for own, likelihood in best if own[-1] == END]


@pytest.mark.parametrize("beams", [2, 4])
@pytest.mark.parametrize(("shortest", "longest"), [(1, 12), (4, 40)])
def test_batched_is_the_obvious_version(model, beams, shortest, longest):
    model.lm_head.weight.data[END] = 3 * model.lm_head.weight.data[END] / model.lm_head.weight.data[END].norm()
    limits = {"beams": beams, "shortest": shortest, "longest": longest}
    written = write(model, WANTED, end=END, **limits)
    found = 0
    for (passage, answers), per_answer in zip(WANTED, written, strict=True):
        for answer, questions in zip(answers, per_answer, strict=True):
            expected = slowly(model, (*passage, *answer), **limits)
            assert [each.ids for each in questions] == [ids for ids, _ in expected]
            assert [each.likelihood for each in questions] == pytest.approx([value for _, value in expected], abs=1e-4)
            assert all(shortest <= len(each.ids) < longest for each in questions)
            found += len(questions)
    assert found or longest < 40


def test_company_does_not_change_a_question(model):
    limits = {"beams": 3, "shortest": 2, "longest": 10, "end": END}
    assert [[each.ids for each in questions] for held in write(model, WANTED, **limits) for questions in held] == [
        [each.ids for each in write(model, [(passage, [answer])], **limits)[0][0]]
        for passage, answers in WANTED
        for answer in answers
    ]
