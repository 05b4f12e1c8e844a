"""Someone who was helped, wrote on paper or sent without a log-in takes the case to Mina sidor: with its number, its code and their name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from stadig.cases import access, following, telling
from stadig.cases.actions import CaseError, tell
from stadig.cases.models import Case, Document, Party
from stadig.city import audit, tries
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import Person, User

MAIN: Final = (Party.Role.APPLICANT, Party.Role.REPORTER, Party.Role.REPRESENTATIVE)
"""The one whose case it is. Others, such as a second guardian, come to it by signing."""
MOST_TRIES: Final = 10
TRIES_S: Final = 3600
SURE: Final = 3
"""The level of assurance that a case with a mark of secrecy asks for."""


class TooManyTries(CaseError):
    """Ten wrong codes for one number, or from one person; an hour must pass."""


class WrongCode(CaseError):
    """The number and the code do not belong together."""


class Taken(CaseError):
    """Someone follows the case on Mina sidor already."""


class NotYours(CaseError):
    """The case names someone else, or the reader works with it, or the log-in is not sure enough for what is in it."""


def tried(number: str, code: str, *, who: str = "") -> Case:
    """The case that number and code open. Wrong ones are counted: for the number, and for ``who`` tries. Raises TooManyTries; WrongCode."""
    kept = [("follow", number.casefold())] + [("follow-by", who)] * bool(who)
    if any(tries.counted(*one) >= MOST_TRIES for one in kept):
        raise TooManyTries(_("Det blev för många försök. Vänta en timme, eller ring oss."))
    case = following.find(number, code)
    if case is None:
        for one in kept:
            tries.count(*one, TRIES_S)
        raise WrongCode(_("Numret och koden hör inte ihop. Kontrollera varje tecken i kvittensen eller brevet."))
    return case


@verb
def claim(by: User, case_id: int, *, level: int, request_id: UUID | None = None) -> Case:
    """Let ``by`` follow a case whose code they hold (:func:`tried`) on Mina sidor. ``level`` is how sure their log-in is.

    Twice is once. Who handles the case is told, and everyone who reads it sees that it happened.

    Raises
    ------
    Taken
        Someone else follows it already.
    NotYours
        The case names another, ``by`` works with it (FL 16 §), or it is secret and the log-in too weak.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("type", "unit", "assignee").get(pk=case_id)
    if by.person is None:
        raise NotYours(_("Logga in som dig själv, inte för jobbet."))
    found = list(Party.objects.filter(case=case, role__in=MAIN).order_by("pk"))
    if any(one.person_id == by.person.pk for one in found):
        return case
    if any(one.person_id for one in found):
        raise Taken(_("Någon följer redan ärendet på Mina sidor. Ring oss om det är fel."))
    if Case.objects.filter(access.seen_at_work(by) | access.may_handle(by), pk=case.pk).exists():
        raise NotYours(_("Du arbetar med ärendet. Be en kollega om hjälp med det som är ditt eget."))
    if case.confidentiality and level < SURE:
        raise NotYours(_("Ärendet innehåller känsliga uppgifter. Logga in med e-legitimation, så kan du hämta det."))
    party = found[0] if found else Party(case=case, role=Party.Role.APPLICANT)
    if not _same(party.name, by.person, needed=bool(case.confidentiality)):
        raise NotYours(_("Det står ett annat namn i ärendet än ditt. Ring oss, så hjälper vi dig."))
    if party.name:
        Document.objects.filter(case=case, counterpart=party.name, person=None).update(counterpart="", person=by.person)
    party.person, party.name, party.address = by.person, "", ""
    party.save()
    tell(case, "claimed", by=None)
    telling.assignee(case, _("Den sökande följer nu ärendet på Mina sidor"))
    audit.record(by, "claimed", case)
    return case


def _same(written: str, person: Person, *, needed: bool) -> bool:
    """Whether the name that was written can be the person's: each of its words is one of theirs. No name says nothing, unless needed."""
    said, theirs = _words(written), _words(f"{person.given_name} {person.family_name}")
    return said <= theirs if said else not needed


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold()))
