"""What an application on the web is reckoned to spare people: a visit, by a factor that says so. Estimated, never measured."""

from __future__ import annotations

from typing import Final

from stadig.cases.models import Case, Channel
from stadig.city import effects
from stadig.city.given import ESTIMATED, GAINED
from stadig.eservices.package import Package

VISITS: Final = f"{GAINED}visits"
UNIT: Final = "besök"
FACTOR: Final = "visits_per_application"


def counts(package: Package, channel: str) -> bool:
    """Whether it would else have been handed in by hand: an application that asks who one is, filled in by oneself."""
    return channel == Channel.WEB and bool(package.about.login) and package.about.audience != ("employee",)


def record(package: Package, case: Case) -> None:
    """Write the visits that an application on the web spared. Nothing where no factor says how many."""
    if not counts(package, case.channel):
        return
    try:
        factor = effects.factor(FACTOR, case.registered_at.year)
    except effects.NoFactor:
        return
    effects.record(
        *(package.name, VISITS, factor.value, UNIT, case.registered_at),
        subject=("case", case.pk),
        district=case.district_id,
        kind=ESTIMATED,
        method=method(factor.value),
        low=factor.low,
        high=factor.high,
        key=f"case:{case.pk}",
    )


def method(visits: float) -> str:
    """How it is reckoned, as the ledger says it."""
    return f"{visits:g} besök per ansökan på nätet, ett antagande".replace(".", ",", 1)
