"""The shipped checkpoint gives its golden values again."""

import pytest

pytest.importorskip("torch")

from scoring.metrics import checkpoints, registry

missing = registry.why_unavailable("quals")


@pytest.mark.skipif(missing is not None, reason=str(missing))
def test_golden_values():
    folder = checkpoints.default_checkpoint("quals")
    assert registry.check_golden("quals", folder) == 3


@pytest.mark.skipif(missing is not None, reason=str(missing))
def test_golden_values_do_not_depend_on_what_the_device_does_when_nothing_is_said():
    folder = checkpoints.default_checkpoint("quals")
    other = registry.load("quals")
    assert "|preset:laptop|" in other.signature and "|dtype:fp32" in other.signature  # 1.4 turns a second on two cores
    with pytest.raises(checkpoints.GoldenMismatch):
        checkpoints.check_golden(other, folder)
    assert registry.check_golden("quals", folder, loaded=other) == 3
