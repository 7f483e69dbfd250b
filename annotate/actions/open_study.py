from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _

from annotate.models import Study, StudyPair, Turn
from annotate.models.campaign import CampaignState
from annotate.pairing import shared_turns
from annotate.refusals import StudyNotOpen
from annotate.selectors.studies import planned_pairs
from people.actions.record import record
from people.models import User


class NothingToCompare(ValueError):
    """No context of the corpus has responses of two of the systems."""


@transaction.atomic
def open_study(*, study: Study, by: User | None) -> Study:
    """Lay the pairs out in their order and let judges in. Raises StudyNotOpen (no draft), NothingToCompare."""
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    if study.state != CampaignState.DRAFT:
        raise StudyNotOpen(
            _("The study is %(state)s: only a draft can be opened.") % {"state": study.get_state_display()}
        )
    planned = planned_pairs(study)
    said: dict[int, list[tuple[str, str]]] = defaultdict(list)
    wanted = {side.conversation for pair in planned for side in (pair.first, pair.second)}
    turns = Turn.objects.filter(conversation__in=wanted).order_by("conversation", "index")
    for conversation, speaker, text in turns.values_list("conversation_id", "speaker", "text").iterator(2000):
        said[conversation].append((speaker, text))
    pairs: list[StudyPair] = []
    for pair in planned:
        shared = shared_turns(said[pair.first.conversation], said[pair.second.conversation])
        if shared is None:  # a conversation without a turn has no response
            continue
        pairs.append(
            StudyPair(
                study=study,
                context_id=pair.context,
                first_id=pair.first.conversation,
                second_id=pair.second.conversation,
                shared_turns=shared,
                position=len(pairs),
                required_raters=study.judges,
            )
        )
    if not pairs:
        raise NothingToCompare(_("No context of the corpus has responses of two of these systems."))
    StudyPair.objects.bulk_create(pairs, batch_size=2000)
    study.state = CampaignState.OPEN
    study.save(update_fields=["state"])
    detail = {"name": study.name, "pairs": len(pairs), "judges": study.judges, "seed": study.seed}
    record(actor=by, verb="study.open", subject=f"study {study.pk}", detail=detail)
    return study
