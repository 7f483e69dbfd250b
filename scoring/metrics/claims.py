"""Whether a text claims anything at all: a stated rule, so that chit-chat gets a reason and no number.

A text claims nothing when every content word of it stands in `CHAT_WORDS`: greetings, thanks, laughter, agreement,
praise. "Yes, I totally agree!" and "Have a good day" claim nothing; a name, a number or any other word is a claim to
be checked. Made looking at the generic responses of BEGIN's CMU dev split, which is therefore no check of it
(`scoring.metrics.evaluation.no_claim`). For English: in another language everything claims something.
"""

from __future__ import annotations

import hashlib

from scoring.metrics.api import Grounded, Score
from scoring.metrics.reasons import NO_CLAIM
from scoring.metrics.words import content_words, stop_words_digest

CLAIMS = ("rule", "all")  # what a metric can be told: leave such texts out, or score them too
CHAT_WORDS = frozenset(
    """
    hi hello hey hiya goodbye bye morning evening afternoon night day today weekend meet welcome
    thank thanks thx please sorry pleasure appreciate
    ha haha hahaha hahahaha hehe lol lmao wow whoa omg ah aha aw aww hmm hm um uh oops gosh god goodness
    yep yup yea ya nah nope
    agree agreed true truth right exactly totally absolutely definitely certainly sure course indeed obviously
    guess think thought know knew believe mean see understand understood wonder wondering realize realized idea doubt
    imagine suppose maybe perhaps probably honestly actually point sense makes make
    good great nice cool awesome amazing interesting fun funny crazy fascinating neat wild sad bad awful terrible insane
    impressive incredible wonderful glad happy lovely weird strange scary hilarious surprising surprised
    love like enjoy enjoyed
    chat chatting chatted talk talking talked conversation say saying said tell telling told hear hearing heard
    hope take care later much lot lots pretty quite though even still always never ever
    one thing things something anything everything way kind sort go going let wait
    im thats dont isnt didnt whats youre cant
    """.split()  # noqa: SIM905  a list of 170 quoted words is harder to read
)


def claims_nothing(text: str) -> bool:
    """Whether the text holds no word that could be checked against knowledge.

    >>> claims_nothing("Haha, I totally agree!"), claims_nothing("He was born in 1871."), claims_nothing("1871")
    (True, False, False)
    """
    return all(word.form in CHAT_WORDS for word in content_words(text))


def claim_rule() -> str:
    """Names the rule in a signature; changes with either list of words."""
    held = stop_words_digest() + " ".join(sorted(CHAT_WORDS))
    return f"chat-words-{hashlib.sha256(held.encode()).hexdigest()[:8]}"


def take_out(found: dict[int, Score], readable: dict[int, Grounded]) -> None:
    """Move every text that claims nothing from `readable` to `found`, with the reason and no number."""
    for index in [index for index, example in readable.items() if claims_nothing(example.text)]:
        found[index] = Score(None, NO_CLAIM)
        del readable[index]
