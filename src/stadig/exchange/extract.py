"""The log of questions about a person on paper: the same content as on Mina sidor, for one without e-identification or for one's own folder.

That it was printed stands in the log, question by question: the person reads that too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from stadig.city import audit, clock, municipality
from stadig.city.actions import require
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.exchange import access, told
from stadig.exchange.told import Asked
from stadig.files import documents
from stadig.ui import formatting

if TYPE_CHECKING:
    from stadig.city.models import User

TEMPLATE: Final = Path(__file__).parent / "typst" / "extract.typ"
DID: Final = "printed log"


class NobodyThere(Exception):
    """There is no such person."""


class NothingAsked(Exception):
    """No agency has been asked about the person by a unit that the printer works for."""


def own(by: User, person_id: int) -> bytes:
    """The person's own log as a PDF. Also one without questions: that nobody has been asked is something to have on paper."""
    return _drawn(by, person_id, _noted(by, person_id, told.about(person_id)))


def of_person(by: User, person_id: int, case_id: int | None = None) -> bytes:
    """The log of a person, or of one case of theirs, as a PDF: the questions of the units that ``by`` works for.

    What the person is not told of yet is not in it. Raises NotAllowed, NobodyThere, NothingAsked.
    """
    require(by, access.PRINT_LOG)
    if not Person.objects.filter(pk=person_id).exists():
        raise NobodyThere
    asked = told.about(person_id, case_id, units=access.PRINT_LOG.organisations(by))
    if not asked:
        raise NothingAsked
    return _drawn(by, person_id, _noted(by, person_id, asked))


@verb
def _noted(by: User, person_id: int, asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """The same, when the log says that it has been printed: a row for the person, and for each question where another printed it."""
    person = Person(pk=person_id)
    audit.record(by, DID, ("city.person", person_id), lookups=len(asked))
    if by.person_id != person_id:
        for one in asked:
            audit.record(by, DID, ("exchange.lookup", one.pk), case=one.case, person=person)
    return tuple(asked)


def _drawn(by: User, person_id: int, asked: tuple[Asked, ...]) -> bytes:
    name = Person.objects.get(pk=person_id).shown_to(by).name
    return documents.pdf(TEMPLATE, data(name, asked))


def data(name: str, asked: tuple[Asked, ...]) -> Mapping[str, Any]:
    """What the template says."""
    town, at = municipality.current(), clock.local(clock.now())
    return {
        "title": _("Frågor till myndigheter om dig"),
        "sender": town.name,
        "day": formatting.day(at.date(), year=True, weekday=False),
        "language": formatting.language(),
        "foot": [one for one in (town.name, town.phone, town.email) if one],
        "name": name,
        "lead": _(
            "Här står varje gång kommunen har frågat en myndighet om just dig, med vilken lag och vem som har läst svaren."
        ),
        "none": _("Vi har inte frågat någon myndighet om dig."),
        "months": [
            {"title": month[:1].upper() + month[1:], "asked": [_question(one) for one in group]}
            for month, group in told.by_month(asked)
        ],
        "laws_title": _("Lagen vi frågar med"),
        "laws": [{"name": _("Lag %(n)s") % {"n": one.number}, "text": _law(one)} for one in told.laws(asked)],
        "laws_lead": _("Lagen ger oss rätt att fråga när du söker ekonomiskt bistånd. Därför frågar vi inte om du samtycker."),
        "who": _("Vill du veta vad den som frågade heter? Fråga den enhet som står vid frågan. Visa gärna det här papperet."),
        "printed": _("Utskrivet %(day)s klockan %(time)s. Utskriften står i loggen.")
        % {"day": formatting.day(at.date(), year=True, weekday=False), "time": formatting.clock(at)},
    }


def _law(one: told.Law) -> str:
    name = f". {_('Hela namnet är %(name)s.') % {'name': one.about}}" if one.about else ""
    return f"{one.agencies}: {one.statute}{name}"


def _question(one: Asked) -> Mapping[str, Any]:
    went = {"agencies": one.agencies, "months": one.months}
    phone = f" ({one.phone})" if one.phone else ""
    return {
        "title": f"{one.day[:1].upper()}{one.day[1:]} {_('kl. %(time)s') % {'time': one.time}}",
        "said": f"{one.who}, {one.unit}{phone}, {one.how}. "
        + (
            _("Frågan gick till %(agencies)s och gällde %(months)s.") % went
            if one.agencies
            else _("Ingen myndighet fick någon fråga.")
        ),
        "why": f"{_('Varför')}: {one.purpose}, {one.number}. {_('Exakt period: %(period)s.') % {'period': one.period}}",
        "answers": [
            f"{row.agency}: {row.did}" + (f" ({_('lag %(n)s') % {'n': row.number}})" if row.number else "") for row in one.answers
        ],
        "readings": [_reading(row) for row in one.readings] or [_("Ingen har läst svaren än.")],
    }


def _reading(row: told.Reading) -> str:
    who = f"{row.who}, {row.unit}" if row.unit else row.who
    times = f", {_('%(n)s gånger') % {'n': row.times}}" if row.times > 1 else ""
    return f"{row.did}: {who}, {row.day} {_('kl. %(time)s') % {'time': row.hour}}{times}"
