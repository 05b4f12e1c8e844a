"""*Hur lätt var det?* Asked once after a closed errand. What was answered is counted by the room above, without the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from stadig.cases import access
from stadig.cases.models import Case, Event, Group
from stadig.city import audit, clock
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from stadig.city.models import Person

SCORES = ((1, _("Mycket svårt")), (2, _("Svårt")), (3, _("Varken eller")), (4, _("Lätt")), (5, _("Mycket lätt")))
Count = Callable[[Case, int, str, "Person | None"], None]
_counts: list[Count] = []


def register(count: Count) -> Count:
    """Let a room above count ``(case, score, line, person)``; called in ``apps.ready()``. It stores nothing that says who it was."""
    if count not in _counts:
        _counts.append(count)
    return count


@verb
def rate(by: Any, case_id: int, score: int, line: str = "", *, request_id: UUID | None = None) -> bool:
    """A party says how easy it was, 1–5, and a line if they like. Once in a case; later answers change nothing. Whether it was counted.

    Raises ValueError for another score; Case.DoesNotExist for one who is no party, or a case that is not closed.
    """
    if score not in dict(SCORES):
        raise ValueError(score)
    mine = Case.objects.select_for_update(of=("self",)).filter(access.of_party(by), group=Group.CLOSED)
    case = mine.select_related("type").get(pk=case_id)
    if Event.objects.filter(case=case, kind="rated").exists():
        return False
    Event.objects.create(case=case, at=clock.now(), kind="rated")
    for count in _counts:
        count(case, score, line.strip()[:200], by.person)
    audit.record(None, "rated", case)
    return True
