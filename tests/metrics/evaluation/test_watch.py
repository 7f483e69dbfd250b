"""Seconds and tokens by stage, counted from outside."""

import pytest

torch = pytest.importorskip("torch")

from scoring.metrics.evaluation.watch import Watch  # noqa: E402


class Model(torch.nn.Module):
    def forward(self, input_ids):
        return input_ids.float()


class Metric:
    def __init__(self):
        self.model = Model()

    def ask(self, rows, positions):
        sum(place * place for place in range(200_000))
        return self.model(input_ids=torch.zeros(rows, positions))

    def fail(self):
        raise ValueError("no")


def test_stages_follow_each_other_and_tokens_belong_to_theirs():
    metric, watch = Metric(), Watch()
    watch.stage(metric, "ask", "first", "second")
    watch.stage(metric, "fail", "third")
    watch.tokens(metric.model)
    metric.ask(2, 5)
    metric.ask(3, 1)
    metric.ask(1, 7)
    metric.model(torch.zeros(1, 4))
    with pytest.raises(ValueError, match="no"):
        metric.fail()
    spent = watch.taken()
    assert spent.read == {"first": 17, "": 4}
    assert spent.written == {"second": 3}
    assert set(spent.cpu) == {"first", "second", "third"}
    assert spent.cpu["first"] > spent.cpu["third"] >= 0
    assert watch.taken().cpu == {}
