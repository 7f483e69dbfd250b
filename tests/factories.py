"""Rows for tests: people of each role, a corpus with reading sets, a campaign. Small, named, no randomness."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from annotate.actions.create_campaign import Question, create_campaign
from annotate.actions.create_study import create_study
from annotate.actions.open_campaign import open_campaign
from annotate.actions.open_study import open_study
from annotate.models import (
    Campaign,
    Conversation,
    Corpus,
    Dimension,
    DimensionVersion,
    KnowledgeSection,
    Study,
    Turn,
)
from annotate.study_questions import SHIPPED
from people.models import Role, User

_numbers = itertools.count(1)
PASSWORD = "correct-horse-battery"
ROLES = list(Role.values)

SCALE_5 = [
    {"value": value, "label": label, "description": ""}
    for value, label in enumerate(("Terrible", "Bad", "OK", "Good", "Excellent"), 1)
]
SCALE_CONSISTENCY = [
    {"value": 0, "label": "Contradicted", "description": "A claim is contradicted by the knowledge."},
    {"value": 0.5, "label": "Partly", "description": "Some claims are supported, some are not."},
    {"value": 1, "label": "Supported", "description": "Every claim is supported."},
]
NO_CLAIM = [{"reason": "no claim", "label": "No claim", "description": "Nothing that could be checked."}]
SOURCES = [{"value": key, "label": key, "description": ""} for key in ("FS1", "FS2", "FS3", "Personal Knowledge")]


def make_user(role: str = Role.ANNOTATOR, *, username: str = "", password: str = "") -> User:
    """A person of a role; with a password only where one is given, since hashing is slow."""
    user = User(username=username or f"{role}-{next(_numbers)}", role=role)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    return user


def make_corpus(
    *, conversations: int = 2, turns: int = 4, key: str = "", split: str = "train", sections: bool = True
) -> Corpus:
    """A corpus of conversations between agent_1 and agent_2, each agent with a reading set of three sections.

    Section FS3 has no text (missing in the data); turn 1 cites FS1, turn 2 cites FS3, turn 3 a key of no section.
    """
    key = key or f"corpus-{next(_numbers)}"
    corpus = Corpus.objects.create(key=key, name=key.replace("-", " ").title(), format="jsonl", synthetic=True)
    rows = Conversation.objects.bulk_create(
        Conversation(
            corpus=corpus,
            external_id=f"{key}-c{place}",
            position=place,
            split=split,
            topic=("Music", "Sports", "Books")[place % 3],
            config="ABCD"[place % 4],
            turn_count=turns,
            content_hash=f"{place:064x}",
        )
        for place in range(conversations)
    )
    Turn.objects.bulk_create(turn for row in rows for turn in _turns(row, turns))
    if sections:
        KnowledgeSection.objects.bulk_create(section for row in rows for section in _sections(row))
    return corpus


def _turns(conversation: Conversation, count: int) -> list[Turn]:
    cited = {1: ["FS1"], 2: ["FS3"], 3: ["Personal Knowledge"]}
    return [
        Turn(
            conversation=conversation,
            index=index,
            speaker=f"agent_{index % 2 + 1}",
            text=f"Did you know fact {index} of {conversation.external_id}? <b>It is not bold.</b>",
            cited=cited.get(index, []),
        )
        for index in range(count)
    ]


def _sections(conversation: Conversation) -> list[KnowledgeSection]:
    return [
        KnowledgeSection(
            conversation=conversation,
            speaker=speaker,
            key=f"FS{place}",
            position=place,
            title=f"Section {place} of {speaker}",
            passages=[
                {
                    "kind": "text",
                    "ref": "",
                    "text": None if place == 3 else f"Fact {place}, as {speaker} read it before the conversation.",
                }
            ],
        )
        for speaker in ("agent_1", "agent_2")
        for place in (1, 2, 3)
    ]


def make_dimension(
    key: str = "",
    *,
    unit: str = "turn",
    kind: str = "number",
    scale: Sequence[dict[str, Any]] = SCALE_5,
    null_reasons: Sequence[dict[str, Any]] = (),
    roles: Sequence[str] = ROLES,
) -> DimensionVersion:
    """Version 1 of a dimension of its own (shipped ones come with the migrations)."""
    key = key or f"dimension-{next(_numbers)}"
    dimension = Dimension.objects.create(
        key=key, name=key.replace("-", " ").capitalize(), unit=unit, kind=kind, direction="higher", roles=list(roles)
    )
    return DimensionVersion.objects.create(
        dimension=dimension,
        number=1,
        question=f"What about {key}?",
        guidance="Look at the turn alone.",
        scale=list(scale),
        null_reasons=list(null_reasons),
    )


def make_questions() -> list[Question]:
    """One of each kind: a scale, a scale with a null reason, an optional set of labels, one on the conversation."""
    return [
        Question(make_dimension()),
        Question(make_dimension(scale=SCALE_CONSISTENCY, null_reasons=NO_CLAIM)),
        Question(make_dimension(kind="labels", scale=SOURCES), required=False),
        Question(make_dimension(unit="conversation")),
    ]


def make_campaign(
    *,
    corpus: Corpus | None = None,
    questions: Sequence[Question] | None = None,
    overlap: int = 1,
    opened: bool = True,
    name: str = "",
    **more: Any,
) -> Campaign:
    """An open campaign (unless said otherwise) over a corpus, by default with one question about turns."""
    campaign = create_campaign(
        name=name or f"Campaign {next(_numbers)}",
        corpus=corpus or make_corpus(),
        questions=questions if questions is not None else [Question(make_dimension())],
        by=None,
        overlap=overlap,
        **more,
    )
    return open_campaign(campaign=campaign, by=None) if opened else campaign


SYSTEMS = ("blue-system", "green-system", "red-system")


def make_alternatives(*, contexts: int = 2, systems: Sequence[str] = SYSTEMS, key: str = "") -> Corpus:
    """A corpus in which every system responds to every context: two turns of context, then its response.

    External ids hold the system's name, as in real data; the responder had one section to read.
    """
    corpus = make_corpus(conversations=0, key=key)
    position = itertools.count()
    for context in range(contexts):
        root = None
        for system in systems:
            row = Conversation.objects.create(
                corpus=corpus, external_id=f"{corpus.key}-{context}-{system}", position=next(position), system=system,
                alternative_of=root, turn_count=3, content_hash=f"{next(_numbers):064x}",
            )  # fmt: skip
            root = root or row
            said = [f"Context {context}: hello.", f"Context {context}: and you?", f"Words {system[:3]} of {context}."]
            Turn.objects.bulk_create(
                Turn(conversation=row, index=index, speaker=f"agent_{index % 2 + 1}", text=text)
                for index, text in enumerate(said)
            )
            passages = [{"kind": "text", "ref": "", "text": f"What was read before context {context}."}]
            KnowledgeSection.objects.create(
                conversation=row, speaker="agent_1", key="FS1", position=0, title="Birds", passages=passages
            )
    return corpus


def make_study(
    *,
    corpus: Corpus | None = None,
    systems: Sequence[str] = SYSTEMS,
    questions: Sequence[str] = tuple(SHIPPED),
    judges: int = 1,
    opened: bool = True,
    name: str = "",
    **more: Any,
) -> Study:
    """An open study (unless said otherwise) of all systems, by default with the three shipped questions."""
    study = create_study(
        name=name or f"Study {next(_numbers)}",
        corpus=corpus or make_alternatives(systems=systems),
        systems=systems,
        questions=[SHIPPED[key] for key in questions],
        by=None,
        judges=judges,
        **more,
    )
    return open_study(study=study, by=None) if opened else study
