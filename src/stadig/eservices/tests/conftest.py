"""A city with every unit that the shipped packages name, the packages installed, and drafts in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stadig.city import clock
from stadig.city.models import Organisation, User
from stadig.eservices import actions, drafts, reading
from stadig.eservices.models import Draft, EService

PACKAGES = Path(reading.__file__).parent / "packages"
NAMES = sorted(path.parent.name for path in PACKAGES.glob("*/service.yaml"))
LAMP = {
    "what": "lamp",
    "lamp_number": "4711",
    "danger": False,
    "where": {"text": "Storgatan 12", "lon": 12.1, "lat": 57.2},
    "answer_me": True,
    "email": "berit@example.se",
}


@pytest.fixture
def installed(db: None) -> Callable[[str], EService]:
    """``installed("street-fault")`` → the service, open in this city."""

    def install(name: str) -> EService:
        package = reading.load(PACKAGES / name)
        committee, _ = Organisation.objects.get_or_create(name=package.case.committee, defaults={"kind": "committee"})
        Organisation.objects.get_or_create(name=package.case.unit, defaults={"kind": "unit", "parent": committee})
        return actions.install(None, dict(package.files))

    return install


@pytest.fixture
def unit(db: None) -> Organisation:
    committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
    return Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)


@pytest.fixture
def street_fault(unit: Organisation) -> EService:
    return actions.install(None, dict(reading.load(PACKAGES / "street-fault").files))


@pytest.fixture
def drafted(street_fault: EService) -> Callable[..., Draft]:
    """``drafted({…}, by=user)`` → a draft with these answers."""

    def make(
        answers: dict[str, Any] | None = None, *, by: User | None = None, acting: drafts.Acting | None = None, **fields: Any
    ) -> Draft:
        now = clock.now()
        if by is None:
            fields.setdefault("code_hash", f"code of {Draft.objects.count()}")
        return Draft.objects.create(
            version=street_fault.current,
            person=by.person if by else None,
            answers=drafts.sealed(LAMP if answers is None else answers, acting),
            started_at=now,
            saved_at=now,
            erase_at=now + dt.timedelta(days=30),
            **fields,
        )

    return make
