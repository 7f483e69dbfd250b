"""The shipped checkpoint gives its golden values again."""

import pytest

pytest.importorskip("torch")

from scoring.metrics import checkpoints, registry

missing = registry.why_unavailable("qags")


@pytest.mark.skipif(missing is not None, reason=str(missing))
def test_golden_values():
    folder = checkpoints.default_checkpoint("qags")
    assert registry.check_golden("qags", folder) == 3
