"""The card as the page draws it: sections of rows, each row a field with its value, its error and what is left to do there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from stadig.pilots import card as cards
from stadig.pilots import card_fields as fields
from stadig.pilots import card_reading, sentences, words
from stadig.pilots.card import Card, Outcome
from stadig.pilots.card_fields import Choices, Field
from stadig.pilots.card_measures import DERIVED, Offered


class Option(NamedTuple):
    """One answer to choose."""

    value: str
    label: str
    chosen: bool
    id: str = ""
    group: str = ""


class Row(NamedTuple):
    """One field as it is drawn: a remembered part."""

    name: str
    id: str
    label: str
    hint: str
    kind: str
    value: str
    unit: str
    optional: bool
    longest: str
    options: tuple[Option, ...]
    error: str
    todo: tuple[str, ...]

    @property
    def described(self) -> str:
        """The ids of what is said about the field, for screen readers."""
        said = {"hint": self.hint, "error": self.error, "todo": self.todo}
        return " ".join([f"{self.id}-{name}" for name, one in said.items() if one])


class Group(NamedTuple):
    """Rows of one harm limit or one benefit."""

    legend: str
    slug_name: str
    slug: str
    rows: tuple[Row, ...]
    folded: bool


class Part(NamedTuple):
    """A section of the card."""

    slug: str
    title: str
    hint: str
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    todo: tuple[str, ...]
    """What is left that belongs to no field of its own."""


class Todo(NamedTuple):
    """Something left before the start: its words, and where on the page it is done."""

    said: str
    anchor: str
    where: str = ""
    """The field, as the card names it."""


def anchor_of(where: str) -> str:
    """The id of the field that a problem is about."""
    owners = {
        "outcomes": "nyttor",
        "guardrails": "granser",
        "allocation": "upplagg",
        "primary": "primary-title",
        "alpha": "upplagg",
    }
    return owners.get(where) or where.replace(".", "-")


def parts(
    card: Card,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    todo: Iterable[tuple[str, str]],
    offered: Offered,
) -> tuple[Part, ...]:
    """All sections, in the page's order. ``todo`` is (where, words) of what keeps the card from being started.

    ``offered`` holds the choices that the registers give.
    """
    left: dict[str, list[str]] = {}
    for where, said in todo:
        left.setdefault(anchor_of(where), []).append(said)
    draw = _Drawing(card, card_reading.values(card) | dict(typed), errors, left, offered)
    found: list[Part] = []
    for section in fields.SECTIONS:
        rows = draw.rows(section.fields)
        groups = draw.clauses("primary", fields.PRIMARY_WORDING, card.primary) if section is fields.PRIMARY else ()
        found.append(Part(section.slug, *_words(section.slug, get_language()), rows, groups, draw.of(section.slug)))
        if section is fields.PRIMARY:
            found.append(draw.limits())
            found.append(draw.benefits())
    return tuple(found)


@lru_cache(maxsize=128)
def saved(text: str, _language: str, offered: Offered, today: dt.date | None) -> tuple[tuple[Part, ...], tuple[Todo, ...]]:
    """The sections of a card as it is stored, and what is left: the same card is put together once in each language.

    ``today`` for a card that has not started: see :func:`stadig.pilots.card.problems`.
    """
    card = cards.read(json.loads(text))
    todo = [(one.where, words.problem(one)) for one in cards.problems(card, today)]
    shown = parts(card, {}, {}, todo, offered)
    return shown, tuple([Todo(said, anchor_of(where), where) for where, said in todo])


@lru_cache(maxsize=64)
def _words(slug: str, _language: str | None) -> tuple[str, str]:
    section = next(one for one in fields.SECTIONS if one.slug == slug)
    return str(section.title), str(section.hint)


@lru_cache(maxsize=1024)
def _said(one: Field, _language: str | None) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    """(label, hint, unit, choices) in the reader's language; a field is known by what it holds."""
    return str(one.label), str(one.hint), str(one.unit), tuple((value, str(label)) for value, label in one.choices)


_KINDS = {"effect": "number", "whole": "number", "measure": "select"}
"""Kinds of fields that are drawn as another."""


class _Drawing:
    """What the rows of one page are drawn from."""

    def __init__(
        self,
        card: Card,
        values: Mapping[str, str],
        errors: Mapping[str, str],
        todo: Mapping[str, list[str]],
        offered: Offered,
    ) -> None:
        self.card = card
        self.values = values
        self.errors = errors
        self.todo = todo
        self.offered = offered
        self.language = get_language()

    def of(self, anchor: str) -> tuple[str, ...]:
        return tuple(self.todo.get(anchor, ()))

    def rows(self, asked: Iterable[Field]) -> tuple[Row, ...]:
        return tuple([self.row(one) for one in asked])

    def row(self, one: Field) -> Row:
        label, hint, unit, choices = _said(one, self.language)
        value = self.values.get(one.name, "")
        if one.name == "service":
            choices = (("", _("Välj")), *((slug, str(title)) for slug, title in self.offered.services))
        elif one.name.endswith(".factor"):
            choices = (("", _("Ingen")), *((slug, str(title)) for slug, title in self.offered.factors))
        if one.kind == "effect":
            relative = self.values.get("scale") != "absolute"
            unit = "%" if relative else self.values.get("primary.unit", "")
        anchor = one.name.replace(".", "-")
        if one.kind == "measure":
            options = self.measures(one.name, value)
        elif one.name.endswith(".each"):
            options = self.divisors(choices, value)
        else:
            options = tuple([Option(slug, said, slug == value, f"{anchor}-{slug}") for slug, said in choices])
        return Row(
            one.name,
            anchor,
            label,
            hint,
            _KINDS.get(one.kind, one.kind),
            value,
            unit,
            one.optional,
            str(one.longest),
            options,
            self.errors.get(one.name, ""),
            self.of(anchor),
        )

    def measures(self, name: str, value: str) -> tuple[Option, ...]:
        """What can be measured, in groups. One that the registers do not hold, from another municipality say, is told as such."""
        every = [(one.value, f"{one.label} ({one.unit})" if one.unit else one.label, one.group) for one in self.offered.measures]
        if name.startswith("benefits."):
            every.append((DERIVED, _("Räknas från ett annat mått"), ""))
        if value and value not in {slug for slug, _said, _group in every}:
            every.append((value, value.partition(":")[2] or value, _("Finns inte här, välj något annat")))
        every.sort(key=lambda one: one[2] != "")
        return tuple([Option(slug, said, slug == value, "", group) for slug, said, group in every])

    def divisors(self, choices: Choices, value: str) -> tuple[Option, ...]:
        """What a sum can be divided by: those it is recorded of, residents, or another measure of the ledger."""
        of = [one for one in self.offered.measures if one.value.startswith("effects:")]
        every = [(slug, str(said), "") for slug, said in choices]
        every += [(one.value.partition(":")[2], one.label, _("Med ett annat mått")) for one in of]
        if value and value not in {slug for slug, _said, _group in every}:
            every.append((value, value, _("Finns inte här, välj något annat")))
        return tuple([Option(slug, said, slug == value, "", group) for slug, said, group in every])

    def clauses(self, at: str, asked: tuple[Field, ...], outcome: Outcome | None) -> tuple[Group, ...]:
        """The outcome's own words, folded, each with the words it has without them."""
        if outcome is None:
            return ()
        rows = tuple([self.row(one)._replace(hint=_generated(self.card, outcome, one.name)) for one in asked])
        return (
            self.group(at, _("Egna ord i regeln: %(title)s") % {"title": outcome.title}, rows, folded=True)._replace(slug=""),
        )

    def limits(self) -> Part:
        """The harm limits: the one for inclusion is always there."""
        groups: list[Group] = []
        shown = card_reading.limits_of(self.card)
        for number in range(self.count("guardrails", len(shown))):
            at = f"guardrails.{number}"
            legend = (
                _("Inkludering: hur många behöver hjälp på annat sätt?") if number == 0 else self.legend(at, _("En gräns till"))
            )
            rows = self.rows([one for one in fields.limit_fields(number, inclusion=number == 0) if ".wording." not in one.name])
            groups.append(self.group(at, legend, rows, folded=number > 0))
            limit = shown[number] if number < len(shown) else None
            groups += self.clauses(at, fields.wording_fields(at, ("worse",)), limit.outcome if limit else None)
        return Part(
            "granser",
            _("Gränser för skada"),
            _("Passeras en gräns drar ni tillbaka tjänsten, hur bra måttet än blir."),
            (),
            tuple(groups),
            self.of("granser"),
        )

    def benefits(self) -> Part:
        """The other benefits; those computed from another outcome are marked."""
        others = tuple([(one.slug, one.title) for one in _outcomes(self.card)])
        groups: list[Group] = []
        for number in range(self.count("benefits", len(card_reading.benefits_of(self.card)))):
            at = f"benefits.{number}"
            legend = self.legend(at, _("En nytta till"))
            if self.values.get(f"{at}.source") == "derived":
                legend = _("%(title)s, räknas från ett annat mått och är ingen egen mätning") % {"title": legend}
            groups.append(self.group(at, legend, self.rows(fields.benefit_fields(number, others)), folded=True))
        return Part(
            "nyttor",
            _("Andra nyttor"),
            _("De visas bredvid men avgör inte. Ett värde som räknas från ett annat är inget eget bevis."),
            (),
            tuple(groups),
            self.of("nyttor"),
        )

    def count(self, kind: str, shown: int) -> int:
        """How many rows: those of the card with an empty one, or as many as were typed."""
        typed = {int(name.split(".")[1]) for name in self.values if name.startswith(f"{kind}.")}
        return min(max(shown, max(typed, default=-1) + 1), card_reading.MOST_ROWS)

    def legend(self, at: str, empty: str) -> str:
        return self.values.get(f"{at}.title", "").strip() or empty

    def group(self, at: str, legend: str, rows: tuple[Row, ...], *, folded: bool) -> Group:
        wrong = any(row.error or row.todo for row in rows)
        return Group(legend, f"{at}.slug", self.values.get(f"{at}.slug", ""), rows, folded and not wrong)


def _generated(card: Card, outcome: Outcome, name: str) -> str:
    """The clause as it is written when the field is empty, in the field's language."""
    _at, _wording, rest = name.partition(".wording.")
    language, which = rest.split(".")
    with override(language):
        said = sentences.generated(card, outcome, which)
    return _("Tomt blir det: %(said)s") % {"said": said}


def _outcomes(card: Card) -> list[Outcome]:
    every = [card.primary, *(one.outcome for one in card.guardrails), *card.benefits]
    return [one for one in every if one is not None and one.source != "derived"]
