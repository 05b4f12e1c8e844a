"""Spending a permit: once, within a minute of real time, by the one it was issued to, unaltered since."""

from __future__ import annotations

import datetime as dt
import hmac
from typing import TYPE_CHECKING, Final

from django.db import connection

from stadig.exchange.models import Permit
from stadig.exchange.sealing import mac_of

if TYPE_CHECKING:
    from stadig.city.models import User

GOOD_FOR: Final = dt.timedelta(minutes=1)


class ExchangeError(Exception):
    """Agencies cannot be asked. The message says why and what to do; it never holds a name or a number of a person."""


class NoPermit(ExchangeError):
    """The permit is not one that was issued. Ask for a permit at the case again."""


class PermitSpent(ExchangeError):
    """The permit has been used. Ask for a new one at the case."""


class PermitExpired(ExchangeError):
    """The permit is older than a minute. Ask for a new one at the case."""


class NotYours(ExchangeError):
    """The permit was issued to someone else."""


def spend(by: User | None, permit_id: int, now: dt.datetime) -> Permit:
    """The permit, held until the transaction ends. Raises ExchangeError in its kinds."""
    permit = Permit.objects.select_for_update().filter(pk=permit_id).order_by().first()
    if permit is None or not hmac.compare_digest(mac_of(permit), permit.mac):
        raise NoPermit(f"Permit {permit_id} was not issued by a service's gate. Begin again from the case.")
    if permit.by_id != (by.pk if by else None):
        raise NotYours(f"Permit {permit_id} was issued to someone else. Begin again from the case.")
    if _is_spent(permit_id):
        raise PermitSpent(f"Permit {permit_id} has been used. Begin again from the case.")
    if not dt.timedelta(0) <= now - permit.issued_at <= GOOD_FOR:
        raise PermitExpired(f"Permit {permit_id} is older than a minute. Begin again from the case.")
    return permit


def _is_spent(permit_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM exchange_lookup WHERE permit_id = %s", [permit_id])
        return cursor.fetchone() is not None
