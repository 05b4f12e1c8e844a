"""Between the card and its form: what the fields hold, and the card that someone has typed. What cannot be read is named at its field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stadig.pilots import card as cards
from stadig.pilots import card_fields as fields
from stadig.pilots import card_measures as measures
from stadig.pilots.card import Card, Guardrail, Outcome, Wording
from stadig.pilots.card_fields import Field
from stadig.pilots.card_measures import Measure
from stadig.pilots.statistics.terms import Direction, Scale

MOST_ROWS = 12
"""Harm limits, and other benefits, that one card may have."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def written(value: Any) -> str:
    """A value as a field holds it: numbers with a decimal comma, days as ``2027-03-31``."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    if isinstance(value, float):
        return (f"{value:.10f}".rstrip("0").rstrip(".") or "0").replace(".", ",")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def limits_of(card: Card) -> list[Guardrail | None]:
    """The harm limits as the form shows them: inclusion first, even before it is written, and an empty one last."""
    inclusion = next((one for one in card.guardrails if one.inclusion), None)
    others = [one for one in card.guardrails if one is not inclusion]
    return [inclusion, *others, *([None] if len(others) + 1 < MOST_ROWS else [])]


def benefits_of(card: Card) -> list[Outcome | None]:
    """The other benefits as the form shows them, and an empty one last."""
    return [*card.benefits, *([None] if len(card.benefits) < MOST_ROWS else [])]


def values(card: Card) -> dict[str, str]:
    """What each field holds, by the field's name."""
    found: dict[str, str] = {}
    for section in fields.SECTIONS:
        for one in section.fields:
            found[one.name] = written(_value(card, one))
    found |= _outcome_values("primary", card.primary) if card.primary else {"primary.figures": "upload:"}
    for number, limit in enumerate(limits_of(card)):
        found |= _limit_values(number, limit)
    for number, benefit in enumerate(benefits_of(card)):
        found |= _outcome_values(f"benefits.{number}", benefit)
    return found


def _value(card: Card, one: Field) -> Any:
    thing: Any = card
    for step in one.name.split("."):
        thing = getattr(thing, step, None)
    if one.kind == "effect" and thing is not None and card.scale is Scale.RELATIVE:
        return round(thing * 100, 8)
    return thing


def _outcome_values(at: str, outcome: Outcome | None) -> dict[str, str]:
    if outcome is None:
        return {f"{at}.direction": "less", f"{at}.figures": "upload:"}
    names = ("slug", "title", "unit", "direction", "factor", "of", "per", "every", "each")
    clauses = {
        f"{at}.wording.{language}.{which}": getattr(said, which)
        for language, said in outcome.wording.items()
        for which in ("better", "worse")
    }
    found = {f"{at}.{name}": written(getattr(outcome, name)) for name in names}
    return found | clauses | {f"{at}.figures": measures.choice_of(outcome)}


def _limit_values(number: int, limit: Guardrail | None) -> dict[str, str]:
    at = f"guardrails.{number}"
    if limit is None:
        first = {f"{at}.title": str(fields.INCLUSION_TITLE), f"{at}.unit": "%"} if number == 0 else {}
        return _outcome_values(at, None) | {f"{at}.kind": "level"} | first
    return _outcome_values(at, limit.outcome) | {f"{at}.bound": written(limit.bound), f"{at}.kind": limit.kind}


@dataclass(frozen=True, slots=True)
class Read:
    """What someone typed: the card, or the fields that could not be read."""

    card: Card
    errors: dict[str, str]
    typed: dict[str, str]


def read(posted: Mapping[str, str], before: Card, services: Collection[str], offered: Collection[Measure] = ()) -> Read:
    """The card as it was typed. What the form has no field for stays as it was. ``services`` are the slugs to choose among.

    ``offered`` are the measures with their titles and units: what is left empty is taken from the one that was chosen.
    """
    return _Reader(posted, before, services, {one.value: one for one in offered}).read()


class _Reader:
    """One form, read field by field."""

    def __init__(
        self, posted: Mapping[str, str], before: Card, services: Collection[str], offered: Mapping[str, Measure]
    ) -> None:
        self.posted = posted
        self.services = services
        self.offered = offered
        self.before = before
        self.errors: dict[str, str] = {}
        self.typed: dict[str, str] = {}

    def read(self) -> Read:
        plain: dict[str, Any] = cards.plain(self.before)
        relative = self.text(Field("scale", "", longest=20)) != Scale.ABSOLUTE.value
        for section in fields.SECTIONS:
            for one in section.fields:
                if not one.name.startswith("primary."):
                    self.put(plain, one, relative=relative)
        plain["primary"] = msgspec.to_builtins(self.outcome("primary", fields.PRIMARY_FIELDS, self.before.primary))
        known = {plain["primary"]["slug"]} if plain["primary"] else set()
        limits = self.limits(known)
        plain["guardrails"] = msgspec.to_builtins(limits)
        plain["benefits"] = msgspec.to_builtins(self.benefits(known))
        if self.errors:
            return Read(self.before, self.errors, self.typed)
        return Read(cards.read(plain), {}, self.typed)

    def put(self, plain: dict[str, Any], one: Field, *, relative: bool) -> None:
        """One field's value, where the card has it."""
        value = self.value(one)
        if one.kind == "effect" and value is not None and relative:
            value = value / 100
        inner, _dot, name = one.name.rpartition(".")
        place = plain[inner] if inner else plain
        if (one.kind == "whole" and value is None) or (name in ("scale", "at_end", "spending") and not value):
            return  # these always have a value: emptied they keep what they were
        place[name] = None if name == "design" and not value else value

    def value(self, one: Field) -> Any:
        """The typed value; None where nothing is typed, or where it cannot be read."""
        text = self.text(one)
        if one.kind == "check":
            return bool(text)
        if one.kind in ("number", "effect", "whole"):
            return self.number(one, text)
        if one.kind == "date":
            return self.day(one, text)
        if one.kind == "measure" or one.name.endswith(".each"):
            return self.picked(one, text)
        if one.kind in ("choice", "select"):
            allowed = {value for value, _label in one.choices} if one.choices else self.services
            if text and text not in allowed:
                self.wrong(one, _("Välj ett av svaren."))
            return text
        return text

    def picked(self, one: Field, text: str) -> str:
        """A measure of the registers, or one that they no longer hold: the card keeps it, and its page says that it is gone."""
        if one.kind == "measure" and text and text.partition(":")[0] not in cards.SOURCES:
            self.wrong(one, _("Välj ett av svaren."))
        return text

    def text(self, one: Field) -> str:
        """What was typed, kept as it was for the page."""
        raw = str(self.posted.get(one.name, ""))
        self.typed[one.name] = raw
        text = "\n".join(line.rstrip() for line in raw.replace("\r\n", "\n").strip().split("\n")).replace("\0", "")
        if len(text) > one.longest:
            self.wrong(
                one, _("Skriv kortare: högst %(most)d tecken. Nu är det %(now)d.") % {"most": one.longest, "now": len(text)}
            )
        return text

    def number(self, one: Field, text: str) -> float | int | None:
        if not text:
            return None
        tidy = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-").replace(",", ".").removesuffix("%").removesuffix("kr")
        if not _NUMBER.fullmatch(tidy) or len(tidy) > 15:
            self.wrong(
                one, _("Skriv ett tal med siffror, till exempel 20 eller 0,5. Du skrev ”%(typed)s”.") % {"typed": text[:40]}
            )
            return None
        found = float(tidy)
        if one.kind == "whole":
            if found != int(found) or not 1 <= found <= 1_000_000:
                self.wrong(one, _("Skriv ett helt tal från 1 till 1 000 000."))
                return None
            return int(found)
        return found

    def day(self, one: Field, text: str) -> str | None:
        if not text:
            return None
        try:
            found = dt.date.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or not 2000 <= found.year <= 2100:
            self.wrong(
                one, _("Skriv dagen som år-månad-dag, till exempel 2027-03-31. Du skrev ”%(typed)s”.") % {"typed": text[:40]}
            )
            return None
        return found.isoformat()

    def wrong(self, one: Field, said: str) -> None:
        self.errors.setdefault(one.name, said)

    def outcome(self, at: str, asked: tuple[Field, ...], before: Outcome | None, known: set[str] | None = None) -> Outcome | None:
        """An outcome from its fields; None when it has no name. Its slug stays when it is renamed."""
        found = {one.name.removeprefix(f"{at}."): self.value(one) for one in asked if one.name.startswith(f"{at}.")}
        source, _colon, metric = str(found["figures"] or (measures.choice_of(before) if before else "upload:")).partition(":")
        chosen = self.offered.get(f"{source}:{metric}")
        if not found["title"] and before is None and chosen and metric:
            found["title"] = chosen.label
        if not found["title"]:
            emptied = before is not None and known is not None  # the way to take away a limit or a benefit
            if not emptied and (found.get("unit") or metric or found.get("per") or found.get("bound")):
                self.errors.setdefault(f"{at}.title", _("Skriv vad det är som mäts."))
            return None
        slug = before.slug if before else str(self.posted.get(f"{at}.slug", ""))
        if not slug or (known is not None and slug in known):
            slug = _free(slugify(found["title"].replace("-", " ")).replace("-", "_")[:50] or "outcome", known or set())
        if known is not None:
            known.add(slug)
        derived = source == "derived"
        blank = Outcome(slug, found["title"], found["unit"], Direction.LESS)
        return replace(
            before or blank,
            slug=slug,
            title=found["title"],
            unit=self.unit(found["unit"], chosen, before),
            direction=Direction(found["direction"]) if found["direction"] in ("less", "more") else Direction.LESS,
            source=source,
            metric=before.metric if before and before.source == source and not metric else metric,
            factor=found.get("factor", "") if derived else "",
            of=found.get("of", "") if derived else "",
            each=found["each"] if source == "effects" else "",
            wording=self.wording(at, found, before),
            **({"per": found["per"], "every": found["every"] or "week"} if "per" in found else {}),
        )

    def unit(self, typed: str, chosen: Measure | None, before: Outcome | None) -> str:
        """What was typed; the measure's own where nothing was, or where it was the earlier measure's own."""
        if chosen is None or not chosen.unit:
            return typed
        earlier = self.offered.get(measures.choice_of(before)) if before else None
        moved = earlier is not None and earlier != chosen and typed == earlier.unit
        return chosen.unit if moved or not typed else typed

    def wording(self, at: str, found: Mapping[str, Any], before: Outcome | None) -> dict[str, Wording]:
        """The clauses by language. A clause that the form does not ask for stays; a language without clauses is left out."""
        made = dict(before.wording) if before else {}
        for name, text in found.items():
            if not name.startswith("wording.") or f"{at}.{name}" not in self.posted:
                continue
            _wording, language, which = name.split(".")
            if text and text.count("{}") != 1:
                self.errors.setdefault(f"{at}.{name}", _("Skriv {} en gång, där talet ska stå."))
            made[language] = replace(made.get(language, Wording()), **{which: text})
        return {language: one for language, one in made.items() if one != Wording()}

    def limits(self, known: set[str]) -> tuple[Guardrail, ...]:
        """The harm limits that have a name and a bound, inclusion first."""
        before = limits_of(self.before)
        found: list[Guardrail] = []
        for number in range(MOST_ROWS):
            at = f"guardrails.{number}"
            if f"{at}.title" not in self.posted:
                continue
            old = before[number] if number < len(before) else None
            asked = fields.limit_fields(number, inclusion=number == 0)
            outcome = self.outcome(at, asked, _same(old.outcome if old else None, self.posted, at), known)
            bound = self.value(next(one for one in asked if one.name == f"{at}.bound"))
            if outcome is None:
                continue
            if bound is None:
                if number or not self.untouched(at):
                    self.errors.setdefault(f"{at}.bound", _("Skriv var gränsen går, med siffror."))
                continue
            kind = "difference" if self.posted.get(f"{at}.kind") == "difference" else "level"
            found.append(Guardrail(outcome, float(bound), kind, inclusion=number == 0))
        return tuple(found)

    def untouched(self, at: str) -> bool:
        """Whether the first limit is as the empty form shows it."""
        empty = _limit_values(0, None)
        return all(
            str(self.posted.get(name, "")) in ("", empty.get(name, "")) for name in self.posted if name.startswith(f"{at}.")
        )

    def benefits(self, known: set[str]) -> tuple[Outcome, ...]:
        """The other benefits that have a name. One may be computed from any outcome that the form offers."""
        before = benefits_of(self.before)
        found: list[Outcome] = []
        for number in range(MOST_ROWS):
            at = f"benefits.{number}"
            if f"{at}.title" not in self.posted:
                continue
            old = before[number] if number < len(before) else None
            free = (f"{at}.of", f"{at}.factor")  # what they name is judged with the whole card
            asked = tuple(
                replace(one, kind="text", longest=60) if one.name in free else one for one in fields.benefit_fields(number, ())
            )
            outcome = self.outcome(at, asked, _same(old, self.posted, at), known)
            if outcome is not None:
                found.append(outcome)
        return tuple(found)


def _same(before: Outcome | None, posted: Mapping[str, str], at: str) -> Outcome | None:
    """The outcome that this row of the form was, also when a row before it has been removed meanwhile."""
    return before if before is not None and posted.get(f"{at}.slug", before.slug) == before.slug else None


def _free(slug: str, known: set[str]) -> str:
    """A name that no other outcome of the card has."""
    number, wanted = 1, slug
    while wanted in known:
        number += 1
        wanted = f"{slug}_{number}"
    return wanted
