"""Spending a permit: once, within a minute of real time, by the one it was issued to, unaltered since."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from stadig.city.models import Person
from stadig.exchange.models import Permit
from stadig.exchange.sealing import mac_of

if TYPE_CHECKING:
    from stadig.city.models import User

GOOD_FOR: Final = dt.timedelta(minutes=1)
COLUMNS: Final = tuple(field.attname for field in Permit._meta.concrete_fields)
HOLD: Final = f"""
SELECT {", ".join(f'"{one}"' for one in COLUMNS)} FROM exchange_permit WHERE id = %s FOR UPDATE;
SELECT EXISTS (SELECT 1 FROM exchange_lookup WHERE permit_id = %s),
  (SELECT s.value::text FROM city_pseudonym s JOIN exchange_permit p ON p.person_id = s.person_id WHERE p.id = %s)
"""  # noqa: S608 – names of columns
"""Two statements, so that the second sees what was done while the first waited for the row."""


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


def spend(by: User | None, permit_id: int, now: dt.datetime) -> tuple[Permit, str | Person]:
    """The permit, held until the transaction ends, and the person as the audit log takes them. Raises ExchangeError in its kinds."""
    permit, spent, pseudonym = _held(permit_id)
    if permit is None or not hmac.compare_digest(mac_of(permit), permit.mac):
        raise NoPermit(f"Permit {permit_id} was not issued by a service's gate. Begin again from the case.")
    if permit.by_id != (by.pk if by else None):
        raise NotYours(f"Permit {permit_id} was issued to someone else. Begin again from the case.")
    if spent:
        raise PermitSpent(f"Permit {permit_id} has been used. Begin again from the case.")
    if not dt.timedelta(0) <= now - permit.issued_at <= GOOD_FOR:
        raise PermitExpired(f"Permit {permit_id} is older than a minute. Begin again from the case.")
    return permit, pseudonym or Person(pk=permit.person_id)


def _held(permit_id: int) -> tuple[Permit | None, bool, str | None]:
    """(the permit, whether it has been used, what the audit log calls its person; None where it has no name for them yet)."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [permit_id, permit_id, permit_id])
        row = cursor.fetchone()
        cursor.nextset()
        spent, pseudonym = cursor.fetchone() or (False, None)
    if row is None:
        return None, False, None
    values: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    for name in ("laws", "refused"):
        values[name] = json.loads(values[name])
    return Permit.from_db("default", list(COLUMNS), [values[name] for name in COLUMNS]), spent, pseudonym
