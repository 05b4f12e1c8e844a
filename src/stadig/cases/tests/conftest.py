"""A committee with a unit that handles permits, its people, and a case from Karin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stadig.cases import actions
from stadig.cases.definition import Deadline, DecisionType, Definition, Status, Transition
from stadig.cases.models import Case, CaseType
from stadig.city.models import Organisation, Person, User
from stadig.city.roles import Role

PARKING = Definition(
    first="received",
    statuses=(
        Status("received", "new"),
        Status("assessing", "open"),
        Status("waiting", "applicant"),
        Status("approved", "closed"),
        Status("refused", "closed"),
        Status("withdrawn", "closed"),
    ),
    transitions=(
        Transition("received", "assessing", "begin"),
        Transition("received", "waiting"),
        Transition("assessing", "waiting"),
        Transition("waiting", "assessing", "resume"),
        Transition("assessing", "approved"),
        Transition("assessing", "refused"),
        Transition("received", "withdrawn", "withdraw", by="applicant"),
        Transition("assessing", "withdrawn", "withdraw", by="applicant"),
        Transition("waiting", "withdrawn", "withdraw", by="applicant"),
    ),
    deadlines=(Deadline("begun", 7, "open"), Deadline("decided", 42)),
    decisions=(
        DecisionType("approved", "approved", "approved", "13 kap. 8 § trafikförordningen", "administrative", 60, "GPN 4.2"),
        DecisionType("refused", "refused", "refused", "13 kap. 8 § trafikförordningen", "administrative", None, "GPN 4.3"),
    ),
    texts={
        "sv": {
            "title": "Parkeringstillstånd",
            "status.received.name": "Mottagen",
            "status.assessing.name": "Bedöms",
            "status.waiting.name": "Väntar på dig",
            "status.approved.name": "Beviljad",
            "status.refused.name": "Avslagen",
            "status.withdrawn.name": "Återtagen",
            "transition.begin": "Börja bedöma",
            "transition.resume": "Bedöm vidare",
            "decision.approved.name": "Bevilja tillstånd",
            "decision.approved.text": "Vi ger dig parkeringstillstånd.",
            "decision.refused.name": "Avslå ansökan",
            "decision.refused.text": "Vi ger dig inte parkeringstillstånd.",
            "deadline.begun": "Påbörjat",
            "deadline.decided": "Beslut",
            "step.who.title": "Om dig",
            "question.metres.label": "Hur långt kan du gå?",
            "question.kind.label": "Vem kör?",
            "question.kind.option.self": "Jag själv",
            "question.children.name.label": "Barnets namn",
            "question.certificate.label": "Läkarintyg",
        },
        "en": {"title": "Parking permit", "decision.approved.text": "We give you a parking permit."},
    },
    fields=(
        {"path": "metres", "kind": "integer", "unit": "m", "step": "who", "options": []},
        {"path": "kind", "kind": "choice", "unit": "", "step": "who", "options": ["self", "other"]},
        {"path": "children[].name", "kind": "text", "unit": "", "step": "who", "options": []},
        {"path": "certificate", "kind": "file", "unit": "", "step": "who", "options": []},
    ),
)


@pytest.fixture
def committee(db: None) -> Organisation:
    return Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")


@pytest.fixture
def permits(committee: Organisation) -> Organisation:
    """The unit."""
    return Organisation.objects.create(name="Tillstånd", kind="unit", parent=committee, phone="0340-120 14")


@pytest.fixture
def parking(permits: Organisation) -> CaseType:
    return actions.define(None, "parking", "p" * 64, PARKING, committee=permits.parent, unit=permits, series="GPN")


@pytest.fixture
def amina(permits: Organisation, someone: Callable[..., User]) -> User:
    return someone(Role.CASE_WORKER, organisation=permits, first_name="Amina", last_name="Farah")


@pytest.fixture
def colleague(permits: Organisation, someone: Callable[..., User]) -> User:
    """Someone else in Amina's unit."""
    return someone(Role.CASE_WORKER, organisation=permits, first_name="Bo", last_name="Lund")


@pytest.fixture
def karin(someone: Callable[..., User]) -> User:
    return someone(Role.RESIDENT, first_name="Karin", last_name="Ek", email="karin@example.org")


@pytest.fixture
def open_case(parking: CaseType, karin: User) -> Callable[..., Case]:
    """``open_case(title=…)`` → a new case in which Karin applies."""

    def make(person: Person | None = None, **more: Any) -> Case:
        said = {"title": "Ansökan om parkeringstillstånd", "answers": {"metres": 40, "kind": "self"}} | more
        parties = said.pop("parties", [actions.NewParty("applicant", person or karin.person)])
        return actions.register(None, said.pop("type", parking), parties=parties, **said)

    return make
