"""The questions that a study can be given as they are: the three of the QUALS human study, in words of ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to be: what it is called, and what is asked."""

    name: str
    text: str


# Nan et al. (2021), "Improving Factual Consistency of Abstractive Summarization via Question Answering", had people
# compare two summaries by these three.
SHIPPED: dict[str, Asked] = {
    "factual_consistency": Asked(
        "Factual consistency", "Which response agrees better with the knowledge and with what was said before?"
    ),
    "informativeness": Asked("Informativeness", "Which response says more that is of use here?"),
    "grammar": Asked("Grammar", "Which response is better English: grammar, wording, flow?"),
}
