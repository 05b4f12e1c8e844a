"""What was said in a case, and that it has been read."""

from __future__ import annotations

from typing import Any

from stadig.cases import access
from stadig.cases.models import Case, Message
from stadig.city import clock, live
from stadig.city.verbs import verb


@verb
def read_by_party(by: Any, case_id: int) -> int:
    """A party has the municipality's messages before them: they are read. Returns how many were unread."""
    ours = Message.objects.filter(case__in=Case.objects.filter(access.of_party(by), pk=case_id), from_party=False, read_at=None)
    count = ours.update(read_at=clock.now())
    if count:
        live.publish("cases", case_id, count)
    return count
