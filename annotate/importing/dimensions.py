"""The dimensions that ship, and those that formats bring with them: question, scale, direction, unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from annotate.importing.examples import EXAMPLES
from annotate.importing.reading_sets import SOURCES
from annotate.importing.topical_chat import SENTIMENTS


@dataclass(frozen=True, slots=True)
class Point:
    """One answer of a scale: a number or a label, its word, what it means, an example and what only looks like one."""

    value: float | str
    label: str = ""
    description: str = ""
    example: str = ""
    counter_example: str = ""

    def examples(self) -> dict[str, str]:
        """Those of the two that there are, as a DimensionVersion stores them."""
        both = {"example": self.example, "counter_example": self.counter_example}
        return {field: text for field, text in both.items() if text}


@dataclass(frozen=True, slots=True)
class DimensionSpec:
    """A dimension as code ships it. `null_reasons` are answers that give no value on purpose."""

    key: str
    name: str
    unit: Literal["turn", "conversation"]
    kind: Literal["number", "label", "labels"]
    question: str
    scale: tuple[Point, ...]
    direction: Literal["higher", "lower", "none"] = "none"
    null_reasons: tuple[Point, ...] = ()
    guidance: str = ""
    roles: tuple[str, ...] = ("annotator", "scientist", "admin")

    def scale_json(self) -> list[dict[str, Any]]:
        """The scale as a DimensionVersion stores it."""
        return [{"value": p.value, "label": p.label, "description": p.description} | p.examples() for p in self.scale]

    def null_reasons_json(self) -> list[dict[str, Any]]:
        """The null answers as a DimensionVersion stores them."""
        return [{"reason": p.value, "label": p.label, "description": p.description} for p in self.null_reasons]


def _numbers(*points: tuple[float, str, str]) -> tuple[Point, ...]:
    return tuple(Point(value, label, description) for value, label, description in points)


def _words(low: int, *labels: str) -> tuple[Point, ...]:
    return tuple(Point(float(low + place), label) for place, label in enumerate(labels))


def _with_examples(spec: DimensionSpec) -> DimensionSpec:
    pairs = EXAMPLES[spec.key]
    return replace(spec, scale=tuple(Point(p.value, p.label, p.description, *pairs[p.value]) for p in spec.scale))


_WORDED: tuple[DimensionSpec, ...] = (
    DimensionSpec(
        "interaction_quality",
        "Interaction quality",
        "turn",
        "number",
        "How well does this turn do what the conversation needs at this point?",
        _numbers(
            (1, "Terrible", "Fails to understand and fulfil the request."),
            (2, "Bad", "Understands, but fails to satisfy it in any way."),
            (3, "OK", "Understands and partially satisfies it, or says how it can be fulfilled."),
            (4, "Good", "Satisfies it, but with extra information or extra turns."),
            (5, "Excellent", "Satisfies it completely and efficiently."),
        ),
        "higher",
    ),
    DimensionSpec(
        "factual_consistency",
        "Factual consistency",
        "turn",
        "number",
        "Is what this turn claims supported by what its speaker had read?",
        _numbers(
            (0, "Contradicted", "A claim is contradicted by the knowledge, or made up."),
            (0.5, "Partly", "Some claims are supported, some are not."),
            (1, "Supported", "Every claim is supported by the knowledge."),
        ),
        "higher",
        (Point("no claim", "No claim", "The turn claims nothing that could be checked: small talk, a question."),),
    ),
    DimensionSpec(
        "sentiment",
        "Sentiment",
        "turn",
        "label",
        "Which feeling does this turn express?",
        tuple(Point(word, word) for word in SENTIMENTS),
    ),
    DimensionSpec(
        "knowledge_source",
        "Knowledge source",
        "turn",
        "labels",
        "Which sections of the reading set does this turn use?",
        tuple(Point(source, source) for source in SOURCES),
    ),
    DimensionSpec(
        "engagingness",
        "Engagingness",
        "turn",
        "number",
        "Is this turn interesting to go on from?",
        _words(1, "Dull", "Somewhat interesting", "Interesting"),
        "higher",
    ),
    DimensionSpec(
        "conversation_rating",
        "Conversation rating",
        "conversation",
        "number",
        "How good was the conversation as a whole?",
        _words(1, "Poor", "Not good", "Passable", "Good", "Excellent"),
        "higher",
    ),
)

SHIPPED: tuple[DimensionSpec, ...] = tuple(_with_examples(spec) for spec in _WORDED)

# What formats bring: USR (Mehri & Eskenazi, 2020).
USR: tuple[DimensionSpec, ...] = (
    DimensionSpec(
        "understandable", "Understandable", "turn", "number", "Is the response understandable in this context?",
        _words(0, "No", "Yes"), "higher",
    ),
    DimensionSpec(
        "natural", "Natural", "turn", "number", "Does the response seem to be something that a person would say?",
        _words(1, "No", "Somewhat", "Yes"), "higher",
    ),
    DimensionSpec(
        "maintains_context", "Maintains context", "turn", "number",
        "Does the response continue the conversation validly?", _words(1, "No", "Somewhat", "Yes"), "higher",
    ),
    DimensionSpec(
        "uses_knowledge", "Uses knowledge", "turn", "number", "Does the response use the fact it was given?",
        _words(0, "No", "Yes"), "higher",
    ),
    DimensionSpec(
        "overall_quality", "Overall quality", "turn", "number", "How good is the response overall?",
        _words(1, "Very bad", "Bad", "OK", "Good", "Very good"), "higher",
    ),
)  # fmt: skip

ALL: dict[str, DimensionSpec] = {spec.key: spec for spec in (*SHIPPED, *USR)}
