"""The shipped checkpoint gives its golden values again."""

import pytest

pytest.importorskip("torch")

from scoring.metrics import checkpoints, registry

missing = registry.why_unavailable("quals")


@pytest.mark.skipif(missing is not None, reason=str(missing))
def test_golden_values():
    folder = checkpoints.default_checkpoint("quals")
    assert checkpoints.check_golden(registry.load("quals"), folder) == 3
