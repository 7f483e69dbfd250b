"""Colours can be read and told apart, light and dark: WCAG 2.2 contrast; colour blindness by Machado et al., 2009."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "frontend" / "static" / "frontend"
MODES = ("light", "dark")
CATEGORIES = [f"cat-{number}" for number in range(1, 8)]
Vector = tuple[float, ...]

# Severity 1.0, on linear RGB.
SIGHT: dict[str, tuple[Vector, Vector, Vector]] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TEXT = ["text", "muted", "accent", "ok", "warn", "bad", "info", "human", "model", "speaker-1", "speaker-2"]
PAIRS: list[tuple[str, str, float]] = [
    *((front, back, 4.5) for front in TEXT for back in ("surface", "raised")),
    *((name, f"{name}-soft", 4.5) for name in ("ok", "warn", "bad", "info", "speaker-1", "speaker-2")),
    *(("text", f"{name}-soft", 4.5) for name in ("ok", "warn", "bad", "info", "accent", "speaker-1", "speaker-2")),
    ("text", "sunken", 4.5),
    ("muted", "sunken", 4.5),
    ("accent-strong", "accent-soft", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    ("line-strong", "raised", 3.0),
    ("accent", "raised", 3.0),
    *((name, "raised", 3.0) for name in CATEGORIES),
]


def _tokens(mode: str, name: str) -> list[dict[str, str]]:
    """The blocks that give values in one mode; for dark there are two, by system and by switch."""
    blocks = re.findall(r"([^{}]+)\{([^{}]*)\}", (STATIC / name).read_text())
    wanted = {"light": (":root",), "dark": (':root:not([data-theme="light"])', ':root[data-theme="dark"]')}[mode]
    found = [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})", body)) for head, body in blocks if _is(head, wanted)]
    return [each for each in found if each]


def _is(head: str, wanted: tuple[str, ...]) -> bool:
    return head.split("*/")[-1].strip() in wanted


def _colours(mode: str) -> dict[str, str]:
    return _tokens(mode, "tokens.css")[0] | _tokens(mode, "components.css")[0]


def _linear(colour: str) -> Vector:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def _contrast(one: str, other: str) -> float:
    low, high = sorted(
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), _linear(x), strict=True)) for x in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


def _lab(colour: str, sight: str) -> Vector:
    seen = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, _linear(colour), strict=True)))) for row in SIGHT[sight]]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(a * b for a, b in zip(row, seen, strict=True)) for row in rows]
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (part / white for part, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _apart(one: str, other: str, sight: str) -> float:
    """CIE76 difference; about 2 is just noticeable side by side."""
    return sum((a - b) ** 2 for a, b in zip(_lab(one, sight), _lab(other, sight), strict=True)) ** 0.5


def test_the_measure_is_right() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert _apart("#ff0000", "#ff0000", "normal") == 0
    assert _apart("#d00000", "#4d6b00", "normal") > 3 * _apart("#d00000", "#4d6b00", "protanopia")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(mode: str, front: str, back: str, least: float) -> None:
    colours = _colours(mode)
    assert _contrast(colours[front], colours[back]) >= least


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHT)
def test_categories_can_be_told_apart(mode: str, sight: str) -> None:
    colours = _colours(mode)
    for one, other in itertools.combinations(CATEGORIES, 2):
        assert _apart(colours[one], colours[other], sight) >= 20, (one, other)


@pytest.mark.parametrize("mode", MODES)
def test_speakers_and_judgements_never_share_a_colour(mode: str) -> None:
    colours = _colours(mode)
    for speaker in ("speaker-1", "speaker-2"):
        for category in CATEGORIES:
            assert _apart(colours[speaker], colours[category], "normal") >= 20, (speaker, category)
        for judgement in ("human", "model"):  # these carry a shape or a glyph too
            assert _apart(colours[speaker], colours[judgement], "normal") >= 12, (speaker, judgement)


@pytest.mark.parametrize("name", ["tokens.css", "components.css"])
def test_the_switch_gives_the_same_dark_as_the_system(name: str) -> None:
    by_system, by_switch = _tokens("dark", name)
    assert by_system == by_switch
    assert set(by_system) <= set(_tokens("light", name)[0])
