"""How long what stands about financial assistance is kept, and what goes when a case is destroyed.

A person's file is kept whole: until five years after the last note in it, wherever in it that stands (16 kap. 1 § socialtjänstlagen
(2025:400)). For research, all is exempt in Östergötlands, Gotlands and Västernorrlands län and in Göteborg; elsewhere what concerns those
who are born on the fifth, fifteenth or twenty-fifth of a month (13 kap. 1 § socialtjänstförordningen (2025:468)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import gettext as _

from stadig.assistance.models import Entry, Proposal
from stadig.cases import definitions, destroying, keeping
from stadig.cases.models import Case, Group, Party
from stadig.city import clock, persons
from stadig.exchange import forgetting

if TYPE_CHECKING:
    from stadig.city.models import Person

CASE_TYPE: Final = "financial-assistance"
RESEARCH_DAYS: Final = frozenset({5, 15, 25})


def forget_case(case: Case) -> list[Person]:
    """What the calculation of a case holds, and every question to agencies in it. Gives whom it named."""
    entries = Entry.objects.filter(case=case.pk)
    people = [one.person for one in entries.select_related("person") if one.person]
    entries.delete()
    Proposal.objects.filter(case=case.pk).delete()
    return [*people, *forgetting.forget_case(case.pk)]


def names(person: Person) -> bool:
    """Whether a calculation names the person."""
    return Entry.objects.filter(person=person).exists()


def why_kept(case: Case) -> str:
    """Why a closed case of financial assistance is kept though its own time has ended; empty when it is not."""
    if case.type.slug != CASE_TYPE:
        return ""
    people = [one.person for one in Party.objects.filter(case=case, person__isnull=False).select_related("person")]
    if _for_research([one for one in people if one]):
        return _(
            "Ärendet undantas från gallring av hänsyn till forskningens behov (16 kap. 4 § socialtjänstlagen och 13 kap. 1 § "
            "socialtjänstförordningen)."
        )
    if _file_goes_on(case, [one.pk for one in people if one]):
        return _(
            "Samma person har ett senare ärende. Hela akten gallras tillsammans, fem år efter den sista anteckningen i den "
            "(16 kap. 1 § socialtjänstlagen)."
        )
    return ""


def _for_research(people: list[Person]) -> bool:
    if settings.RESEARCH_EXEMPTION != "born":
        return bool(settings.RESEARCH_EXEMPTION == "all")
    sealed = [one.personnummer_sealed for one in people if one.personnummer_sealed]
    return any(persons.unseal(one).born.day in RESEARCH_DAYS for one in sealed)


def _file_goes_on(case: Case, people: list[int]) -> bool:
    """Whether another case about any of the same people is open, or has had its last note within the time."""
    others = Case.objects.filter(type=case.type_id, parties__person__in=people).exclude(pk=case.pk).distinct()
    rule = keeping.read(definitions.of(case).keep)
    for other in others:
        if other.group != Group.CLOSED:
            return True
        first = keeping.first_day(rule, destroying.ended(other))
        if first is None or first > clock.today():
            return True
    return False
