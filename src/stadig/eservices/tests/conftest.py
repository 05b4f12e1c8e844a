"""A city with every unit that the shipped packages name, and the packages installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stadig.city.models import Organisation
from stadig.eservices import actions, reading
from stadig.eservices.models import EService

PACKAGES = Path(reading.__file__).parent / "packages"
NAMES = sorted(path.parent.name for path in PACKAGES.glob("*/service.yaml"))


@pytest.fixture
def installed(db: None) -> Callable[[str], EService]:
    """``installed("street-fault")`` → the service, open in this city."""

    def install(name: str) -> EService:
        package = reading.load(PACKAGES / name)
        committee, _ = Organisation.objects.get_or_create(name=package.case.committee, defaults={"kind": "committee"})
        Organisation.objects.get_or_create(name=package.case.unit, defaults={"kind": "unit", "parent": committee})
        return actions.install(None, dict(package.files))

    return install
