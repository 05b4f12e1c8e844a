"""A unit that handles financial assistance, its people, and a couple who have applied for December."""

from __future__ import annotations

from typing import Any

from stadig.assistance.terms import CASE_TYPE, PURPOSE
from stadig.cases import actions
from stadig.cases.definition import DecisionType, Definition, Status, Transition
from stadig.cases.models import Case
from stadig.city import clock, personnummer, persons
from stadig.city.models import Organisation, Person, User
from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.exchange.models import LegalBasis

YUSUF, SAMIRA, CHILD = "199101062397", "199203092383", "201302072390"
"""Skatteverket's test numbers, as the demo town has them."""
DEFINITION = Definition(
    first="received",
    statuses=(Status("received", "new"), Status("assessing", "open"), Status("granted", "closed")),
    transitions=(Transition("received", "assessing", "begin"), Transition("assessing", "granted")),
    deadlines=(),
    decisions=(DecisionType("granted", "approved", "granted", "12 kap. 1 § SoL", "administrative", 1, "SN 6.1"),),
    texts={"sv": {"title": "Ekonomiskt bistånd", "status.received.name": "Mottagen", "transition.begin": "Börja bedöma"}},
    fields=(),
)


def person(digits: str, given: str, family: str = "Ali", **fields: Any) -> Person:
    """Someone with one of Skatteverket's test numbers."""
    number = personnummer.parse(digits, today=clock.today())
    return Person.objects.create(
        given_name=given,
        family_name=family,
        personnummer_hash=persons.hash_of(number),
        personnummer_sealed=persons.seal(number),
        **fields,
    )


class Town:
    """Everyone at hand: ``petra`` handles, ``amina`` works elsewhere, ``couple`` have applied together."""

    def __init__(self) -> None:
        committee = Organisation.objects.create(name="Socialnämnden", kind="committee")
        self.unit = Organisation.objects.create(name="Ekonomiskt bistånd", kind="unit", parent=committee)
        self.other = Organisation.objects.create(name="Tillstånd", kind="unit", parent=committee)
        self.petra = someone(Role.CASE_WORKER, organisation=self.unit, first_name="Petra", last_name="Holm")
        self.amina = someone(Role.CASE_WORKER, organisation=self.other, first_name="Amina", last_name="Farah")
        self.type = self.define(CASE_TYPE)
        self.yusuf, self.samira = person(YUSUF, "Yusuf"), person(SAMIRA, "Samira")
        self.couple = self.apply(("applicant", self.yusuf), ("co_applicant", self.samira))

    def define(self, slug: str) -> Any:
        return actions.define(
            None, slug, (slug[0] * 64), DEFINITION, committee=self.unit.parent, unit=self.unit, series="SN", file="personakt"
        )

    def apply(self, *parties: tuple[str, Person], month: str = "2026-12", **more: Any) -> Case:
        """An application of these people."""
        made = [actions.NewParty(role, one) for role, one in parties]
        said = {"month": month, "household": "couple" if len(parties) > 1 else "single", "has_children": False}
        values: dict[str, Any] = {"title": "Ansökan om ekonomiskt bistånd", "answers": said, "parties": made} | more
        return actions.register(None, values.pop("type", self.type), **values)

    def colleague(self, *roles: Role, **fields: Any) -> User:
        return someone(*roles, organisation=self.unit, **fields)


def law(*agencies: str, longest_days: int = 366) -> None:
    """The law that lets these agencies answer; a test that commits has emptied the rows of the migration."""
    for code in agencies:
        LegalBasis.objects.get_or_create(
            purpose=PURPOSE,
            agency=code,
            valid_from="2025-07-01",
            defaults={
                "statute": "15 kap. 10 § socialtjänstlagen (2025:400)",
                "fields": [],
                "longest_days": longest_days,
                "source": "SFS",
                "confirmed_at": clock.real_now(),
            },
        )
