"""The demo town's trials, by the same verbs as anyone's: one that runs, one scaled up, one withdrawn, one whose
last day has passed without a decision, and one that is planned.

Their figures come out of the town's own ledger and cases. Nothing here says what they found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import connection

from stadig.cases import reminding
from stadig.city import actions as city
from stadig.city import clock, costs, rollout
from stadig.city.models import Assignment, District, Organisation, User
from stadig.eservices.demo import reminded
from stadig.pilots import actions, demo_cards, demo_kiosk
from stadig.pilots import card as cards
from stadig.pilots.actions.common import latest
from stadig.pilots.card import Card, rule_of
from stadig.pilots.models import Pilot
from stadig.pilots.statistics import allocation
from stadig.pilots.statistics.analysis import look_days
from stadig.pilots.statistics.terms import Plan
from stadig.waste import demo as waste

if TYPE_CHECKING:
    from stadig.geo.town.litter import Past
    from stadig.geo.town.world import World

SEED: Final = "Lindhamn: korgar som säger till"
"""Public: with it anyone draws the same three districts."""
CALLING_DISTRICTS: Final = 3
KIOSK_BEGAN_DAYS, KIOSK_DAYS = 301, 84
ORDER_BEGAN_DAYS, ORDER_OVER_DAYS = 131, 6
"""The first day of the trial that no one has decided on, and its last, in days before the present."""
Learnt = tuple[bool, str, str, str]
"""Whether it worked, heading, text, icon."""
FROM_BINS: Final[tuple[Learnt, ...]] = (
    (True, "Lagen hinner annat", "På förmiddagar utan tömning lagar lagen bänkar och sopar busshållplatser.", "wrench"),
    (False, "Sensorer på stranden", "Sand och salt gav fel siffror i juli. Två korgar fick ny sensor.", "radio"),
)  # fmt: skip
FROM_REMINDER: Final[tuple[Learnt, ...]] = (
    (True, "Tre dagar räcker", "De flesta som påminns svarar samma dag eller dagen efter.", "bell"),
    (False, "Den som bara nås med brev", "Brevet kom ofta fram efter sista dagen. De behöver en längre tid från början.", "mail"),
    (False, "Fel ord i första utskicket", "”Komplettering” förstod inte alla. Vi skriver ”skicka det som saknas” nu.", "message-circle"),
)  # fmt: skip
FROM_KIOSK: Final[tuple[Learnt, ...]] = (
    (False, "Få kom", "Färre än två personer om dagen använde skärmen. De flesta som saknar dator ville prata med någon.", "users"),
    (False, "Inte utan hjälp", "Mer än hälften behövde personalen ändå. ”Jag litar inte på att det har gått fram”, sa en man.", "hand-helping"),
    (False, "För få bibliotek att jämföra med", "Före och efter säger inget säkert. Nästa gång prövar vi något som går att lotta.", "scale"),
    (True, "Kvällarna", "Var tredje som kom gjorde det efter klockan 17. Kontaktcenter prövar en kvällsöppen dag.", "moon"),
)  # fmt: skip


YEAR_KR: Final = {"papperskorgar": 96_000, "street-fault": 84_000, "financial-assistance": 210_000, "parking-permit": 48_000}
"""What some of the services cost a year. Of the others nobody has said it."""
MADE_UP: Final = "Påhittad siffra för demostaden"


def calling(world: World) -> frozenset[str]:
    """The districts in which bins call: the same lot as the trial's."""
    return frozenset(allocation.draw([one.code for one in world.districts], CALLING_DISTRICTS, SEED).treated)


def begin(world: World, began: dt.datetime, *, small: bool) -> None:
    """The trial of bins that call, from its idea to its start; what it turns on is on when the morning's plan is made."""
    waste.seed_factors()
    city.change_service(None, "papperskorgar", owner=Organisation.objects.get(name="Gata och park"))
    first = clock.local(began).date()
    card = demo_cards.bins(first, first + dt.timedelta(days=40 if small else 223), small=small)
    pilot = _planned(card, first, by="henrik")
    districts = {one.code: one for one in District.objects.defer("geometry", "population")}
    units = [actions.NewUnit(one.code, one.name, districts[one.code].pk) for one in world.districts]
    eva = User.objects.get(username="eva")
    with clock.frozen(clock.midnight(first) - dt.timedelta(days=20)):
        actions.set_units(eva, pilot.pk, units)
        actions.draw(eva, pilot.pk, method="complete", chosen=CALLING_DISTRICTS, seed=SEED)
    with clock.frozen(clock.midnight(first) + dt.timedelta(minutes=1)):
        actions.start(eva, pilot.pk)


def seed(world: World, _past: Past, *, small: bool) -> None:
    """The other trials, and what has been seen of all of them until now."""
    for slug, year_kr in YEAR_KR.items():
        costs.say(None, slug, year_kr=year_kr, from_day=clock.today().replace(month=1, day=1), source=MADE_UP)
    running = Pilot.objects.get(service="papperskorgar")
    _spent(running, ((10, 118_000, "Sensorer i tre stadsdelar"), (60, 24_500, "Abonnemang"), (150, 24_500, "Abonnemang")))
    _look(running, few=small)
    _learn(running, FROM_BINS)
    _reminder(small=small)
    _kiosk(world, small=small)
    _order(small=small)
    _planned(demo_cards.idea(clock.today() + dt.timedelta(days=45)), clock.today(), by="leila", days=12)


def _planned(card: Card, first: dt.date, *, by: str, days: int = 45) -> Pilot:
    """An idea with its card, so many days before the first one."""
    user = User.objects.get(username=by)
    with clock.frozen(clock.midnight(first) - dt.timedelta(days=days) + dt.timedelta(hours=10)):
        pilot = actions.create(user, card.title, card.service)
        actions.save_card(user, pilot.pk, card, seen=1)
    return pilot


def _reminder(*, small: bool) -> None:
    today = clock.today()
    first, last = today - dt.timedelta(days=reminded.BEGAN_DAYS), today - dt.timedelta(days=reminded.ENDED_DAYS)
    pilot = _planned(demo_cards.reminder(first, last, small=small), first, by="eva")
    eva = User.objects.get(username="eva")
    with clock.frozen(clock.midnight(first) + dt.timedelta(minutes=1)):
        actions.start(eva, pilot.pk)
    _write_arms(pilot)
    _spent(pilot, ((5, 31_000, "Utveckling, egen tid"), (40, 4_200, "Sms och brev"), (120, 4_900, "Sms och brev")))
    _look(pilot, few=small)
    _close(
        pilot,
        last + dt.timedelta(days=26),
        body="Socialnämnden",
        learnt=FROM_REMINDER,
        wanted="keep",
        reason="För få svar för att säga något säkert.",
    )


def _order(*, small: bool) -> None:
    """Past its last day, and the one who decides has not done so."""
    today = clock.today()
    first, last = today - dt.timedelta(days=ORDER_BEGAN_DAYS), today - dt.timedelta(days=ORDER_OVER_DAYS)
    pilot = _planned(demo_cards.order(first, last, small=small), first, by="henrik", days=21)
    with clock.frozen(clock.midnight(first) + dt.timedelta(minutes=1)):
        actions.start(User.objects.get(username="eva"), pilot.pk)
    _write_arms(pilot)
    _spent(pilot, ((3, 6_400, "Ändring i listan, egen tid"), (40, 2_100, "Genomgång med laget")))
    _look(pilot, few=small)


APPLIED: Final = """
SELECT c.id, c.registered_at, (
    SELECT p.person_id FROM cases_party p WHERE p.case_id = c.id AND p.person_id IS NOT NULL ORDER BY p.role = 'applicant' DESC, p.id LIMIT 1)
FROM cases_case c JOIN cases_casetype t ON t.id = c.type_id WHERE t.slug = %s AND c.registered_at >= %s ORDER BY c.registered_at, c.id
"""


def _write_arms(pilot: Pilot) -> None:
    """The arms that the register would have written when the town's cases came in, which were written without it."""
    pilot.refresh_from_db()  # its switch got a name when the card was saved
    rule = rollout.compiled(pilot.switch)
    card = _card(pilot)
    with connection.cursor() as cursor:
        cursor.execute(APPLIED, [pilot.service, clock.midnight(card.begins or clock.today())])
        found = [(reminding.subject(case, person), at) for case, at, person in cursor.fetchall()]
    rows = [
        Assignment(service=pilot.switch, ref=rollout.ref(pilot.switch, who), arm=arm, percent=50, at=at)
        for who, at in found
        if (arm := rule.drawn(who))
    ]
    Assignment.objects.bulk_create(rows, ignore_conflicts=True)


def _kiosk(world: World, *, small: bool) -> None:
    first = clock.today() - dt.timedelta(days=KIOSK_BEGAN_DAYS)
    last = first + dt.timedelta(days=KIOSK_DAYS - 1)
    card = demo_cards.kiosk(first, last, small=small)
    demo_kiosk.seed(first, last, baseline_days=card.baseline_days, seed=world.seed)
    pilot = _planned(card, first, by="eva")
    eva = User.objects.get(username="eva")
    districts = {one.code: one for one in District.objects.defer("geometry", "population")}
    with clock.frozen(clock.midnight(first) - dt.timedelta(days=20)):
        where = [districts[code] for code in demo_kiosk.DISTRICTS]
        actions.set_units(eva, pilot.pk, [actions.NewUnit(one.code, one.name, one.pk, "pilot") for one in where])
    with clock.frozen(clock.midnight(first) + dt.timedelta(minutes=1)):
        actions.start(eva, pilot.pk)
    _spent(
        pilot,
        ((2, 96_000, "Två skärmar, hyra"), (30, 38_000, "Installation och support"), (70, 19_500, "Utbildning av personal")),
    )
    _look(pilot, few=small)
    reason = (
        "Vi har inget att jämföra med. Men skärmarna användes lite, många behövde hjälp av personal och varje besök kostade "
        "flera gånger mer än taket. Pengarna gör mer nytta på kvällsöppet kontaktcenter."
    )
    _close(pilot, last + dt.timedelta(days=30), body="Kommunstyrelsen", learnt=FROM_KIOSK, wanted="withdraw", reason=reason)


def _spent(pilot: Pilot, costs: Sequence[tuple[int, float, str]]) -> None:
    """Costs, so many days after the start; those to come are not written."""
    card = _card(pilot)
    for days, amount_kr, what in costs:
        day = (card.begins or clock.today()) + dt.timedelta(days=days)
        if day <= clock.today():
            actions.record_cost(None, pilot.pk, day=day, amount_kr=amount_kr, what=what)


def _look(pilot: Pilot, *, few: bool) -> None:
    """The looks that the nightly job made; in a small town the last alone."""
    rule: Plan = rule_of(_card(pilot))
    days = look_days(rule, clock.today() - dt.timedelta(days=1))
    for day in days[-1:] if few else days:
        with clock.frozen(clock.midnight(day) + dt.timedelta(days=1, hours=3, minutes=40)):
            actions.look(pilot.pk, through=day)


def _learn(pilot: Pilot, learnt: Sequence[Learnt]) -> None:
    for worked, title, text, icon in learnt:
        actions.add_lesson(None, pilot.pk, worked=worked, title=title, text=text, icon=icon)


def _close(pilot: Pilot, day: dt.date, *, body: str, learnt: Sequence[Learnt], wanted: str, reason: str) -> None:
    """Decide what the rule says; where it says nothing, what was wanted, with the reason. Then close."""
    eva = User.objects.get(username="eva")
    with clock.frozen(clock.midnight(day) + dt.timedelta(hours=14)):
        _look_seen, said = actions.rule_says(pilot)
        decided = said if said in ("scale_up", "withdraw", "keep") else wanted
        actions.decide(eva, pilot.pk, decided, body=body, day=day, reason="" if decided == said else reason)
    with clock.frozen(clock.midnight(day) + dt.timedelta(days=7, hours=9)):
        _learn(pilot, learnt)
        actions.close(eva, pilot.pk)


def _card(pilot: Pilot) -> Card:
    return cards.read(latest(pilot).card)
