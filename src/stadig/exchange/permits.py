"""Issuing permits: the right to ask agencies once. Only an asking service's gate may import this module (an import contract holds it).

A permit carries a keyed hash over all that it says: a row that someone has written or altered beside this module gives no right.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection

from stadig.city import clock
from stadig.exchange import connections
from stadig.exchange.models import Permit
from stadig.exchange.randomness import new_uuid
from stadig.exchange.sealing import mac_of
from stadig.exchange.spending import ExchangeError

if TYPE_CHECKING:
    from stadig.city.models import Organisation, Person, User

LAW = """
SELECT DISTINCT ON (agency) agency, id, longest_days FROM exchange_legalbasis
WHERE purpose = %s AND agency = ANY(%s) AND valid_from <= %s AND (valid_to IS NULL OR valid_to >= %s) AND confirmed_at IS NOT NULL
ORDER BY agency, valid_from DESC, id DESC
"""
NEW = """
INSERT INTO exchange_permit (nonce, purpose, "case", case_number, person_id, role, by_id, unit_id, laws, refused, period_from, period_to,
  issued_at, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s, %s) RETURNING id
"""
ADVANCE = "SELECT agency FROM exchange_agencychoice WHERE prefetch AND agency = ANY(%s)"
NO_LAW, PERIOD, PREFETCH_OFF, PROTECTED, NO_NUMBER = "no_law", "period", "prefetch_off", "protected", "no_number"


class UnknownAgency(ExchangeError):
    """No connection asks an agency of that code, nor does the composite service."""


def issue(
    *,
    purpose: str,
    case_id: int,
    case_number: str,
    person: Person,
    role: str,
    by: User | None,
    unit: Organisation,
    period_from: dt.date,
    period_to: dt.date,
    agencies: Iterable[str] | None = None,
    prefetch: bool = False,
) -> Permit:
    """The right to ask ``agencies`` (None: all that are connected) about the person once, within a minute, by ``by``.

    The caller has passed its own gate. Here the law is looked up that holds for each agency today: one without is not asked, and
    ``Permit.refused`` says why (``no_law``, ``period``, ``prefetch_off``, ``protected``, ``no_number``).

    Raises ``ValueError`` for a period that ends before it begins, or without a case; UnknownAgency.
    """
    if period_to < period_from or not case_number or not case_id:
        raise ValueError("A permit is for a case with a number, and a period that does not end before it begins.")
    known = connections.known_agencies()
    wanted = list(dict.fromkeys(known if agencies is None else agencies))
    if not set(wanted) <= set(known):
        raise UnknownAgency("An agency is asked for that no connection knows. Choose among those on the page.")
    laws, longest = _laws(purpose, wanted)
    refused: dict[str, str] = {}
    days = (period_to - period_from).days + 1
    advance = _in_advance(wanted) if prefetch else set(wanted)
    for agency in wanted:
        if not person.personnummer_sealed:
            refused[agency] = NO_NUMBER
        elif agency not in laws:
            refused[agency] = NO_LAW
        elif days > longest[agency]:
            refused[agency] = PERIOD
        elif prefetch and person.protection:
            refused[agency] = PROTECTED
        elif agency not in advance:
            refused[agency] = PREFETCH_OFF
    permit = Permit(
        nonce=new_uuid(),
        purpose=purpose,
        case=case_id,
        case_number=case_number,
        person=person,
        role=role,
        by=by,
        unit=unit,
        laws={agency: law for agency, law in laws.items() if agency not in refused},
        refused=refused,
        period_from=period_from,
        period_to=period_to,
        issued_at=clock.real_now(),
    )
    permit.mac = mac_of(permit)
    permit.pk = _insert(permit)
    permit._state.adding = False
    return permit


def _insert(one: Permit) -> int:
    values: list[Any] = [
        one.nonce, one.purpose, one.case, one.case_number, one.person_id, one.role, one.by_id, one.unit_id, json.dumps(one.laws),
        json.dumps(one.refused), one.period_from, one.period_to, one.issued_at, one.mac,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NEW, values)
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 – the statement gives one row
    return int(row[0])


def _laws(purpose: str, agencies: list[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Agency → id of the law that holds today, and the longest period in days it lets one ask about."""
    today = clock.today().isoformat()
    with connection.cursor() as cursor:
        cursor.execute(LAW, [purpose, agencies, today, today])
        rows = cursor.fetchall()
    return {agency: law for agency, law, _ in rows}, {agency: days for agency, _, days in rows}


def _in_advance(agencies: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [agencies])
        return {agency for (agency,) in cursor.fetchall()}
