"""A life for a number we have no story about, drawn from a keyed hash of it: the same each time, and true of no one."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Any

from stadig.config.agencies.lives import FUNDS, Flow, Fund, Life, Seeker

KEY = b"stadig: the agencies of a made-up town"
GIVEN = (
    "Alva",
    "Bo",
    "Disa",
    "Emil",
    "Frida",
    "Gösta",
    "Hedda",
    "Ivar",
    "Juni",
    "Kaj",
    "Lova",
    "Malte",
    "Nour",
    "Omar",
    "Pia",
    "Runa",
)
FAMILY = ("Alm", "Björk", "Dahl", "Ek", "Frost", "Gran", "Hav", "Kust", "Lind", "Mård", "Nord", "Sten", "Strand", "Vik", "Åker")
EMPLOYERS = (("Kustens Städ AB", "165500000017"), ("Hamnköket AB", "165500000025"), ("Lindhamns Varv AB", "165500000033"))
PENSIONERS_BORN = 1960
STUDENTS_BORN = 1990
PROTECTED, UNKNOWN, NOTHING = 0.03, 0.10, 0.22
"""Below which draw a person is protected, unknown to an agency, or has nothing at all."""


def drawn(person: str) -> Life:
    """Most have one or two incomes, some nothing; some are protected, some unknown to an agency."""
    rng = random.Random(hashlib.blake2b(person.encode(), key=KEY, digest_size=8).digest())  # noqa: S311 - a life, no secret
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    fate = rng.random()
    if fate < PROTECTED:
        return Life(given, family, states=dict.fromkeys(("AF", "CSN", "FK", "PM", "SKV", "MIV"), "protected"))
    states = {rng.choice(("CSN", "TNS", "MIV")): "no_match"} if fate < UNKNOWN else {}
    if fate < NOTHING:
        return Life(given, family, states=states)
    parts: dict[str, Any] = {}
    for kind in rng.sample(_kinds(int(person[:4])), k=rng.choice((1, 1, 2))):
        for name, value in _INCOMES[kind](rng, rng.randrange(30, 140) * 100).items():
            parts[name] = parts[name] + value if isinstance(value, tuple) and name in parts else value
    if rng.random() < 0.3:
        parts["vehicles"] = ((f"{rng.choice('ABCDEFGH')}HM{rng.randrange(100, 999)}", "VOLVO", "2014", "PERSONBIL", "V60"),)
    if rng.random() < 0.15:
        parts["capital"] = rng.randrange(100, 9000)
    return Life(given, family, states=states, **parts)


def _kinds(born: int) -> list[str]:
    if born < PENSIONERS_BORN:
        return ["pension", "housing supplement", "salary"]
    return ["salary", "sickness", "housing", "job seeker", "children", *(["studies"] if born >= STUDENTS_BORN else [])]


def _salary(rng: random.Random, amount: int) -> dict[str, Any]:
    name, number = rng.choice(EMPLOYERS)
    flow = Flow("LON", amount, (-24, 60), gross=int(amount * 1.28), day=25, payer=name, payer_number=number)
    return {"salaries": (flow,), "reported_until": 60}


def _job_seeker(rng: random.Random, amount: int) -> dict[str, Any]:
    fund = rng.choice(FUNDS)
    return {
        "seeker": Seeker(registered=(-rng.randrange(1, 20), rng.randrange(1, 28)), report=(-1, 12), fund=fund),
        "funds": (Fund(fund, flows=(Flow("AKASSA", amount, (-3, 6), day=27, days=20),)),),
    }


_INCOMES: dict[str, Callable[[random.Random, int], dict[str, Any]]] = {
    "pension": lambda _rng, amount: {"pm": (Flow("AP", amount + 4000, gross=int((amount + 4000) * 1.2), day=18),)},
    "housing supplement": lambda _rng, amount: {"pm": (Flow("BTI", amount // 3, day=18),)},
    "salary": _salary,
    "sickness": lambda _rng, amount: {"fk": (Flow("SJP", amount // 2, (-6, 3), gross=amount * 5 // 8, day=25, days=22),)},
    "housing": lambda rng, _amount: {"fk": (Flow("BOB", rng.randrange(8, 38) * 100, day=18),)},
    "job seeker": _job_seeker,
    "children": lambda rng, _amount: {"fk": (Flow("ABB", 1250 * rng.choice((1, 2))),)},
    "studies": lambda _rng, _amount: {"csn": (Flow("GRUND", 12_600, (-12, 12), day=25),)},
}
