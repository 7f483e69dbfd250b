"""How much one agrees with oneself and with others. Of others only sums over many answers, and only afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from annotate.models.campaign import CampaignState, TaskState
from people.models import User

FEWEST = 20  # answers: from fewer, or from "all of them", single answers of others could be told
MARGIN = 5  # percent: a share nearer to all or none than this is not told more exactly


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `count` pairs of answers to the same question about the same turn, `same` are the same answer."""

    where: str  # the campaign; empty: wherever one met the same turn twice
    dimension: str
    count: int
    same: int
    told: bool = True

    @property
    def percent(self) -> int:
        return round(100 * self.same / self.count)

    @property
    def words(self) -> str:
        """What may be said of it."""
        if not self.told:
            return _("too few to say (fewer than %(n)s)") % {"n": FEWEST}
        if self.where and self.percent > 100 - MARGIN:
            return _("%(n)s %% or more") % {"n": 100 - MARGIN}
        if self.where and self.percent < MARGIN:
            return _("less than %(n)s %%") % {"n": MARGIN}
        return f"{self.percent} %"


_GIVEN = (
    "{0}.current AND {0}.reason NOT IN ('cleared', 'erased') AND {1}.state = %(submitted)s AND {1}.purpose = 'work'"
)
_SAME = "(a.number, a.label, a.labels, a.reason) IS NOT DISTINCT FROM (b.number, b.label, b.labels, b.reason)"

_MYSELF = f"""
SELECT '', d.name, count(*), count(*) FILTER (WHERE {_SAME})
FROM annotate_rating a
JOIN annotate_rater u ON u.id = a.rater_id AND u.user_id = %(user)s
JOIN annotate_task s ON s.id = a.task_id
JOIN annotate_rating b ON b.conversation_id = a.conversation_id AND b.turn_id IS NOT DISTINCT FROM a.turn_id
  AND b.dimension_version_id = a.dimension_version_id AND b.rater_id = a.rater_id AND b.task_id > a.task_id
JOIN annotate_task t ON t.id = b.task_id
JOIN annotate_dimensionversion v ON v.id = a.dimension_version_id
JOIN annotate_dimension d ON d.id = v.dimension_id
WHERE {_GIVEN.format("a", "s")} AND {_GIVEN.format("b", "t")}
GROUP BY d.name ORDER BY d.name
"""  # noqa: S608 (only constants of this file are put in; values are bound)

_OTHERS = f"""
SELECT c.name, d.name, count(*), count(*) FILTER (WHERE {_SAME}), count(DISTINCT (a.conversation_id, a.turn_id))
FROM annotate_rating a
JOIN annotate_rater u ON u.id = a.rater_id AND u.user_id = %(user)s
JOIN annotate_task s ON s.id = a.task_id
JOIN annotate_campaignitem i ON i.id = s.item_id
JOIN annotate_campaign c ON c.id = i.campaign_id AND c.state = %(closed)s
JOIN annotate_task t ON t.item_id = i.id AND t.rater_id <> a.rater_id
JOIN annotate_rating b ON b.conversation_id = a.conversation_id AND b.turn_id IS NOT DISTINCT FROM a.turn_id
  AND b.dimension_version_id = a.dimension_version_id AND b.task_id = t.id
JOIN annotate_dimensionversion v ON v.id = a.dimension_version_id
JOIN annotate_dimension d ON d.id = v.dimension_id
WHERE {_GIVEN.format("a", "s")} AND {_GIVEN.format("b", "t")}
GROUP BY c.id, c.name, d.name ORDER BY c.id DESC, d.name
"""  # noqa: S608


def self_agreement(user: User) -> list[Agreement]:
    """Per dimension, where the same question about the same turn came to the person in two tasks. One query."""
    return [Agreement(*row) for row in _rows(_MYSELF, user)]


def agreement_with_others(user: User) -> list[Agreement]:
    """Per closed campaign and dimension, over all pairs with another rater of the same turn. One query.

    From fewer than FEWEST turns nothing is told, and no share that is nearly all or nearly none: it would tell what
    another person answered to a single turn.
    """
    rows = _rows(_OTHERS, user)
    return [Agreement(where, name, count, same, told=turns >= FEWEST) for where, name, count, same, turns in rows]


def _rows(sql: str, user: User) -> list[tuple[Any, ...]]:
    bound: dict[str, int | str] = {
        "user": int(user.pk),
        "submitted": TaskState.SUBMITTED.value,
        "closed": CampaignState.CLOSED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return list(cursor.fetchall())
