"""A preset is a name, or a name with changes; whatever is wrong with it is said at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoring.metrics.quals.presets import PRESETS, read_preset


@pytest.mark.parametrize("name", PRESETS)
def test_a_name_is_its_preset(name: str) -> None:
    assert read_preset(name) == PRESETS[name]


def test_changes_are_made_to_it_and_to_nothing_else() -> None:
    found = read_preset("cpu,candidates=30,strength=0.25")
    assert found == replace(PRESETS["cpu"], candidates=30, strength=0.25)
    assert isinstance(found.candidates, int)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fast", "unknown preset 'fast'; known: laptop, cpu, full"),
        ("fast,kept=3", "unknown preset 'fast'"),
        ("cpu,", "'' is no setting of a preset"),
        ("cpu,kept", "kept='' is no number"),
        ("cpu,kept=2.5", "kept='2.5' is no number"),
        ("cpu,strength=nan", "strength=nan is less than 0"),
        ("cpu,longest=4", "shortest=8 is more than longest=4"),
        (
            "cpu,kept=0,speed=9,source=x",
            "kept=0 is less than 1; 'speed' is no setting .* source='x' is no number",
        ),
    ],
)
def test_what_is_wrong_is_said_all_at_once(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_preset(text)
