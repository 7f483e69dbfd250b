"""What an answer of a shipped scale looks like, and what is taken for it but is another: written for this, not data.

They are in version 1 of the dimensions of a fresh installation. Versions that are there already keep their words.
"""

from __future__ import annotations

from unicodedata import category

EXAMPLE_AT_MOST = 500  # characters
EXAMPLE_FIELDS = ("example", "counter_example")  # of a point of a scale; both may be missing

# key of a dimension -> value -> (example, counter-example)
EXAMPLES: dict[str, dict[float | str, tuple[str, str]]] = {
    "interaction_quality": {
        1: (
            "“Is the museum open on Monday?” – “I like paintings too!”",
            "“Is the museum open on Monday?” – “I cannot see the opening hours.” It understood: 2.",
        ),
        2: (
            "“Book a table for four.” – “A table for four, I see.” Nothing is done, and no way is shown.",
            "“Book a table for four.” – “I cannot book, but their number is 555 0100.” It shows a way: 3.",
        ),
        3: (
            "“A train on Friday, and a hotel?” – “There is a train at 9:10.” The hotel is left out.",
            "“A train on Friday?” – “At 9:10. It has a café, by the way, and blue seats.” All is answered: 4.",
        ),
        4: (
            "“When does it close?” – “It was opened in 1971 and has two floors. It closes at six.”",
            "“When does it close?” – “At six; on Sundays at four.” The addition is of use and short: 5.",
        ),
        5: (
            "“When does it close?” – “At six.” In small talk: an answer, and a question that goes on from it.",
            "“When does it close?” – “At what day do you think of?” Right in the end, a turn later: 4.",
        ),
    },
    "factual_consistency": {
        0: (
            "Read: “The bridge is 300 m long.” Turn: “It is almost a kilometre long.”",
            "Turn: “It is the best bridge there is.” An opinion contradicts nothing: judge the claims.",
        ),
        0.5: (
            "Read: “The bridge is 300 m long.” Turn: “It is 300 m long and was built by monks.”",
            "Turn: “It is about 300 m long.” Rounded is still supported: 1.",
        ),
        1: (
            "Read: “The bridge is 300 m long.” Turn: “You walk a good 300 metres to get across.”",
            "Turn: “The bridge is painted red.” True perhaps, but nobody had read it: 0.",
        ),
    },
    "sentiment": {
        "Angry": (
            "“They raised the price again. This is outrageous!”",
            "“That must have annoyed you.” Says it of another.",
        ),
        "Curious to dive deeper": (
            "“How do they find the way back? Tell me more!”",
            "“How are you?” A question out of politeness: Neutral.",
        ),
        "Disgusted": ("“They eat that raw? I feel sick.”", "“I do not care for it.” A taste without disgust: Neutral."),
        "Fearful": (
            "“I never fly. What if it falls down?”",
            "“It is a dangerous sport.” Tells of a danger, calmly: Neutral.",
        ),
        "Happy": ("“We won, I could hug everyone!”", "“Yes, that is right.” Agreeing is not being happy: Neutral."),
        "Neutral": ("“The season begins in April.”", "“In April, at last!” The last words are glad: Happy."),
        "Sad": ("“My old dog died. I miss her.”", "“They lost the final.” A sad fact without a feeling: Neutral."),
        "Surprised": (
            "“Three hearts? I would never have thought so!”",
            "“Did you know that?” Wants to surprise: Neutral.",
        ),
    },
    "knowledge_source": {
        "FS1": (
            "FS1 says that an octopus has three hearts. Turn: “Three hearts, imagine!”",
            "“Octopuses are clever.” The same topic, but FS1 does not say it.",
        ),
        "FS2": (
            "FS2 says that a piano has 88 keys. Turn: “Eighty-eight keys, and I hit the wrong one.”",
            "“I play the piano.” About the speaker: Personal Knowledge.",
        ),
        "FS3": (
            "FS3 says that the first match was in 1872. Turn: “They have played since the 1870s.”",
            "“They play every year.” FS3 gives a year and says nothing of how often.",
        ),
        "AS1": (
            "AS1 reports a strike of drivers. Turn: “I read that the drivers are on strike.”",
            "“The trains are always late here.” Fits the report, but is not in it: Personal Knowledge.",
        ),
        "AS2": (
            "AS2 names the cost of the roof. Turn: “Two million for a roof!”",
            "“Building is expensive.” Too general to be from AS2.",
        ),
        "AS3": (
            "AS3 quotes the coach. Turn: “The coach says they were tired.”",
            "“They looked tired to me.” What the speaker saw: Personal Knowledge.",
        ),
        "AS4": (
            "AS4 says what comes next: a vote in May. Turn: “Then they will vote on it in May.”",
            "“I hope they vote soon.” A wish that takes nothing from AS4.",
        ),
        "Personal Knowledge": (
            "“My sister works there.” Or a fact that stands in no section.",
            "“They have three hearts, my sister says.” FS1 says so: choose FS1 too.",
        ),
    },
    "engagingness": {
        1: ("“OK.” – “Yes, it is.” Nothing to go on from.", "“Yes! And you, do you swim?” Short, but it goes on: 2."),
        2: (
            "“I like the sea too. It is calming.” One can answer, but need not want to.",
            "“I once swam beside a seal. Have you met any?” A story that one asks about: 3.",
        ),
        3: (
            "“Octopuses taste with their arms. Would you shake hands with one?”",
            "“Octopuses are animals that live in the sea.” True and long, not interesting: 1.",
        ),
    },
    "conversation_rating": {
        1: ("They talk past each other, repeat themselves, or stop midway.", "Short but to the point is not poor."),
        2: ("Answers fit now and then; one of them does all the work.", "One odd turn in a good talk: 3 or 4."),
        3: ("It holds together and stays at the surface.", "Nothing wrong, and nobody would go on: not 4."),
        4: (
            "Both answer each other and bring something of their own.",
            "Many facts, one after the other, are no talk: 3.",
        ),
        5: (
            "One thing leads to another, and one would have liked to be there.",
            "No mistakes alone do not make it a 5.",
        ),
    },
}


def example_problem(text: str) -> str | None:
    """What is wrong with an example: it is one line of plain text, at most 500 characters. None where nothing is."""
    if len(text) > EXAMPLE_AT_MOST:
        return f"is longer than {EXAMPLE_AT_MOST} characters"
    if any(category(letter) in ("Cc", "Zl", "Zp") for letter in text):
        return "must be one line of plain text: it holds a line break, a tab or a control character"
    return None
