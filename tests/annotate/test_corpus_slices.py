"""The counts that PostgreSQL keeps of a corpus's slices are those of its conversations, whatever happens to them."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db.models import F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from annotate.models import Conversation, Corpus, CorpusSlice
from annotate.selectors.corpora import corpora_with_counts, slices_of
from scoring.selectors.conversations import slice_values
from tests.factories import make_corpus

_SLICE = st.tuples(st.sampled_from(["", "dev"]), st.sampled_from(["", "Music"]), st.sampled_from(["A", "B"]))
_DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.lists(st.tuples(_SLICE, st.integers(0, 9)), max_size=4)),
        st.tuples(st.just("go"), _SLICE),
        st.tuples(st.just("move"), st.tuples(_SLICE, _SLICE)),
        st.tuples(st.just("grow"), _SLICE),
    ),
    max_size=8,
)


def _counted(corpus: Corpus) -> dict[tuple[str, str, str], tuple[int, int]]:
    conversations, turns = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for row in Conversation.objects.filter(corpus=corpus):
        where = (row.split, row.topic, row.config)
        conversations[where] += 1
        turns[where] += row.turn_count
    return {where: (conversations[where], turns[where]) for where in conversations}


def _kept(corpus: Corpus) -> dict[tuple[str, str, str], tuple[int, int]]:
    rows = CorpusSlice.objects.filter(corpus=corpus).exclude(conversations=0, turns=0)
    return {(row.split, row.topic, row.config): (row.conversations, row.turns) for row in rows}


class TestSlices(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(_DEEDS)
    def test_they_count_what_is_there(self, deeds: list[tuple[str, object]]) -> None:
        corpus = Corpus.objects.create(key="slices", name="Slices", format="jsonl")
        number = 0
        for deed, detail in deeds:
            if deed == "come":
                made = []
                for (split, topic, config), turns in detail:  # type: ignore[attr-defined]
                    number += 1
                    made.append(
                        Conversation(
                            corpus=corpus, external_id=str(number), position=number, split=split, topic=topic,
                            config=config, turn_count=turns, content_hash="0" * 64,
                        )
                    )  # fmt: skip
                Conversation.objects.bulk_create(made)
            else:
                where, to = detail if deed == "move" else (detail, None)  # type: ignore[misc]
                names = ("split", "topic", "config")
                found = Conversation.objects.filter(corpus=corpus, **dict(zip(names, where, strict=True)))
                if deed == "go":
                    found.delete()
                elif deed == "grow":
                    found.update(turn_count=F("turn_count") + 2)
                else:
                    assert to is not None
                    found.update(**dict(zip(names, to, strict=True)))
            assert _kept(corpus) == _counted(corpus)


@pytest.mark.django_db
def test_pages_read_the_counts_and_no_conversation() -> None:
    corpus = make_corpus()
    row = corpora_with_counts().get(pk=corpus.pk)
    own = Conversation.objects.filter(corpus=corpus)
    assert (row.conversation_count, row.turn_count) == (own.count(), sum(own.values_list("turn_count", flat=True)))
    assert sum(one["conversations"] for one in slices_of(corpus)) == own.count()  # type: ignore[misc]
    splits = {split for split in own.values_list("split", flat=True) if split}
    assert set(slice_values(corpus)["split"]) == splits
    own.delete()
    row = corpora_with_counts().get(pk=corpus.pk)
    assert (row.conversation_count, row.turn_count, slices_of(corpus)) == (0, 0, [])


@pytest.mark.django_db
def test_a_corpus_goes_with_its_counts() -> None:
    corpus = make_corpus()
    assert CorpusSlice.objects.filter(corpus=corpus).exists()
    corpus.delete()
    assert not CorpusSlice.objects.exists()
