from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotate.models import Reply
from annotate.refusals import BadReply, NoSuchVerdict
from annotate.selectors.verdicts import verdicts_for
from people.models import User

LENGTH = 4000


def reply_to_verdict(*, adjudication_id: int, user: User, text: str) -> Reply:
    """Answer a verdict over an own judgement, once; the target is open for another reviewer from then on.

    Raises NoSuchVerdict, BadReply.
    """
    text = text.strip()[:LENGTH]
    verdict = verdicts_for(user).filter(pk=adjudication_id, current=True).first()
    if verdict is None:
        raise NoSuchVerdict(_("There is no such verdict over a judgement of yours."))
    if not text:
        raise BadReply(_("Say in a few words what the verdict overlooks."))
    try:
        with transaction.atomic():
            return Reply.objects.create(adjudication=verdict, rater=user.rater, text=text)
    except IntegrityError as problem:
        raise BadReply(_("You have replied to this verdict already.")) from problem
