"""The card of a trial: everything that is said before it starts, on one page. Plain data; what is missing is named, not guessed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

import msgspec

from stadig.pilots.statistics.terms import Allocation, Design, Direction, Plan, Scale
from stadig.pilots.statistics.terms import Limit as PlannedLimit

UNITS = ("person", "household", "case", "school", "district", "bin", "lamp", "home")
"""What may be drawn or compared."""
LEVERS = ("channel", "order", "reminder", "equipment", "area")
"""What may differ between people by lot. Decisions, fees, benefits and statutory rights never may."""
SOURCES = ("effects", "observations", "cases", "ratings", "upload", "derived")
"""Where the figures of an outcome come from."""
YEAR = 366
"""Days after which a limit of direct award that was looked up must be looked up again."""
NUMBERS = {
    "alpha": (0.001, 0.2), "every_days": (1, 366), "baseline_days": (1, 3660), "planned_n": (1, 1_000_000), "purchase.months": (1, 120),
}  # fmt: skip
"""Field → the least and the most it may hold: what the form keeps to, for a card from elsewhere too."""
LISTED = {
    "at_end": ("withdraw", "keep"), "spending": ("obf", "linear"), "purchase.way": ("", "framework", "direct", "own_work", "tender"),
}  # fmt: skip
"""Field → what may be chosen."""
LONGEST = {
    "title": 160, "hypothesis": 600, "owner": 120, "exit_plan": 1000,
    "equal.differs": 600, "equal.reason": 600, "equal.decided_by": 160,
    "privacy.personal_data": 600, "privacy.legal_basis": 300, "privacy.decline": 600,
}  # fmt: skip
"""Field → how many characters it may have. Of an outcome: title 120, unit 40, per 60."""
FORMAT = "stadig-pilot-card/1"


@dataclass(frozen=True, slots=True)
class Wording:
    """An outcome as clauses, with ``{}`` where the amount stands and ``*…*`` round what is written bold.

    ``better``: *bilarna kör \\*{} kortare\\* per korg*; ``worse``: *de kör {} längre*, for a level *fler än {} behöver ringa*.
    """

    better: str = ""
    worse: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something measured: what it is called, in which unit, which way is better, and where its figures come from."""

    slug: str
    title: str
    unit: str
    direction: Direction
    source: str = "upload"
    metric: str = ""
    """Source ``effects``: the measure; ``cases``: what of a case; ``observations``: the observed property."""
    factor: str = ""
    """Source ``derived``: the factor that another outcome is multiplied by."""
    of: str = ""
    """Source ``derived``: that outcome."""
    per: str = ""
    """What one row is counted per, in words: *korg och vecka*."""
    every: str = "week"
    """What one row of an area covers: ``day`` or ``week``."""
    each: str = ""
    """Source ``effects``: what an area's sum is divided by: ``subjects`` (those it was recorded of), ``residents`` (per 1 000), or another measure."""
    wording: dict[str, Wording] = field(default_factory=dict)
    """Language → clauses of its own; without them the title is used."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """Harm that ends the trial. One of them is always ``inclusion``: the share who need the assisted path."""

    outcome: Outcome
    bound: float
    kind: str = "level"
    inclusion: bool = False


@dataclass(frozen=True, slots=True)
class EqualTreatment:
    """KL 2 kap. 3 §: members are treated alike unless there are objective reasons for something else."""

    differs: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_on: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is handled about people, on which ground, and how someone says no without losing anything."""

    personal_data: str = ""
    legal_basis: str = ""
    children: bool = False
    decline: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """How it is bought, so that a trial that succeeds is not stopped by a procurement that was never begun."""

    way: str = ""
    """``framework``, ``direct``, ``own_work`` or ``tender``."""
    value_kr: float | None = None
    limit_kr: float | None = None
    """Direct award: the limit that held when the card was written."""
    limit_on: dt.date | None = None
    """The day that limit was looked up."""
    scale_up: dt.date | None = None
    months: int = 9
    """How long a procurement takes, from the decision to the contract."""

    @property
    def begin_by(self) -> dt.date | None:
        """When the procurement must begin for the scale-up to be in time, counted back in whole months."""
        if self.scale_up is None or self.way not in ("tender", "direct"):
            return None
        months = self.scale_up.year * 12 + self.scale_up.month - 1 - (self.months if self.way == "tender" else 1)
        return dt.date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Card:
    """One trial, said beforehand. Texts are the city's own, in Swedish."""

    title: str = ""
    service: str = ""
    """The service register's slug."""
    hypothesis: str = ""
    unit: str = ""
    lever: str = ""
    design: Design | None = None
    primary: Outcome | None = None
    scale: Scale = Scale.RELATIVE
    worthwhile: float | None = None
    harm: float | None = None
    guardrails: tuple[Guardrail, ...] = ()
    benefits: tuple[Outcome, ...] = ()
    cost_ceiling_kr: float | None = None
    cost_per_unit_ceiling_kr: float | None = None
    owner: str = ""
    """Who answers for it, by title."""
    begins: dt.date | None = None
    ends: dt.date | None = None
    every_days: int = 7
    baseline_days: int = 365
    alpha: float = 0.05
    planned_n: int = 1000
    spending: str = "obf"
    at_end: str = "withdraw"
    exit_plan: str = ""
    chosen_because_worst: bool = False
    equal: EqualTreatment = field(default_factory=EqualTreatment)
    privacy: Privacy = field(default_factory=Privacy)
    purchase: Purchase = field(default_factory=Purchase)
    allocation: Allocation | None = None
    seed: int = 20261122


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a card from being started: the field, and a code whose words are written elsewhere."""

    where: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)


CARDS: Final = msgspec.json.Decoder(Card)
"""Reads a card from JSON text. Made here, so that the type is whole before two threads use it; the same of rules."""
RULES: Final = msgspec.json.Decoder(Plan)
"""Reads a rule in machine form from JSON text."""


def read(data: Any) -> Card:
    """A card from plain data (JSON). Raises ``msgspec.ValidationError`` that names the field."""
    return msgspec.convert(data, Card)


def read_rule(data: Any) -> Plan:
    """A rule from plain data (JSON). Raises ``msgspec.ValidationError`` that names the field."""
    return msgspec.convert(data, Plan)


def plain(card: Card) -> dict[str, Any]:
    """The card as plain data that JSON can hold."""
    return msgspec.to_builtins(card)


def digest(thing: Any) -> str:
    """SHA-256 of a card or a plan in one written form, names in order."""
    return hashlib.sha256(msgspec.json.encode(thing, order="sorted")).hexdigest()


def rule_of(card: Card) -> Plan:
    """The decision rule in machine form. Raises ValueError when the card is not ready for it."""
    if card.design is None or card.primary is None or card.worthwhile is None or card.begins is None or card.ends is None:
        raise ValueError("The card lacks design, primary outcome, smallest worthwhile effect, first or last day.")
    return Plan(
        design=card.design,
        outcome=card.primary.slug,
        direction=card.primary.direction,
        worthwhile=card.worthwhile,
        begins=card.begins,
        ends=card.ends,
        scale=card.scale,
        harm=card.harm,
        every_days=card.every_days,
        baseline_days=card.baseline_days,
        alpha=card.alpha,
        planned_n=card.planned_n,
        spending=card.spending,
        seed=card.seed,
        at_end=card.at_end,
        limits=tuple(PlannedLimit(one.outcome.slug, one.outcome.direction, one.bound, one.kind) for one in card.guardrails),
        benefits=tuple(one.slug for one in card.benefits),
        derived=tuple(one.slug for one in card.benefits if one.source == "derived"),
        allocation=card.allocation,
    )


def problems(card: Card, today: dt.date | None = None) -> list[Problem]:
    """All that keeps the card from being started, in the page's order; empty when it may.

    With ``today``, the day of the start: a rule that is set after the first day is not set beforehand.
    """
    return list(_problems(card, today))


def _problems(card: Card, today: dt.date | None) -> Iterator[Problem]:
    yield from _missing(card, ("title", "service", "hypothesis", "unit", "lever", "owner", "exit_plan"))
    if card.unit and card.unit not in UNITS:
        yield Problem("unit", "unknown", {"known": UNITS})
    if card.lever and card.lever not in LEVERS:
        yield Problem("lever", "never_by_lot", {"allowed": LEVERS})
    yield from _missing(card, ("design", "primary", "worthwhile", "begins", "ends", "cost_ceiling_kr"))
    if card.worthwhile is not None and card.worthwhile <= 0:
        yield Problem("worthwhile", "not_positive")
    if card.harm is not None and card.harm < 0:
        yield Problem("harm", "harm_negative")
    if card.begins and today and card.begins < today:
        yield Problem("begins", "begins_past", {"today": today})
    if card.begins and card.ends and card.ends <= card.begins:
        yield Problem("ends", "before_begins")
    yield from _not_positive(card, ("cost_ceiling_kr", "cost_per_unit_ceiling_kr"))
    if not any(one.inclusion for one in card.guardrails):
        yield Problem("guardrails", "no_inclusion")
    yield from _outcome_problems(card)
    if card.design in (Design.AREAS, Design.COMPARISON) and card.allocation is None:
        yield Problem("allocation", "missing")
    yield from _missing(card.equal, ("differs", "reason", "decided_by", "decided_on", "until"), "equal.")
    yield from _equal_problems(card)
    yield from _missing(card.privacy, ("personal_data", "legal_basis", "decline"), "privacy.")
    yield from _purchase_problems(card, card.purchase, today)
    yield from _beyond(card)


def _beyond(card: Card) -> Iterator[Problem]:
    """What no form lets through but a file may hold."""
    for where, (least, most) in NUMBERS.items():
        if not least <= _held(card, where) <= most:
            yield Problem(where, "number_out", {"least": least, "most": most})
    for where, known in LISTED.items():
        if _held(card, where) not in known:
            yield Problem(where, "not_listed")
    for where, most in LONGEST.items():
        if len(_held(card, where)) > most:
            yield Problem(where, "too_long", {"most": most})
    for one in _outcomes(card):
        if len(one.title) > 120 or len(one.unit) > 40 or len(one.per) > 60:
            yield Problem("outcomes", "too_long", {"most": 120})
        if one.every not in ("day", "week"):
            yield Problem("outcomes", "not_listed")
    if any(one.kind not in ("level", "difference") for one in card.guardrails):
        yield Problem("guardrails", "not_listed")
    falls = card.primary is not None and card.primary.direction is Direction.LESS and card.scale is Scale.RELATIVE
    if falls and card.worthwhile is not None and card.worthwhile >= 1:
        yield Problem("worthwhile", "more_than_all")


def _held(card: Card, where: str) -> Any:
    found: Any = card
    for name in where.split("."):
        found = getattr(found, name)
    return found


def _outcomes(card: Card) -> list[Outcome]:
    every = [card.primary, *(one.outcome for one in card.guardrails), *card.benefits]
    return [one for one in every if one is not None]


def _missing(thing: Any, names: tuple[str, ...], where: str = "") -> Iterator[Problem]:
    for name in names:
        if getattr(thing, name) in (None, ""):
            yield Problem(where + name, "missing")


def _not_positive(thing: Any, names: tuple[str, ...], where: str = "") -> Iterator[Problem]:
    for name in names:
        held: float | None = getattr(thing, name)
        if held is not None and held <= 0:
            yield Problem(where + name, "amount_not_positive")


def _equal_problems(card: Card) -> Iterator[Problem]:
    """The decision to treat people differently is made before the first day and reaches further than it."""
    equal, begins = card.equal, card.begins
    if begins and equal.decided_on and equal.decided_on > begins:
        yield Problem("equal.decided_on", "decided_after_begins")
    if begins and equal.until and equal.until < begins:
        yield Problem("equal.until", "until_before_begins")


def _purchase_problems(card: Card, purchase: Purchase, today: dt.date | None) -> Iterator[Problem]:
    yield from _missing(purchase, ("way",), "purchase.")
    yield from _not_positive(purchase, ("value_kr", "limit_kr"), "purchase.")
    if purchase.scale_up and card.ends and purchase.scale_up < card.ends:
        yield Problem("purchase.scale_up", "scale_up_before_end")
    if purchase.way != "direct":
        return
    if purchase.value_kr is None:
        yield Problem("purchase.value_kr", "no_value")
    if purchase.limit_kr is None or purchase.limit_on is None:
        yield Problem("purchase.limit_kr", "undated_limit")
        return
    if (purchase.value_kr or 0) > purchase.limit_kr:
        yield Problem("purchase.value_kr", "over_limit", {"limit": purchase.limit_kr})
    latest = today or card.begins
    if latest and purchase.limit_on > latest:
        yield Problem("purchase.limit_on", "limit_future")
    if card.begins and (card.begins - purchase.limit_on).days > YEAR:
        yield Problem("purchase.limit_on", "limit_old")


def _outcome_problems(card: Card) -> Iterator[Problem]:
    outcomes = _outcomes(card)
    slugs = [one.slug for one in outcomes]
    for one in outcomes:
        if slugs.count(one.slug) > 1:
            yield Problem("outcomes", "twice", {"slug": one.slug})
        if one.source not in SOURCES:
            yield Problem("outcomes", "unknown_source", {"slug": one.slug})
        if one.source == "derived" and (not one.factor or one.of not in slugs):
            yield Problem("outcomes", "derived_of_nothing", {"slug": one.slug})
    if card.primary is not None and card.primary.source == "derived":
        yield Problem("primary", "primary_derived")


def changed(before: Card, after: Card) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of all that differs, in the card's order; nested fields as ``equal.reason``."""
    return list(_differences("", plain(before), plain(after)))


def _differences(where: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        for name in {**old, **new}:
            yield from _differences(f"{where}.{name}".lstrip("."), old.get(name), new.get(name))
    elif before != after:
        yield where, before, after


def with_allocation(card: Card, allocation: Allocation | None) -> Card:
    """The card with another draw."""
    return replace(card, allocation=allocation)
