"""What will be asked, before anything is: each agency, what it is asked about, and by which law on this day."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from stadig.assistance import access, agencies, errors
from stadig.assistance.desk import Head, Person
from stadig.assistance.terms import PURPOSE
from stadig.city import access as of_city
from stadig.city import clock
from stadig.exchange.connections import ConnectionsFault, connections, known_agencies

MANY: Final = 3
ABOUT: Final = " om "
LAWS = """
SELECT DISTINCT ON (agency) agency, statute FROM exchange_legalbasis
WHERE purpose = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to >= %s) AND confirmed_at IS NOT NULL
ORDER BY agency, valid_from DESC, id DESC
"""


class WillAsk(NamedTuple):
    """One agency before it is asked. ``why_not`` is empty when it may be asked."""

    code: str
    name: str
    asks: str
    law: str
    why_not: str
    chosen: bool


def will_ask(chosen: tuple[str, ...] | None) -> tuple[WillAsk, ...]:
    """Every agency, those that may be asked first; ``chosen`` are those ticked, None for all that may be asked."""
    laws, reached = _laws(), connected()
    common = _common_end([law for law in laws.values() if ABOUT in law])
    found: list[WillAsk] = []
    for code in sorted(known_agencies(), key=lambda one: (agencies.place(one), one)):
        law = laws.get(code, "")
        why_not = ""
        if not law:
            why_not = _("Frågas inte. Det finns inget lagstöd inskrivet.")
        elif code not in reached:
            why_not = _("Frågas inte. Kommunen är inte ansluten.")
        named = agencies.of(code)
        ticked = not why_not and (chosen is None or code in chosen)
        found.append(WillAsk(code, str(named.name), str(named.asks), law.removesuffix(common), why_not, ticked))
    return tuple(sorted(found, key=lambda one: bool(one.why_not)))


def without_law() -> tuple[str, ...]:
    """The agencies that no law lets answer today: the question names them, so that the answer says so of each."""
    laws = _laws()
    return tuple(code for code in known_agencies() if code not in laws)


def connected() -> frozenset[str]:
    """The agencies that the municipality reaches."""
    try:
        return frozenset(connections().of_agency)
    except ConnectionsFault:
        return frozenset()


def _common_end(texts: list[str]) -> str:
    """What all end with, from a whole word on: the long name of one ordinance, which need not be read six times."""
    if len(texts) < MANY:
        return ""
    words = [text.split(" ") for text in texts]
    count = 0
    while all(len(one) > count + 1 for one in words) and len({one[-1 - count] for one in words}) == 1:
        count += 1
    common = f" {' '.join(words[0][-count:])}" if count else ""
    return common[common.index(ABOUT) :] if ABOUT in common else ""


def why_not(user: Any, head: Head, person: Person) -> str:
    """Why the reader may not ask about the person, with the way out; empty when they may."""
    if head.closed:
        return str(errors.CaseClosed())
    if not access.ASK.held_by(user):
        return str(errors.MayNotAsk())
    if not head.may_ask:
        return str(errors.AnotherUnits())
    if not person.has_number:
        return str(errors.NoNumber())
    if person.protected and not of_city.REVEAL.held_by(user):
        return str(errors.ProtectedPerson())
    return ""


def _laws() -> dict[str, str]:
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(LAWS, [PURPOSE, today, today])  # pyright: ignore[reportArgumentType]
        return dict(cursor.fetchall())
