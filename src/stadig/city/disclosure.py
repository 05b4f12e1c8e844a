"""Access across committees: each nämnd is an authority of its own, so one shows another a thing, never by role.

>>> if access_query.filter(pk=pk).exists() or disclosure.allows(user, report): ...
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from stadig.city import access, actions, audit, clock
from stadig.city.models import Disclosure, User
from stadig.city.queries import committee_of
from stadig.city.verbs import verb

LONGEST_DAYS = 90


@verb
def disclose(by: User, *, to: User, what: str, what_id: str | int, reason: str, ground: str = "", days: int = 7) -> Disclosure:
    """Show one thing to someone in another committee, for a while.

    Raises ``ValidationError`` without a reason, without an own committee, or when the receiver sits in the same one
    (then it is a question of roles), ``NotAllowed`` without the permission.
    """
    if not access.DISCLOSE.held_by(by):
        raise actions.NotAllowed(access.DISCLOSE.name)
    if not reason.strip():
        raise ValidationError(_("Skriv varför uppgiften lämnas ut."))
    if by.organisation is None:
        raise ValidationError(_("Ditt konto hör inte till någon nämnd. Be en administratör lägga till enheten."))
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError(_("Välj mellan 1 och 90 dagar."))
    committee = committee_of(by.organisation)
    if to.organisation is not None and committee_of(to.organisation) == committee:
        raise ValidationError(_("Mottagaren arbetar i samma nämnd. Då behövs en roll, inte ett utlämnande."))
    now = clock.real_now()
    made = Disclosure.objects.create(
        by=by,
        to=to,
        committee=committee,
        what=what,
        what_id=str(what_id),
        reason=reason.strip(),
        ground=ground,
        at=now,
        until=now + dt.timedelta(days=days),
    )
    audit.record(by, "disclosed", (what, what_id), reason=reason, disclosure=made.pk, to=to.pk)
    return made


def allows(user: Any, thing: models.Model) -> bool:
    """Whether the thing has been disclosed to the user; each look is logged."""
    if not getattr(user, "is_authenticated", False):
        return False
    found = Disclosure.objects.filter(
        to=user, what=thing._meta.label_lower, what_id=str(thing.pk), until__gt=clock.real_now()
    ).first()
    if found is None:
        return False
    audit.record(user, "read_disclosed", thing, disclosure=found.pk)
    return True


def disclosed_ids(user: Any, label: str) -> list[str]:
    """Ids of everything of a kind that is disclosed to the user now; for lists. The reader logs what it shows."""
    return list(Disclosure.objects.filter(to=user, what=label, until__gt=clock.real_now()).values_list("what_id", flat=True))
