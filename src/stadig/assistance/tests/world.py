"""A case of financial assistance for December 2026, and agencies' answers about the one who applies, stored as a lookup leaves them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from stadig.assistance import first
from stadig.assistance.models import Norm, Rules
from stadig.assistance.terms import PURPOSE
from stadig.assistance.tests.people import Town
from stadig.cases.models import Case
from stadig.city import clock
from stadig.city.models import Person, User
from stadig.exchange import sealed
from stadig.exchange.models import Block, Call, Lookup, Permit
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import Fact

PAYERS = ("FK", "PM", "SKV", "CSN", "SO")
ANSWERS: dict[str, Any] = {
    "month": "2026-12",
    "household": "single",
    "occupation": "sick",
    "has_children": False,
    "home": "rental",
    "persons_at_home": 1,
    "housing": {"rent": 6650, "electricity": 500},
    "has_income": False,
    "has_assets": False,
}
"""What a single person answered for December 2026."""
DIGEST = "ab" * 32


class World(Town):
    """Petra handles Yusuf's own application for December; nobody has asked the agencies yet."""

    def __init__(self, **answers: Any) -> None:
        super().__init__()
        first.write(Norm, Rules)
        self.case: Case = self.apply(("applicant", self.yusuf), answers=ANSWERS | answers)
        self.month = dt.date(2026, 12, 1)

    def answered(self, case: Case | None = None, person: Person | None = None, by: User | None = None, **said: Any) -> Lookup:
        """Store what agencies said: ``FK=[fact, …]``, ``SO=Outcome.TIMEOUT``; those not named say that they have nothing."""
        case, person, by = case or self.case, person or self.yusuf, by or self.petra
        now = clock.now()
        period = {"period_from": dt.date(2026, 10, 1), "period_to": dt.date(2026, 12, 31)}
        common: dict[str, Any] = {"person": person, "by": by, "unit": self.unit, **period}
        permit = Permit.objects.create(
            purpose=PURPOSE, case=case.pk, case_number=case.number, role="applicant", laws={}, issued_at=now, **common
        )
        lookup = Lookup.objects.create(
            permit=permit, kind="person", case=case.pk, asked_at=now, begun_at=now, deadline_at=now, finished_at=now, **common
        )
        call = Call.objects.create(
            lookup=lookup,
            connection="samlad",
            contract="SSBTEK v11",
            agencies=list(PAYERS),
            intent_at=now,
            answered_at=now,
            raw_sha256=DIGEST,
        )
        for agency in PAYERS:
            self._block(lookup, call, agency, said.get(agency, Outcome.NOTHING_STATED), now)
        return lookup

    def _block(self, lookup: Lookup, call: Call, agency: str, told: Any, now: dt.datetime) -> None:
        facts: tuple[Fact, ...] = () if isinstance(told, Outcome) else tuple(told)
        Block.objects.create(
            lookup=lookup,
            call=call,
            agency=agency,
            outcome=told if isinstance(told, Outcome) else Outcome.DATA,
            contract="SSBTEK v11",
            answered_at=now,
            stored_at=now,
            sealed=sealed.close(sealed.Content(facts=facts), lookup.uuid, agency, ""),
        )
