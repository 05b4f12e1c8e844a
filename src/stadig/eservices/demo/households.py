"""Open applications for financial assistance that fit what the made-up agencies say: a single person as in the design's picture, a couple
with two children, and four who each meet an answer that is not plain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import numpy as np

from stadig.cases.models import Channel
from stadig.city import clock, persons
from stadig.city.models import Person
from stadig.city.personnummer import parse
from stadig.eservices import flow
from stadig.eservices.demo import lives

if TYPE_CHECKING:
    from stadig.eservices.demo.past import Made, Service

SERVICE: Final = "financial-assistance"
SAMIRA, VIGGO = "199203092383", "198911032392"
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Household:
    """One application: whose, how long ago, where it stands, and what it says."""

    number: str
    days_ago: float
    steps: tuple[tuple[float, str], ...]
    answers: Mapping[str, Any]
    partner: str = ""
    incomes: tuple[tuple[str, int, int, str], ...] = field(default=())
    """Kind, kronor, day of the month before the one applied for, and whose."""


def _single(rent: int, electricity: int, occupation: str, **more: Any) -> Answers:
    return {
        "household": "single",
        "has_children": False,
        "occupation": occupation,
        "home": "rental",
        "persons_at_home": 1,
        "housing": {"rent": rent, "electricity": electricity},
        "expenses": [],
        "has_assets": False,
        "account": "8000-1, 123 456 789-0",
        "true_and_complete": True,
    } | more


YUSUF: Final = _single(
    6700, 450, "part_time", job_search="Lagret i hamnen 3 november. Skolköket på Fyren 9 november. Jag väntar på svar från båda."
)
YUSUFS_INCOMES: Final = (("housing", 1900, 18, "mine"), ("sickness", 4212, 18, "mine"), ("salary", 6208, 25, "mine"))
HOUSEHOLDS: Final = (
    Household(
        SAMIRA,
        6,
        ((1.1, "assessing"),),
        _single(8200, 520, "studies")
        | {
            "household": "couple",
            "partner": {
                "name": "Viggo Jonsson",
                "personnummer": VIGGO,
                "email": "viggo@lindhamn.example",
                "occupation": "unemployed",
            },
            "has_children": True,
            "persons_at_home": 4,
            "job_search": "Viggo har sökt tre arbeten genom Arbetsförmedlingen i november.",
        },
        partner=VIGGO,
        incomes=(("child", 2650, 20, "childs"), ("unemployment", 9800, 12, "partners"), ("study", 4180, 25, "mine")),
    ),
    Household(
        "198801262398",
        4,
        ((0.9, "assessing"),),
        _single(5900, 380, "sick"),
        incomes=(("sickness", 6240, 25, "mine"),),
    ),
    Household("198810262389", 3, ((0.8, "assessing"),), _single(6100, 300, "unemployed", job_search="Två arbeten, se bilagan.")),
    Household(
        "198010032392",
        3.6,
        ((1.0, "assessing"),),
        _single(7400, 410, "unemployed", job_search="Butiken vid torget och hemtjänsten."),
        incomes=(("unemployment", 7350, 12, "mine"),),
    ),
    Household(
        "198602282389", 7, ((1.2, "assessing"),), _single(4800, 260, "parental_leave"), incomes=(("parental", 5100, 25, "mine"),)
    ),
)


def month_applied_for(today: date) -> str:
    """The month after the present one; the present one in December, since a new year's riksnorm may not have been entered."""
    return f"{today:%Y-%m}" if today.month == 12 else f"{today.year}-{today.month + 1:02d}"


def declared(answers: Mapping[str, Any], incomes: tuple[tuple[str, int, int, str], ...], at: datetime) -> Answers:
    """The answers with the month applied for and the incomes of the one before."""
    month = month_applied_for(at.date())
    before = date.fromisoformat(f"{month}-01") - timedelta(days=1)
    rows = [
        {"kind": kind, "amount": amount, "paid_on": before.replace(day=day).isoformat(), "whose": whose}
        for kind, amount, day, whose in incomes
    ]
    return dict(answers) | {"month": month, "has_income": bool(rows)} | ({"incomes": rows} if rows else {})


def cases(service: Service, rng: np.random.Generator) -> list[Made]:
    """Their cases, to be written with the others."""
    from stadig.eservices.demo.past import Made

    now = clock.now()
    found: list[Made] = []
    for one in HOUSEHOLDS:
        at = now - timedelta(days=one.days_ago)
        answers = declared(one.answers, one.incomes, at)
        if one.partner:
            answers["children"] = [
                {"name": "Nora Ali", "born": (at - timedelta(days=400)).date().isoformat(), "lives": "part", "days": 15},
                {"name": "Love Jonsson", "born": (at - timedelta(days=8 * 365)).date().isoformat(), "lives": "always"},
            ]
        partner = _person(one.partner) if one.partner else None
        found.append(
            Made(
                id=UUID(bytes=rng.bytes(16), version=4),
                service=service,
                at=at,
                channel=Channel.WEB,
                answers=dict(flow.evaluate(service.package, answers, today=at.date()).answers),
                spot=None,
                life=lives.fixed(service.definition, at, one.steps),
                person=_person(one.number),
                signed_by={"co_applicant": partner} if partner else {},
            )
        )
    return found


def _person(digits: str) -> Person:
    return Person.objects.get(personnummer_hash=persons.hash_of(parse(digits, today=clock.today())))
