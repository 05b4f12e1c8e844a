"""Keys by which other systems ask where our services are on. A key is shown once; its SHA-256 is what is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import secrets
from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from stadig.city import access, audit, clock
from stadig.city.actions import require
from stadig.city.models import FlagToken, Rollout, Service, User
from stadig.city.verbs import verb

PREFIX = "stf_"
A_SECOND: Final = 10
"""How often one key may ask, in the long run."""
AT_ONCE: Final = 200
"""How many times it may ask without a pause when it has been quiet."""


def hashed(token: str) -> bytes:
    """What is stored of a key. A plain hash will do: a key is 256 random bits, not a password."""
    return hashlib.sha256(token.encode()).digest()


@verb
def make(by: User | None, name: str, *, services: Iterable[str] = (), days: int | None = None) -> str:
    """Make a key and return it; it can't be shown again. It holds for these services, or for all.

    Raises ``ValidationError`` for a name that is taken, or a service that there is none of.
    """
    require(by, access.ROLLOUT)
    wanted = sorted(set(services))
    known = {
        *Service.objects.filter(slug__in=wanted).values_list("slug", flat=True),
        *Rollout.objects.filter(service__in=wanted).values_list("service", flat=True),
    }
    if unknown := set(wanted) - known:
        raise ValidationError(_("Det finns ingen tjänst som heter %(name)s.") % {"name": ", ".join(sorted(unknown))})
    if FlagToken.objects.filter(name=name).exists():
        raise ValidationError(_("Det finns redan en nyckel som heter %(name)s. Välj ett annat namn.") % {"name": name})
    token, now = PREFIX + secrets.token_urlsafe(32), clock.real_now()
    made = FlagToken(name=name, hash=hashed(token), services=wanted, created_at=now)
    made.expires_at = now + dt.timedelta(days=days) if days else None
    made.full_clean()
    made.save()
    audit.record(by, "made_key", made)
    return token


@verb
def revoke(by: User | None, name: str) -> bool:
    """The key does not hold any more. Returns False when there was none that held."""
    require(by, access.ROLLOUT)
    found = FlagToken.objects.select_for_update().filter(name=name, revoked_at=None).first()
    if found is None:
        return False
    found.revoked_at = clock.real_now()
    found.save(update_fields=["revoked_at"])
    audit.record(by, "revoked_key", found)
    return True


def holder(authorization: str) -> FlagToken | None:
    """The key that a header ``Authorization: Bearer …`` carries; None where there is none that holds. Notes its day of use."""
    scheme, _space, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    now = clock.real_now()
    valid = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    found = FlagToken.objects.filter(valid, hash=hashed(token.strip())).first()
    if found and found.last_used_on != now.date():
        FlagToken.objects.filter(pk=found.pk).update(last_used_on=now.date())
    return found


ASK = """
UPDATE city_flagtoken SET busy_until = greatest(busy_until, %(now)s) + %(step)s
WHERE id = %(id)s AND coalesce(busy_until, %(now)s) <= %(now)s + %(most)s RETURNING id
"""
"""A bucket as one moment (the generic cell rate algorithm, ITU-T I.371 annex A): each question moves it a step on."""


def wait_s(key: FlagToken) -> int:
    """0 when the key may ask now, which is counted; else in how many whole seconds it may again. One query, for all processes together."""
    now, step = clock.real_now(), dt.timedelta(seconds=1) / A_SECOND
    most = step * (AT_ONCE - 1)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"now": now, "step": step, "most": most, "id": key.pk}
        cursor.execute(ASK, values)
        if cursor.fetchone():
            return 0
    left = (key.busy_until or now) - most - now
    return max(1, math.ceil(left.total_seconds()))
