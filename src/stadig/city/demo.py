"""Lindhamn's organisation, districts and people. Everyone is made up; every personnummer is one of Skatteverket's test numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from stadig.city import actions, clock, persons
from stadig.city.models import District, Organisation, Person, User
from stadig.city.personnummer import parse
from stadig.city.roles import Role


@dataclass(frozen=True, slots=True)
class Area:
    """A district as the seed wants it; ``geometry`` is GeoJSON."""

    code: str
    name: str
    geometry: dict[str, Any]
    area_m2: int
    population: dict[str, int]


@dataclass(frozen=True, slots=True)
class Someone:
    """One of the people a visitor of the demo town can look as. ``unit`` is empty for residents."""

    username: str
    first_name: str
    last_name: str
    what: Any
    """Who they are, in a few words; lazily translated."""
    role: Role
    unit: str = ""
    personnummer: str = ""


PEOPLE = (
    Someone("karin", "Karin", "Ek", _("Invånare, 72 år"), Role.RESIDENT, personnummer="195401030423"),
    Someone("yusuf", "Yusuf", "Ali", _("Invånare, ny i Sverige"), Role.RESIDENT, personnummer="199101062397"),
    Someone(
        "samira", "Samira", "Ali", _("Invånare, vårdnadshavare tillsammans med Yusuf"), Role.RESIDENT, personnummer="199203092383"
    ),
    Someone("leila", "Leila", "Haddad", _("Planerare, gata och park"), Role.PLANNER, "Gata och park"),
    Someone("jonas", "Jonas", "Lind", _("Förare, Bil 1"), Role.CREW, "Bil 1"),
    Someone("sara", "Sara", "Nyström", _("Förare, Bil 2"), Role.CREW, "Bil 2"),
    Someone("eva", "Eva", "Lundmark", _("Digitaliseringsdirektör"), Role.DIRECTOR, "Stadsledningskontoret"),
    Someone("ove", "Ove", "Berg", _("Administratör"), Role.ADMINISTRATOR, "Stadsledningskontoret"),
    Someone("mirja", "Mirja", "Koski", _("Granskare"), Role.AUDITOR, "Revisorerna"),
    Someone("amina", "Amina", "Farah", _("Handläggare, tillstånd"), Role.CASE_WORKER, "Tillstånd"),
    Someone("petra", "Petra", "Holm", _("Handläggare, ekonomiskt bistånd"), Role.CASE_WORKER, "Ekonomiskt bistånd"),
    Someone("nina", "Nina", "Strand", _("Handläggare, förskola"), Role.CASE_WORKER, "Förskola"),
    Someone("viktor", "Viktor", "Lund", _("Handläggare, kultur och fritid"), Role.CASE_WORKER, "Kultur och fritid"),
    Someone("ingrid", "Ingrid", "Åkesson", _("Livsmedelsinspektör"), Role.CASE_WORKER, "Livsmedelskontroll"),
    Someone("tove", "Tove", "Berglund", _("Handläggare, it-enheten"), Role.CASE_WORKER, "It-enheten"),
    Someone("mats", "Mats", "Sjögren", _("Handläggare, gata och park"), Role.CASE_WORKER, "Gata och park"),
    Someone("nadia", "Nadia", "Rahimi", _("Kommunvägledare, kontaktcenter"), Role.CASE_WORKER, "Kontaktcenter"),
    Someone("henrik", "Henrik", "Sand", _("Chef, gatu- och parkförvaltningen"), Role.MANAGER, "Gatu- och parkförvaltningen"),
    Someone("lars", "Lars", "Öberg", _("Registrator, gatu- och parknämnden"), Role.REGISTRAR, "Gatu- och parknämnden"),
)

ORGANISATION: tuple[tuple[str, str, str], ...] = (
    ("Kommunstyrelsen", "committee", ""),
    ("Stadsledningskontoret", "administration", "Kommunstyrelsen"),
    ("It-enheten", "unit", "Stadsledningskontoret"),
    ("Kontaktcenter", "unit", "Stadsledningskontoret"),
    ("Gatu- och parknämnden", "committee", ""),
    ("Gatu- och parkförvaltningen", "administration", "Gatu- och parknämnden"),
    ("Gata och park", "unit", "Gatu- och parkförvaltningen"),
    ("Tillstånd", "unit", "Gatu- och parkförvaltningen"),
    ("Bil 1", "crew", "Gata och park"),
    ("Bil 2", "crew", "Gata och park"),
    ("Bil 3", "crew", "Gata och park"),
    ("Socialnämnden", "committee", ""),
    ("Socialförvaltningen", "administration", "Socialnämnden"),
    ("Ekonomiskt bistånd", "unit", "Socialförvaltningen"),
    ("Omsorgsnämnden", "committee", ""),
    ("Utbildningsnämnden", "committee", ""),
    ("Utbildningsförvaltningen", "administration", "Utbildningsnämnden"),
    ("Förskola", "unit", "Utbildningsförvaltningen"),
    ("Kultur- och fritidsnämnden", "committee", ""),
    ("Kultur och fritid", "unit", "Kultur- och fritidsnämnden"),
    ("Byggnadsnämnden", "committee", ""),
    ("Miljö- och hälsoskyddsnämnden", "committee", ""),
    ("Livsmedelskontroll", "unit", "Miljö- och hälsoskyddsnämnden"),
    ("Revisorerna", "committee", ""),
)
"""Name, kind, parent."""

PHONE, ADDRESS = "0340-120 00", "Stadshuset, Hamngatan 2\n432 80 Lindhamn"
GIVEN = [
    "Anna",
    "Maria",
    "Elisabeth",
    "Eva",
    "Kristina",
    "Birgitta",
    "Karin",
    "Ingrid",
    "Sofia",
    "Linnéa",
    "Amina",
    "Fatima",
    "Zahra",
    "Leyla",
    "Agnes",
    "Alma",
    "Signe",
    "Ebba",
    "Maja",
    "Wilma",
    "Lars",
    "Karl",
    "Anders",
    "Johan",
    "Per",
    "Nils",
    "Jan",
    "Mikael",
    "Ali",
    "Omar",
    "Hassan",
    "Elias",
    "Hugo",
    "Oscar",
    "Axel",
    "Viggo",
    "Sven",
    "Bo",
    "Tomasz",
    "Mehmet",
]
FAMILY = [
    "Andersson",
    "Johansson",
    "Karlsson",
    "Nilsson",
    "Eriksson",
    "Larsson",
    "Olsson",
    "Persson",
    "Svensson",
    "Gustafsson",
    "Pettersson",
    "Jonsson",
    "Hansson",
    "Lindberg",
    "Sandström",
    "Ström",
    "Holm",
    "Berglund",
    "Åkesson",
    "Öberg",
    "Sjögren",
    "Ahmed",
    "Hassan",
    "Nowak",
    "Yilmaz",
    "Haugen",
    "Virtanen",
    "Petrov",
    "Nguyen",
    "Farah",
]

TEST_NUMBERS = (
    "193809189149", "194610196695", "194803141573", "195311202351", "195312242067", "197210189291", "197403199289", "197602012390",
    "197608212382", "197610042389", "197612212394", "197612222393", "197708152389", "197709082395", "197711132394", "197712242390",
    "197801052395", "197806292392", "197808042381", "197809212397", "197906032383", "198006012382", "198010032392", "198011042390",
    "198102132399", "198104092385", "198108119291", "198110282384", "198111012384", "198202029289", "198207072383", "198208022395",
    "198208092398", "198209282394", "198211302396", "198306032395", "198310012383", "198401192391", "198403282380", "198405122386",
    "198406022395", "198411072385", "198412012398", "198505212392", "198505312382", "198506232381", "198511292396", "198602092382",
    "198602152392", "198602282389", "198604082399", "198604162381", "198607082388", "198608172386", "198608292390", "198609052389",
    "198609092385", "198609302388", "198610152392", "198702262380", "198704172389", "198705162397", "198708022390", "198709022399",
    "198801262398", "198802112394", "198803012387", "198803132383", "198805102392", "198807142388", "198810262389", "198901232382",
    "198908232385", "198909122395", "198911032392", "199005272381", "199101292382", "199106112395", "199109092388",
    "199203282380", "199209022392", "199212312392", "199303202395", "199306142382", "199311282397", "199403222392", "199405212383",
    "199410082391", "199411162382", "199502082382", "199604152380", "199605242396", "199611122392", "199612062399", "199707272382",
    "199708292397", "199802192394", "199803202382", "199808162383", "199903252394", "199909012396", "199912172393", "200005262399",
    "200009152398", "200102182391", "200108152380", "200108252388", "200111262382", "200112252382", "200201032398", "200204062392",
    "200208042382", "200308282391", "200310012398", "200310252382", "200410202386", "200412182388", "200502222383", "200504162397",
    "200511162398", "200605102391", "200606282390", "200701122384", "200711072389", "200711082388", "200807032396", "200904172392",
    "200906072384", "200909162398", "200912232386", "201003192398", "201008132399", "201009162395", "201103082382", "201103252381",
    "201106042383", "201107272385", "201108042381", "201111122394", "201203142383", "201205082397", "201206072397", "201301012397",
    "201302072390", "201309182390", "201403082397", "201408052395", "201501052391", "201505302388", "201604062396", "201611262393",
    "201708032386", "201708272388", "201710192392", "201809172388", "201903042396", "201904082383", "201908022385", "201909222398",
)  # fmt: skip
"""Published by Skatteverket for tests: no living person has or will have them."""


@transaction.atomic
def seed(name: str, code: str, border: dict[str, Any], areas: Iterable[Area], *, seed: int) -> None:
    """Make the municipality, its organisation, districts and people. Run once, on an empty city."""
    actions.set_municipality(
        None,
        name=name,
        code=code,
        border=border,
        phone=PHONE,
        email="kommunen@lindhamn.example",
        address=ADDRESS,
        opening_hours="Vardagar 8–17",
        made_up=True,
    )
    units: dict[str, Organisation] = {}
    for title, kind, parent in ORGANISATION:
        units[title] = Organisation.objects.create(name=title, kind=kind, parent=units.get(parent))
    districts = [
        District.objects.create(code=a.code, name=a.name, geometry=a.geometry, area_m2=a.area_m2, population=a.population)
        for a in areas
    ]
    for one in PEOPLE:
        _make(one, units)
    _residents(districts, np.random.default_rng(seed))


def _make(one: Someone, units: dict[str, Organisation]) -> User:
    person = None
    if one.personnummer:
        person = actions.register_person(
            None, given_name=one.first_name, family_name=one.last_name, personnummer=one.personnummer, place="Lindhamn"
        )
    user = actions.create_user(
        None,
        username=one.username,
        first_name=one.first_name,
        last_name=one.last_name,
        email=f"{one.username}@lindhamn.example",
        organisation=units.get(one.unit),
        person=person,
    )
    if one.role != Role.RESIDENT:
        actions.assign_role(None, user, one.role, organisation=_reach(one, units))
    if one.role == Role.ADMINISTRATOR:
        actions.assign_role(None, user, Role.TECHNICIAN)
    return user


def _reach(one: Someone, units: dict[str, Organisation]) -> Organisation | None:
    """Where a role counts: with those one works with; a director, an administrator and an auditor everywhere."""
    everywhere = (Role.DIRECTOR, Role.ADMINISTRATOR, Role.AUDITOR)
    return None if one.role in everywhere else units[one.unit]


def _residents(districts: list[District], rng: np.random.Generator) -> None:
    """Some residents with names, spread over the districts by population; a few are protected."""
    share = np.array([district.residents for district in districts], float)
    made: list[Person] = []
    for position, digits in enumerate(TEST_NUMBERS):
        number = parse(digits, today=clock.today())
        made.append(
            Person(
                given_name=GIVEN[int(rng.integers(len(GIVEN)))],
                family_name=FAMILY[int(rng.integers(len(FAMILY)))],
                personnummer_hash=persons.hash_of(number),
                personnummer_sealed=persons.seal(number),
                postcode="432 80",
                place="Lindhamn",
                district=districts[int(rng.choice(len(districts), p=share / share.sum()))],
                protection="protected_registration" if position % 53 == 7 else "",
            )
        )
    for person in made:
        person.save()
