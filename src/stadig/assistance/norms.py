"""Riksnormer and rules: which one holds in a month, and the verbs with which two people enter one.

A month without a table is a fault that says so: nothing is ever derived from another year.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils.translation import gettext as _

from stadig.assistance import access, first, norm, rates
from stadig.assistance.models import Norm, Rules
from stadig.assistance.norm import Table
from stadig.assistance.norm_file import Entered
from stadig.assistance.rates import Rates
from stadig.city import attested, audit, clock
from stadig.city.verbs import verb
from stadig.ui import formatting

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import User


HELD: Final = (
    attested.Table("assistance.norm", "assistance_norm", "riksnormer", first.shipped_norms, frozenset({"withdrawn_at"})),
    attested.Table("assistance.rules", "assistance_rules", "beräkningsregler", first.shipped_rules, frozenset({"withdrawn_at"})),
)
"""What the audit log holds a hash of: whoever writes over a norm or a rule in the database is found."""


class NormsFault(Exception):
    """Why a riksnorm or a set of rules cannot be used or changed; the words say what to do."""


class NoNorm(NormsFault):
    """No riksnorm holds in a month, or nothing else that it is computed with."""


class NoRules(NoNorm):
    """No rules hold in a month."""


class SamePerson(NormsFault):
    """Whoever entered it cannot confirm it."""


class Overlaps(NormsFault):
    """Another one holds for some of the days."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What a month is computed with."""

    norm_id: int
    table: Table
    source: str
    valid_from: dt.date
    valid_to: dt.date
    rules_id: int
    rates: Rates


IN_FORCE = """
SELECT n.id, n.table::text, n.source, n.valid_from, n.valid_to, r.id, r.values::text
FROM (SELECT %(day)s::date AS day) d
LEFT JOIN assistance_norm n ON n.confirmed_at IS NOT NULL AND n.withdrawn_at IS NULL AND d.day BETWEEN n.valid_from AND n.valid_to
LEFT JOIN assistance_rules r ON r.confirmed_at IS NOT NULL AND r.withdrawn_at IS NULL AND d.day BETWEEN r.valid_from AND r.valid_to
"""


def in_force(month: dt.date) -> InForce:
    """The riksnorm and the rules of a month (its first day). Raises NoNorm, which says what to do."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, {"day": month.isoformat()})
        ((norm_id, table, source, first, last, rules_id, values),) = cursor.fetchall()
    said = {"month": formatting.month(f"{month:%Y-%m}")}
    if norm_id is None:
        raise NoNorm(
            _(
                "Det finns ingen riksnorm för %(month)s. Skriv in den under Riksnorm, med källan, och be en kollega bekräfta den. "
                "Vi räknar aldrig fram en norm ur ett annat år."
            )
            % said
        )
    if rules_id is None:
        raise NoRules(
            _(
                "Det finns inga beräkningsregler för %(month)s. Skriv in dem under Beräkningsregler, med källorna, och be en kollega "
                "bekräfta dem. Vi räknar aldrig med ett annat års regler."
            )
            % said
        )
    return InForce(norm_id, table_of(table), source, first, last, rules_id, rates_of(values))


def of_versions(norm_id: int, rules_id: int) -> InForce:
    """The very versions that a kept proposal used, whatever has happened to them since."""
    one, rules = Norm.objects.get(pk=norm_id), Rules.objects.get(pk=rules_id)
    return InForce(one.pk, norm.read(one.table), one.source, one.valid_from, one.valid_to, rules.pk, rates.read(rules.values))


@lru_cache(maxsize=32)
def table_of(text: str) -> Table:
    """The stored table; the same text is read once."""
    return norm.read(json.loads(text))


@lru_cache(maxsize=32)
def rates_of(text: str) -> Rates:
    """The stored rules; the same text is read once."""
    return rates.read(json.loads(text))


def before(one: Norm) -> Norm | None:
    """The confirmed riksnorm that held last before this one begins; None where there is none."""
    held = Norm.objects.filter(confirmed_at__isnull=False, withdrawn_at=None, valid_from__lt=one.valid_from).exclude(pk=one.pk)
    return held.order_by("-valid_from").first()


@verb
def enter(by: User, entered: Entered, *, request_id: UUID | None = None) -> Norm:
    """Enter a riksnorm with its source. Nothing is computed with it until someone else confirms it. Raises PermissionDenied."""
    _may_set(by)
    made = Norm.objects.create(
        valid_from=entered.valid_from,
        valid_to=entered.valid_to,
        table=norm.plain(entered.table),
        source=entered.source,
        entered_by=by,
        entered_at=clock.now(),
    )
    audit.record(by, "entered a norm", made)
    return made


@verb
def confirm(by: User, norm_id: int, *, request_id: UUID | None = None) -> Norm:
    """Confirm what someone else entered: from then on it holds.

    Raises SamePerson; Overlaps where another holds for some of the days; NormsFault when it is confirmed or withdrawn already;
    Norm.DoesNotExist; PermissionDenied.
    """
    _may_set(by)
    one = Norm.objects.select_for_update(of=("self",)).get(pk=norm_id)
    if one.withdrawn_at:
        raise NormsFault(_("Riksnormen är tillbakadragen. Skriv in den på nytt."))
    if one.confirmed_at:
        raise NormsFault(_("Riksnormen är redan bekräftad."))
    if one.entered_by_id == by.pk:
        raise SamePerson(_("Du skrev själv in riksnormen. Be en kollega läsa den mot källan och bekräfta den."))
    norm.read(one.table)
    held = Norm.objects.filter(confirmed_at__isnull=False, withdrawn_at=None)
    if other := held.filter(valid_from__lte=one.valid_to, valid_to__gte=one.valid_from).first():
        days = {"first": other.valid_from.isoformat(), "last": other.valid_to.isoformat()}
        raise Overlaps(
            _("En annan riksnorm gäller redan %(first)s–%(last)s. Dra tillbaka den först, om den här ska ersätta den.") % days
        )
    one.confirmed_by, one.confirmed_at = by, clock.now()
    one.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.record(by, "confirmed a norm", one)
    return one


@verb
def withdraw(by: User, norm_id: int, *, request_id: UUID | None = None) -> Norm:
    """Take a riksnorm back: nothing new is computed with it. Kept proposals that used it stand as they were.

    Raises NormsFault when it is withdrawn already; Norm.DoesNotExist; PermissionDenied.
    """
    _may_set(by)
    one = Norm.objects.select_for_update(of=("self",)).get(pk=norm_id)
    if one.withdrawn_at:
        raise NormsFault(_("Riksnormen är redan tillbakadragen."))
    one.withdrawn_at = clock.now()
    one.save(update_fields=["withdrawn_at"])
    audit.record(by, "withdrew a norm", one)
    return one


def _may_set(by: User) -> None:
    if not access.SET_NORMS.held_by(by):
        raise PermissionDenied
