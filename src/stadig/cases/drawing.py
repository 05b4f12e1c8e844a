"""Who is drawn into which arm of a trial, written when the case is registered: a later change of the switch moves no one.

A room above says which switches are tried in a kind of case with :func:`register`; the lot is the ground's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from stadig.cases.models import Party
from stadig.city import rollout

if TYPE_CHECKING:
    from stadig.cases.models import Case

Switches = Callable[[str], Iterable[str]]
_switches: list[Switches] = []
log: Final = logging.getLogger("stadig.cases")


def register(switches: Switches) -> Switches:
    """Register ``switches(case_type)`` in ``apps.ready()``: the names in ``city.rollout`` that are tried in cases of that kind now."""
    if switches not in _switches:
        _switches.append(switches)
    return switches


def subject(case: Case, parties: Iterable[Any]) -> Any:
    """Who is drawn: the applicant, else the first who is a registered person; a case without one by itself."""
    people = [one for one in parties if one.person]
    first = next((one for one in people if one.role == Party.Role.APPLICANT), next(iter(people), None))
    return first.person if first else ("cases.case", case.pk)


def write(case: Case, parties: Iterable[Any]) -> None:
    """Write the arm of whoever the case is for, in the transaction of the verb that registers it.

    A fault here never costs someone their application: it is logged, and the arm is drawn when it is read, as the switch is then.
    """
    if not _switches:
        return
    try:
        with transaction.atomic():
            tried = {name for switches in _switches for name in switches(case.type.slug)}
            for name in sorted(tried):
                rollout.assign(name, subject(case, parties))
    except Exception:
        log.exception("The arm of case %s was not written", case.pk)
