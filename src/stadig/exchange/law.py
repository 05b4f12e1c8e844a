"""The law by which agencies are asked: one row per agency and purpose, dated. One person enters a row, another confirms it.

A row is never changed once it is confirmed: a new wording is a new row, and ends the one before it. What stood is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from stadig.city import attested, audit, clock
from stadig.city.actions import require
from stadig.city.verbs import verb
from stadig.exchange import access, lawful, names
from stadig.exchange.models import REPEALED, REPEALED_FROM, LegalBasis

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import User

FINANCIAL_ASSISTANCE: Final = "financial-assistance"
"""The one purpose that a shipped row is for."""
LONGEST_DAYS: Final = 3660
CODE = re.compile(r"[A-Z0-9]{2,12}")
ROWS = """
SELECT b.id, b.purpose, b.agency, b.statute, b.longest_days, b.valid_from, b.valid_to, b.source, b.entered_by_id, b.confirmed_at,
  coalesce(nullif(btrim(e.first_name || ' ' || e.last_name), ''), e.username, ''),
  coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''), c.username, '')
FROM exchange_legalbasis b LEFT JOIN city_user e ON e.id = b.entered_by_id LEFT JOIN city_user c ON c.id = b.confirmed_by_id
ORDER BY b.purpose, b.agency, b.valid_from DESC
"""


class Row(NamedTuple):
    """A row as a page shows it. ``state`` is in_force, coming, ended or waiting."""

    pk: int
    purpose: str
    agency: str
    name: str
    statute: str
    longest_days: int
    valid_from: dt.date
    valid_to: dt.date | None
    source: str
    entered_by: str
    confirmed_by: str
    state: str
    own: bool
    """The reader entered it, so another confirms it."""


def shipped() -> Iterator[dict[str, Any]]:
    """The rows that a migration writes, column → value as JSON holds it."""
    release = import_module("stadig.exchange.migrations.0003_financial_assistance")
    for agency, statute, fields, longest, first, last, source in release.ROWS:
        row = {
            "purpose": release.PURPOSE,
            "agency": agency,
            "statute": statute,
            "fields": fields,
            "longest_days": longest,
            "valid_from": first.isoformat(),
            "source": source,
            "entered_at": release.READ.isoformat(),
            "confirmed_at": release.READ.isoformat(),
        }
        yield row | ({"valid_to": last.isoformat()} if last else {})


HELD: Final = attested.Table(
    "exchange.legalbasis", "exchange_legalbasis", "lagstöd", shipped, frozenset({"valid_to", "ended_by_id", "ended_at"})
)
"""What the audit log holds a hash of: whoever writes over a law in the database is found."""


def rows(reader: User) -> tuple[Row, ...]:
    """Every row there is or has been, by agency in the order of the alphabet, the latest first. One query."""
    today = clock.today()
    found: list[Row] = []
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        for pk, purpose, agency, statute, longest, first, last, source, by, confirmed, entered, confirmer in cursor.fetchall():
            state = "waiting" if confirmed is None else _state(first, last, today)
            name = names.agency(agency)
            own = by == reader.pk
            found.append(Row(pk, purpose, agency, name, statute, longest, first, last, source, entered, confirmer, state, own))
    return tuple(found)


def _state(first: dt.date, last: dt.date | None, today: dt.date) -> str:
    if first > today:
        return "coming"
    return "ended" if last is not None and last < today else "in_force"


def in_force(purpose: str, day: dt.date) -> Mapping[str, LegalBasis]:
    """Agency → the confirmed row that lets it be asked on a day. One query."""
    held = LegalBasis.objects.filter(purpose=purpose, valid_from__lte=day, confirmed_at__isnull=False)
    return {row.agency: row for row in held.order_by("valid_from", "pk") if row.valid_to is None or row.valid_to >= day}


@verb
def enter(
    by: User | None,
    *,
    agency: str,
    statute: str,
    source: str,
    longest_days: int,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    groups: Iterable[str] = (),
    purpose: str = FINANCIAL_ASSISTANCE,
    request_id: UUID | None = None,
) -> LegalBasis:
    """Write down what lets an agency answer. It gives no right until another person has confirmed it.

    Raises ``ValidationError`` for what cannot be: no source, a law that is repealed on a day it would hold, a period out of order, no kind of data, a
    day on which a row of the same agency begins already.
    """
    require(by, access.LAW)
    statute, source, agency = " ".join(statute.split()), " ".join(source.split()), agency.strip().upper()
    _check(agency, statute, source, longest_days, (valid_from, valid_to))
    known = _groups(agency, set(groups))
    if LegalBasis.objects.filter(purpose=purpose, agency=agency, valid_from=valid_from).exists():
        told = _("Det finns redan ett lagstöd för den myndigheten från och med den dagen. Välj en annan dag.")
        raise ValidationError({"valid_from": told})
    made = LegalBasis.objects.create(
        purpose=purpose,
        agency=agency,
        statute=statute[:200],
        source=source[:300],
        longest_days=longest_days,
        valid_from=valid_from,
        valid_to=valid_to,
        fields=known,
        entered_by=by,
        entered_at=clock.now(),
    )
    audit.record(by, "entered law", made, agency=agency, valid_from=valid_from.isoformat())
    return made


def _groups(agency: str, chosen: set[str]) -> list[str]:
    """The groups in the law's order. A declared agency that the readers know no groups of keeps all it says."""
    there = lawful.GROUPS.get(agency, {})
    if unknown := lawful.unknown(agency, chosen):
        raise ValidationError(
            {"groups": _("Myndigheten har inga uppgifter som heter %(names)s.") % {"names": ", ".join(unknown)}}
        )
    if there and not chosen:
        raise ValidationError({"groups": _("Välj minst ett slags uppgifter.")})
    return [name for name in there if name in chosen]


def _check(agency: str, statute: str, source: str, longest: int, held: tuple[dt.date, dt.date | None]) -> None:
    first, last = held
    wrong: dict[str, str] = {}
    if not CODE.fullmatch(agency):
        wrong["agency"] = _("Välj en myndighet.")
    if not statute:
        wrong["statute"] = _("Skriv lagrummet, eller beslutet som ger rätten.")
    elif re.search(REPEALED, statute, re.IGNORECASE) and (last is None or last >= REPEALED_FROM):
        wrong["statute"] = _(
            "Den lagen är upphävd sedan 1 juli 2025. Skriv det lagrum som gäller nu, eller en sista dag före 1 juli 2025."
        )
    if not source:
        wrong["source"] = _("Skriv var du har läst lagtexten eller beslutet.")
    if not 1 <= longest <= LONGEST_DAYS:
        wrong["longest_days"] = _("Skriv hur många dagar det får gälla, mellan 1 och 3660.")
    if last is not None and last < first:
        wrong["valid_to"] = _("Sista dagen är före den första.")
    if wrong:
        raise ValidationError(wrong)  # pyright: ignore[reportArgumentType]


@verb
def confirm(by: User | None, basis_id: int, *, request_id: UUID | None = None) -> LegalBasis:
    """Confirm what another has entered: from its first day the agency may be asked. An earlier row that reaches into it ends the day before.

    Raises ``ValidationError`` for one's own row, or one confirmed already; LegalBasis.DoesNotExist.
    """
    require(by, access.LAW)
    row = LegalBasis.objects.select_for_update().get(pk=basis_id)
    if row.confirmed_at is not None:
        raise ValidationError(_("Lagstödet är redan bekräftat."))
    if by is None or row.entered_by_id == by.pk:
        raise ValidationError(_("Du skrev in det här själv. Be en kollega läsa källan och bekräfta."))
    row.confirmed_by, row.confirmed_at = by, clock.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    last = row.valid_from - dt.timedelta(days=1)
    before = LegalBasis.objects.select_for_update().filter(
        purpose=row.purpose, agency=row.agency, valid_from__lt=row.valid_from, confirmed_at__isnull=False
    )
    for earlier in before:
        if earlier.valid_to is None or earlier.valid_to >= row.valid_from:
            earlier.valid_to, earlier.ended_by, earlier.ended_at = last, by, clock.now()
            earlier.save(update_fields=["valid_to", "ended_by", "ended_at"])
            audit.record(by, "ended law", earlier, last=last.isoformat())
    audit.record(by, "confirmed law", row, agency=row.agency)
    return row


@verb
def end(by: User | None, basis_id: int, *, last: dt.date, reason: str, request_id: UUID | None = None) -> LegalBasis:
    """Say that a row holds until a day and no longer; it stays to be read. Raises ``ValidationError``, LegalBasis.DoesNotExist."""
    require(by, access.LAW)
    row = LegalBasis.objects.select_for_update().get(pk=basis_id)
    if not reason.strip():
        raise ValidationError({"reason": _("Skriv varför det upphör, till exempel vilken lag som har ändrats.")})
    if last < row.valid_from or (row.valid_to is not None and last > row.valid_to):
        raise ValidationError({"last": _("Välj en dag inom den tid som lagstödet gäller.")})
    row.valid_to, row.ended_by, row.ended_at = last, by, clock.now()
    row.save(update_fields=["valid_to", "ended_by", "ended_at"])
    audit.record(by, "ended law", row, reason=reason, last=last.isoformat())
    return row


@verb
def take_back(by: User | None, basis_id: int) -> None:
    """Remove a row that nobody has confirmed: it was mistyped. Raises ``ValidationError`` for one that is confirmed."""
    require(by, access.LAW)
    row = LegalBasis.objects.select_for_update().get(pk=basis_id)
    if row.confirmed_at is not None:
        raise ValidationError(_("Lagstödet är bekräftat. Avsluta det från en dag i stället."))
    audit.record(by, "took back law", row, agency=row.agency)
    row.delete()
