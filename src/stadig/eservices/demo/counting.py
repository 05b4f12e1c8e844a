"""How far people came and how easy they found it, in figures that agree with the cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from stadig.cases.models import Case, Channel, Event
from stadig.cases.terms import STOCKHOLM
from stadig.city import clock
from stadig.city import effects as ledger
from stadig.city.given import ESTIMATED
from stadig.city.models import Effect
from stadig.eservices import flow, gained, rated
from stadig.eservices.models import Remark, Tally
from stadig.eservices.package import Package

if TYPE_CHECKING:
    from stadig.eservices.demo.past import Made

GAVE_UP: Final = {
    "street-fault": 0.12,
    "financial-assistance": 0.34,
    "parking-permit": 0.27,
    "preschool-place": 0.14,
    "access-rights": 0.07,
    "association-grant": 0.31,
    "food-registration": 0.22,
}
"""Of those who begin on the web, the share that does not submit."""
EASE: Final = {
    "street-fault": 4.4,
    "financial-assistance": 3.3,
    "parking-permit": 3.6,
    "preschool-place": 4.2,
    "access-rights": 4.0,
    "association-grant": 3.4,
    "food-registration": 3.8,
}
"""How easy people find it, of 5."""
BANDS: Final = ("16-19", "20-29", "30-44", "45-64", "65-79", "80+")
BAND_SHARES: Final = (0.03, 0.18, 0.34, 0.28, 0.14, 0.03)
SENDERS: Final = tuple(name for _below, name in rated.BANDS)
SENT_IN: Final = (0.0, 0.2, 0.38, 0.24, 0.15, 0.03)
SENT_WITH_HELP: Final = (0.0, 0.06, 0.16, 0.2, 0.33, 0.25)
"""Of those who send in themselves, and of those who get help with it, the share in each age band."""
LINES: Final = (
    (2, "Jag hittade inte var jag skulle lägga till filen."),
    (5, "Skönt att kunna spara och fortsätta nästa dag."),
    (3, "Det tog tid att förstå vilka papper ni ville ha."),
    (1, "Sidan sade att numret var fel, men inte vad som var fel med det."),
    (4, "Enkelt. Skriv gärna hur lång tid det tar redan från början."),
    (5, "Min mamma klarade det själv på telefonen."),
)
"""What people wrote about how easy it was, and which of 1–5 they chose."""
Key = tuple[str, date, str, str, str, int, str]


def write(made: Sequence[Made], rng: np.random.Generator) -> None:
    """Write the tallies of what was submitted, and of those who gave up on the way."""
    found: Counter[Key] = Counter()
    for one in made:
        if one.channel in (Channel.WEB, Channel.ASSISTED, Channel.PAPER):
            _count(found, one, rng)
    names = ("service", "day", "channel", "kind", "step", "value", "band")
    Tally.objects.bulk_create((Tally(count=count, **dict(zip(names, key, strict=True))) for key, count in found.items()), 2000)
    Remark.objects.bulk_create(_remarks(found), 2000)


def _remarks(found: Counter[Key]) -> Iterator[Remark]:
    """A line in every twelfth answer or so, that fits how easy it was."""
    rated = sorted(key for key in found if key[3] == Tally.Kind.RATED)
    for number, (service, day, *_rest, value, _band) in enumerate(rated):
        said, text = LINES[number // 12 % len(LINES)]
        if number % 12 == 0 and abs(said - value) <= 1:
            yield Remark(service=service, day=day, value=value, text=text)


def _count(found: Counter[Key], one: Made, rng: np.random.Generator) -> None:
    name, day = one.service.package.name, one.at.astimezone(STOCKHOLM).date()
    steps = _steps(one.service.package, one)

    def add(kind: str, step: str = "", value: int = 0, band: str = "") -> None:
        found[name, day, one.channel, kind, step, value, band] += 1

    add(Tally.Kind.STARTED)
    for step in steps:
        add(Tally.Kind.REACHED, step)
    add(Tally.Kind.SUBMITTED, band=_band(one, rng))
    if one.channel != Channel.WEB:
        return
    if rng.random() < 0.38:
        value = int(np.clip(round(float(rng.normal(EASE[name], 0.9))), 1, 5))
        known = one.person is not None
        add(Tally.Kind.RATED, value=value, band=str(rng.choice(BANDS, p=BAND_SHARES)) if known else "")
    if rng.random() < GAVE_UP[name] / (1 - GAVE_UP[name]):
        add(Tally.Kind.STARTED)
        for step in steps[: int(rng.integers(0, len(steps)))]:
            add(Tally.Kind.REACHED, step)


def _band(one: Made, rng: np.random.Generator) -> str:
    """The sender's age band, where we know who it is. The old come with help more often than the young."""
    shares = SENT_IN if one.channel == Channel.WEB else SENT_WITH_HELP
    return str(rng.choice(SENDERS, p=shares)) if one.person is not None else ""


def _steps(package: Package, one: Made) -> tuple[str, ...]:
    return flow.evaluate(package, one.answers, today=one.at.date()).steps


def effects(made: Sequence[Made], cases: Sequence[Case], events: Sequence[Event]) -> None:
    """What the verbs write: that a case came in, how many days it took, and the visit that an application on the web spared."""
    rows = [_effect(case, "cases_registered", 1, case.registered_at, f"case:{case.pk}") for case in cases]
    for event in events:
        case = event.case
        if event.kind == "status" and event.at == case.closed_at:
            days = (event.at - case.registered_at).total_seconds() / 86400
            rows.append(_effect(case, "case_days", days, event.at, f"case:{case.pk}:closed:{event.pk}"))
    rows += _visits(made, cases)
    Effect.objects.bulk_create(rows, batch_size=2000)


def _effect(case: Case, metric: str, quantity: float, at: datetime, key: str) -> Effect:
    return Effect(
        service=case.type.slug,
        metric_id=metric,
        quantity=quantity,
        at=at,
        subject_kind="case",
        subject_id=str(case.pk),
        district=case.district,
        key=key,
    )


def _visits(made: Sequence[Made], cases: Sequence[Case]) -> list[Effect]:
    factor = ledger.factor(gained.FACTOR, clock.today().year)
    found: list[Effect] = []
    for one, case in zip(made, cases, strict=True):
        if gained.counts(one.service.package, case.channel):
            row = _effect(case, gained.VISITS, factor.value, case.registered_at, f"case:{case.pk}")
            row.kind, row.method = ESTIMATED, gained.method(factor.value)
            row.low, row.high = factor.low, factor.high
            found.append(row)
    return found
