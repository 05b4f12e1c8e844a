"""What people of the demo town answered: the right scenarios of each package, varied. No Django, no database."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from stadig.eservices import flow
from stadig.eservices.package import Package

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in town."""

    text: str
    lon: float
    lat: float
    district: str


FAULTS: Final[dict[str, tuple[str, ...]]] = {
    "hole": (
        "Hålet är djupt och ligger mitt i cykelbanan.",
        "Asfalten har sjunkit vid brunnen.",
        "Kanten på vägen har gått sönder.",
    ),
    "lamp": ("Den har varit släckt hela veckan.", "Den blinkar hela natten.", "Två lampor bredvid varandra är släckta."),
    "sign": ("Skylten ligger i diket.", "Skylten pekar åt fel håll.", "Någon har målat på skylten."),
    "tree": ("En stor gren hänger över gångvägen.", "Trädet lutar mot ledningen.", "Häcken skymmer korsningen."),
    "ice": ("Trappan är blank av is.", "Gångvägen är inte sandad.", "Plogen har lämnat en vall över övergången."),
    "other": ("Bänken har gått sönder.", "Räcket vid bryggan är löst.", "Grinden till lekplatsen går inte att stänga."),
}
FAULTS_BY_MONTH: Final = {
    "ice": (5, 5, 3, 0.3, 0, 0, 0, 0, 0, 0.2, 1.5, 4),
    "hole": (1, 1.5, 4, 4, 2.5, 1.5, 1, 1, 1, 1, 1, 1),
    "lamp": (2.5, 2, 1.2, 0.6, 0.3, 0.2, 0.2, 0.7, 1.5, 3, 4, 4),
    "tree": (0.5, 0.5, 0.5, 0.7, 1.2, 1.5, 1.2, 1.2, 1, 1.5, 1.2, 0.5),
    "sign": (0.6,) * 12,
    "other": (0.5, 0.5, 0.7, 1, 1.4, 1.6, 1.6, 1.4, 1, 0.7, 0.5, 0.5),
}
"""How often each kind of fault is reported, January to December."""
ASSOCIATIONS: Final = (
    ("Lindhamns roddklubb", "802001-2343"),
    ("Schacksällskapet Tornet", "802002-3456"),
    ("Fiberkören", "802003-4560"),
    ("Vintercyklarna", "802004-5673"),
    ("Hamnens scoutkår", "802005-6787"),
    ("Strandens bollklubb", "802006-7891"),
    ("Lindhamns hembygdsförening", "802007-8906"),
    ("Somaliska kvinnoföreningen i Lindhamn", "802008-9010"),
)
PURPOSES: Final = (
    "En dag i hamnen där alla får prova. Vi vill få fler unga att börja.",
    "Vi hyr en lokal två kvällar i veckan och vill fortsätta med det.",
    "Läxhjälp varje tisdag med fika. Både elever och vuxna är välkomna.",
    "En sommarskola i två veckor för barn som är hemma på lovet.",
)
COSTS: Final = ("Hyra", "Ledare", "Material", "Resor", "Mat och fika", "Utrustning", "Tryck av affischer")
KROGAR: Final = (
    ("Fjärdens Krog", "restaurant"),
    ("Kafé Fyren", "cafe"),
    ("Kiosken vid bron", "shop"),
    ("Torgets Falafel", "truck"),
    ("Hamnbageriet", "cafe"),
    ("Sushi på kajen", "restaurant"),
)


def answer(package: Package, at: date, spots: Sequence[Spot], rng: np.random.Generator) -> tuple[Answers, Spot | None]:
    """Answers that may be submitted, and the place where there is one. Files are left out: ``filed`` puts them in."""
    right = [one for one in package.scenarios if not one.errors]
    answers: Answers = copy.deepcopy(dict(right[int(rng.integers(len(right)))].answers))
    spot = spots[int(rng.integers(len(spots)))]
    vary = VARY.get(package.name)
    if vary:
        vary(answers, at, spot, rng)
    for question in package.flow.questions():
        if question.kind == "file":
            _remove(answers, question.path)
    state = flow.evaluate(package, answers, today=at)
    placed = any(question.kind == "place" and question.path in state.visible for question in package.flow.questions())
    return dict(state.answers), spot if placed else None


def _fault(answers: Answers, at: date, spot: Spot, rng: np.random.Generator) -> None:
    weights = np.array([row[at.month - 1] for row in FAULTS_BY_MONTH.values()], float)
    what = list(FAULTS_BY_MONTH)[int(rng.choice(len(weights), p=weights / weights.sum()))]
    answers.update(
        what=what,
        description=FAULTS[what][int(rng.integers(3))],
        danger=bool(rng.random() < 0.06),
        where=_place(spot),
        answer_me=bool(rng.random() < 0.6),
        email=f"boende{int(rng.integers(1000))}@lindhamn.example",
    )
    answers.pop("lamp_number", None)
    if what == "lamp":
        answers["lamp_number"] = str(int(rng.integers(1000, 9000)))


def _permit(answers: Answers, _at: date, _spot: Spot, rng: np.random.Generator) -> None:
    if "distance_m" in answers:
        answers["distance_m"] = int(rng.choice([10, 20, 30, 40, 50, 80, 100, 150, 300]))


def _preschool(answers: Answers, at: date, _spot: Spot, rng: np.random.Generator) -> None:
    schools = ["fyren", "hamnen", "kastanjen", "skeppet", "snackan", "strandskatan", "tallbacken", "angen"]
    first, second, third = (schools[int(one)] for one in rng.permutation(8)[:3])
    answers.update(first_choice=first, second_choice=second, third_choice=third)
    answers["start"] = (at + timedelta(days=int(rng.integers(60, 260)))).isoformat()
    answers["reason"] = str(rng.choice(["work", "work", "studies", "parental_leave", "seeking_work"]))
    if not answers["child"]["has_personnummer"]:
        answers["child"]["born"] = (at - timedelta(days=int(rng.integers(300, 1500)))).isoformat()


def _assistance(answers: Answers, at: date, _spot: Spot, rng: np.random.Generator) -> None:
    answers["month"] = f"{at:%Y-%m}"
    if answers.get("housing", {}).get("rent"):
        answers["housing"]["rent"] = int(rng.integers(38, 92)) * 100
    for row in answers.get("incomes", []):
        row["amount"] = int(rng.integers(6, 70)) * 100
        row["paid_on"] = (at - timedelta(days=int(rng.integers(1, 28)))).isoformat()


def _grant(answers: Answers, at: date, spot: Spot, rng: np.random.Generator) -> None:
    name, number = ASSOCIATIONS[int(rng.integers(len(ASSOCIATIONS)))]
    answers["association"] |= {"name": name, "organisation_number": number, "members": int(rng.integers(12, 260))}
    answers["purpose"] = PURPOSES[int(rng.integers(len(PURPOSES)))]
    chosen = rng.permutation(len(COSTS))[: int(rng.integers(2, 5))]
    answers["costs"] = [{"what": COSTS[int(one)], "amount": int(rng.integers(5, 160)) * 100} for one in chosen]
    answers["applied_for"] = round(sum(row["amount"] for row in answers["costs"]) * float(rng.uniform(0.5, 0.95)), -2)
    starts = at + timedelta(days=int(rng.integers(30, 120)))
    answers.update({"from": starts.isoformat(), "to": (starts + timedelta(days=int(rng.integers(0, 200)))).isoformat()})
    if "place" in answers:
        answers["place"] = _place(spot)


def _access(answers: Answers, at: date, _spot: Spot, rng: np.random.Generator) -> None:
    answers["from"] = (at + timedelta(days=int(rng.integers(0, 20)))).isoformat()
    if answers.get("until"):
        answers["until"] = (at + timedelta(days=int(rng.integers(60, 400)))).isoformat()


def _food(answers: Answers, at: date, spot: Spot, rng: np.random.Generator) -> None:
    answers["starts"] = (at + timedelta(days=int(rng.integers(10, 60)))).isoformat()
    answers["where"] = _place(spot)
    name, kind = KROGAR[int(rng.integers(len(KROGAR)))]
    if answers["kind"] == kind:
        answers["premises_name"] = name


VARY: Final[Mapping[str, Callable[[Answers, date, Spot, np.random.Generator], None]]] = {
    "street-fault": _fault,
    "parking-permit": _permit,
    "preschool-place": _preschool,
    "financial-assistance": _assistance,
    "association-grant": _grant,
    "access-rights": _access,
    "food-registration": _food,
}


def _place(spot: Spot) -> Answers:
    return {"text": spot.text, "lon": round(spot.lon, 6), "lat": round(spot.lat, 6)}


def _remove(answers: Answers, path: str) -> None:
    group, inside, name = path.partition("[].")
    holders = answers.get(group, []) if inside else [answers]
    for holder in holders:
        holder.pop(name if inside else path, None)
