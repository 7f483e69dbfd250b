from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from annotate.models import Choice, Rater, Rating, Reply, StudyPlace, Task, TaskEvent
from people.actions.change_person import LastAdmin, set_active
from people.actions.record import record
from people.models import ApiToken, User
from scoring.models import Analysis, ComparisonState, Release, ReleaseState

__all__ = ["LastAdmin", "erase_person"]
ERASED = "erased"


@transaction.atomic
def erase_person(*, user: User, by: User) -> list[Release]:
    """Take a person out: nameless, ratings and choices tombstones; returns the releases that held them.

    Rows stay, so that counts and the order of revisions still tell the truth; their values, notes, evidence and the
    pseudonym are gone, and with them the salts of the save receipts: the chain of receipts still holds, but nothing can
    be learnt from it. A release is immutable, so those that hold the person's ratings are marked, not changed.
    """
    set_active(user=user, active=False, by=by)
    now = timezone.now()
    user = User.objects.select_for_update().get(pk=user.pk)
    user.username = f"erased-{secrets.token_hex(6)}"
    user.first_name = user.last_name = user.email = ""
    user.set_unusable_password()
    user.keys, user.erased_at = {}, now
    user.save()
    ApiToken.objects.filter(user=user).delete()
    marked: list[Release] = []
    # Locked before ratings and tasks, in the order in which saving locks them.
    rater = Rater.objects.select_for_update(no_key=True).filter(user=user).first()
    if rater is not None:
        Rating.objects.filter(rater=rater).update(
            number=None, label=None, labels=None, reason=ERASED, note="", evidence=None, erased_at=now
        )
        Task.objects.filter(rater=rater).update(skip_note="")
        TaskEvent.objects.filter(rater=rater).update(salt="")
        Reply.objects.filter(rater=rater).update(text="")
        Choice.objects.filter(place__rater=rater).update(answer="", note="", erased_at=now)
        StudyPlace.objects.filter(rater=rater).update(skip_note="")
        rater.pseudonym = f"erased-{secrets.token_hex(6)}"
        rater.save(update_fields=["pseudonym"])
        _forget_statistics(rater)
        held = Release.objects.filter(raters__contains=[rater.pk], state=ReleaseState.READY)
        words = f"\nA person whose ratings this release holds was erased on {now:%Y-%m-%d}: do not use them any more."
        held.update(notice=Concat("notice", Value(words)), withdrawn_at=now)
        marked = list(held)
    record(actor=by, verb="person.erase", subject=f"person {user.pk}", detail={"releases": [row.pk for row in marked]})
    return marked


def _forget_statistics(rater: Rater) -> None:
    """What was computed from the person's values, some of it under the pseudonym, is computed again without them."""
    corpora = list(Rating.objects.filter(rater=rater).values_list("conversation__corpus", flat=True).distinct())
    Analysis.objects.filter(corpus__in=corpora).update(seen="", result=None, problem="", computed_at=None)
    ComparisonState.objects.filter(corpus__in=corpora).update(rating_seen=0)
