"""The letters that a committee's case numbers begin with."""

from __future__ import annotations

import re

from stadig.cases.models import CaseType
from stadig.city.models import Organisation


def of(committee: Organisation) -> str:
    """Those it uses already, else its initials, lengthened until no other committee has them: *Gatu- och parknämnden* → GPN."""
    used = CaseType.objects.filter(committee=committee, file=CaseType.File.CASE).order_by("-defined_at")
    found = used.values_list("series", flat=True).first()
    if found:
        return str(found)
    taken = set(CaseType.objects.exclude(committee=committee).values_list("series", flat=True))
    return next(one for one in _proposals(committee.name) if one not in taken)


def _proposals(name: str) -> list[str]:
    words = [word for word in re.findall(r"[a-zåäö]+", name.casefold()) if word not in ("och", "för", "i")]
    stem = "".join(words)
    split = [part for word in words for part in (re.split(r"(?=nämnden$|styrelsen$)", word) if len(word) > 8 else [word])]
    initials = "".join(part[0] for part in split if part)
    wanted = [
        initials,
        *(stem[:length] for length in (2, 3, 4, 5, 6)),
        *(f"{initials[:2]}{sign}" for sign in "abcdefghijklmnopqrstuvwxyz"),
    ]
    return [one.upper()[:6] for one in wanted if len(one) >= 2]
