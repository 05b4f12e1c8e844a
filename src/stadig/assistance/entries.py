"""The verbs with which a case worker sets what a calculation uses: the household, costs, incomes, the job stimulus, missing pieces.

Each says why, replaces what stood there about the same row, and may be taken back; what stood before is kept as history. Content is sealed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from stadig.assistance import access
from stadig.assistance.household import AtHome, Composition
from stadig.assistance.models import Entry
from stadig.assistance.norm import Living
from stadig.assistance.terms import CASE_TYPE
from stadig.cases import handling
from stadig.cases.models import Case
from stadig.city import audit, clock
from stadig.city.verbs import verb
from stadig.exchange.sealing import seal, unseal

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import User

LEAST_WHY: Final = 5
MOST_WHY: Final = 1000
MOST_AMOUNT: Final = Decimal(1_000_000)
KEY: Final = re.compile(r"[A-Za-z0-9_:. ()åäöÅÄÖé&/-]{1,80}")
WHO: Final = ("applicant", "co_applicant", "child")
MOST_CHILDREN: Final = 15


@verb
def set_cost(
    by: User,
    case_id: int,
    month: dt.date,
    key: str,
    *,
    amount: Decimal,
    why: str,
    label: str = "",
    request_id: UUID | None = None,
) -> Entry:
    """Accept or change a reasonable cost, in kronor a month. Raises ValidationError; CaseClosed; Case.DoesNotExist; PermissionDenied."""
    return _put(by, case_id, month, Entry.Kind.COST, key, said=_money(amount, why) | {"label": label.strip()[:120]})


@verb
def set_income(
    by: User,
    case_id: int,
    month: dt.date,
    key: str,
    *,
    amount: Decimal,
    why: str,
    label: str = "",
    who: str = "applicant",
    request_id: UUID | None = None,
) -> Entry:
    """What counts of an income, known or entered by hand, and whose it is. Raises as :func:`set_cost`."""
    if who not in WHO:
        raise ValidationError({"who": _("Välj vem som fick pengarna.")})
    return _put(by, case_id, month, Entry.Kind.INCOME, key, said=_money(amount, why) | {"label": label.strip()[:120], "who": who})


@verb
def add_income(
    by: User,
    case_id: int,
    month: dt.date,
    who: str,
    label: str,
    *,
    amount: Decimal,
    why: str,
    request_id: UUID | None = None,
) -> Entry:
    """An income that nobody has stated, entered by hand as a row of its own. Raises as :func:`set_cost`."""
    if not label.strip():
        raise ValidationError({"label": _("Skriv vad det är för inkomst.")})
    _case(by, case_id)  # its row is locked: two who add at once get a number each
    many = Entry.objects.filter(case=case_id, month=month, kind=Entry.Kind.INCOME, key__contains=":hand").count()
    return set_income(by, case_id, month, f"income:{who}:hand{many + 1}", amount=amount, why=why, label=label, who=who)


@verb
def settle(
    by: User, case_id: int, month: dt.date, key: str, *, amount: Decimal, why: str, request_id: UUID | None = None
) -> Entry:
    """Decide what counts where evidence is missing: "count 0 kr according to …". It is this person's stand. Raises as :func:`set_cost`."""
    return _put(by, case_id, month, Entry.Kind.SETTLED, key, said=_money(amount, why))


@verb
def set_household(
    by: User, case_id: int, month: dt.date, composition: Composition, why: str, *, request_id: UUID | None = None
) -> Entry:
    """Set who the household is, instead of what the application says. Raises as :func:`set_cost`."""
    if len(composition.children) > MOST_CHILDREN or not 0 <= composition.shares_with <= 20:
        raise ValidationError({"living": _("Hushållet är för stort för att räknas här.")})
    if composition.living == Living.SHARED and composition.shares_with < 1:
        raise ValidationError({"shares_with": _("Skriv hur många andra som delar hushållet.")})
    said = {"why": _why(why), "living": composition.living.value, "shares_with": composition.shares_with}
    said["children"] = [
        {"born": one.born.isoformat(), "days": one.days, "lunch": one.lunch, "in_school": one.in_school, "counts": one.counts}
        for one in composition.children
    ]
    return _put(by, case_id, month, Entry.Kind.HOUSEHOLD, "household", said=said)


@verb
def set_stimulus(
    by: User, case_id: int, month: dt.date, who: str, *, began: dt.date, why: str, request_id: UUID | None = None
) -> Entry:
    """Say that the special rule of 12 kap. 8 § socialtjänstlagen holds for an adult from a month on. Raises as :func:`set_cost`."""
    if who not in WHO[:2]:
        raise ValidationError({"who": _("Välj vem regeln gäller.")})
    if began > month:
        raise ValidationError({"began": _("Regeln kan inte börja efter månaden som ansökan gäller.")})
    said = {"why": _why(why), "began": began.replace(day=1).isoformat()}
    return _put(by, case_id, month, Entry.Kind.STIMULUS, f"stimulus:{who}", said=said)


@verb
def set_youth(by: User, case_id: int, month: dt.date, earlier: Decimal, why: str, *, request_id: UUID | None = None) -> Entry:
    """What a child or pupil at home has earned earlier in the calendar year (12 kap. 9 §). Raises as :func:`set_cost`."""
    return _put(by, case_id, month, Entry.Kind.STIMULUS, "youth", said=_money(earlier, why))


@verb
def take_back(by: User, entry_id: int, *, request_id: UUID | None = None) -> Entry:
    """Undo: the row is again what the application or the agency says. Raises Entry.DoesNotExist; CaseClosed; PermissionDenied."""
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry_id, replaced_at=None)
    case = _case(by, entry.case)
    entry.replaced_at = clock.now()
    entry.save(update_fields=["replaced_at"])
    audit.record(by, "took back in a calculation", case, entry=entry.pk)
    return entry


def opened(case: int, month: dt.date, kind: str, key: str, sealed: bytes | memoryview) -> dict[str, Any]:
    """What an entry holds. Raises ``sealing.KeyChanged``."""
    return json.loads(unseal(sealed, _belongs(case, month, kind, key)))


def composition_of(said: Mapping[str, Any]) -> Composition:
    """The household of an entry."""
    children = tuple(
        AtHome(dt.date.fromisoformat(one["born"]), one["days"], one["lunch"], one["in_school"], one["counts"])
        for one in said["children"]
    )
    return Composition(Living(said["living"]), children, said["shares_with"])


def _put(by: User, case_id: int, month: dt.date, kind: str, key: str, *, said: dict[str, Any]) -> Entry:
    case = _case(by, case_id)
    if month.day != 1 or not KEY.fullmatch(key):
        raise ValidationError(_("Raden finns inte i beräkningen. Läs in sidan på nytt."))
    now = clock.now()
    Entry.objects.filter(case=case_id, month=month, kind=kind, key=key, replaced_at=None).update(replaced_at=now)
    sealed = seal(json.dumps(said, ensure_ascii=False).encode(), _belongs(case_id, month, kind, key))
    entry = Entry.objects.create(case=case_id, month=month, kind=kind, key=key, sealed=sealed, at=now, by=by)
    audit.record(by, "set in a calculation", case, entry=entry.pk)
    return entry


def _case(by: User, case_id: int) -> Case:
    if not access.ASK.held_by(by):
        raise PermissionDenied
    case = handling.open_case(by, case_id)
    if case.type.slug != CASE_TYPE:
        raise Case.DoesNotExist
    return case


def _belongs(case: int, month: dt.date, kind: str, key: str) -> str:
    return f"entry:{case}:{month.isoformat()}:{kind}:{key}"


def _money(amount: Decimal, why: str) -> dict[str, Any]:
    if not amount.is_finite() or not 0 <= amount <= MOST_AMOUNT:
        raise ValidationError({"amount": _("Skriv beloppet i kronor, från 0 till 1 000 000.")})
    return {"amount": str(amount.quantize(Decimal("0.01"))), "why": _why(why)}


def _why(why: str) -> str:
    text = " ".join(why.split())
    if len(text) < LEAST_WHY:
        raise ValidationError({"why": _("Skriv varför, så att den som läser förstår vad du bygger det på.")})
    return text[:MOST_WHY]
