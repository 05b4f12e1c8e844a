"""The library of trials: every one that was started, those that failed in the same rows as those that did not."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadig.city.search import Hit
from stadig.pilots import card as cards
from stadig.pilots import public, public_words, saved, sentences
from stadig.pilots.amounts import sign
from stadig.pilots.card import Card
from stadig.pilots.public import Learnt, Listed
from stadig.pilots.statistics import pooling
from stadig.pilots.statistics.terms import Estimate, Scale
from stadig.ui import formatting

KINDS = {
    "": gettext_lazy("Alla"),
    "pagar": gettext_lazy("Pågår"),
    "sena": gettext_lazy("Sena beslut"),
    "skalas-upp": gettext_lazy("Skalades upp"),
    "behalls": gettext_lazy("Behålls"),
    "tillbakadragna": gettext_lazy("Drogs tillbaka"),
    "fungerade-inte": gettext_lazy("Det som inte fungerade"),
}
"""What a reader may choose among; the word stands in the address."""
FEWEST_TOGETHER = 6
"""Fewer trials than this are not told as a sum: shrinking needs something to shrink towards."""


class Told(msgspec.Struct, frozen=True):
    """What the latest look that counts said."""

    estimate: Estimate | None
    verdict: str
    judged: bool


_TOLD = msgspec.json.Decoder(Told)
_LEARNT = msgspec.json.Decoder(tuple[Learnt, ...])


class Entry(NamedTuple):
    """A trial as it stands in the library."""

    slug: str
    title: str
    url: str
    tag: tuple[str, str]
    kinds: tuple[str, ...]
    when: str
    gave: str
    """The finding in words with its interval."""
    failed: tuple[str, ...]
    """Titles of what did not work, the first with its text."""
    late: str
    committee: str
    copied: str
    words: str
    """All that is searched, folded."""
    service: str
    unit: str
    verdict: str
    outcome: str
    started: dt.date
    last_day: dt.date
    low: float | None
    high: float | None
    value: float | None
    share: tuple[float, float] | None
    """The effect in the good direction and its standard error, where it is relative."""


class Together(NamedTuple):
    """All trials with a relative effect, each shrunk towards their mean."""

    many: int
    says: str


def entries() -> tuple[Entry, ...]:
    """Every trial, in the reader's language: those that run first, then the latest decided. One query."""
    return tuple(_entry(row, formatting.language(), formatting.today()) for row in public.every())


@lru_cache(maxsize=512)
def _entry(row: Listed, _language: str, today: dt.date) -> Entry:
    card = cards.read(msgspec.json.decode(row.card)) if row.card else Card()
    told = _TOLD.decode(row.result) if row.result else None
    learnt = _LEARNT.decode(row.lessons)
    failed = tuple(one for one in learnt if not one.worked)
    late = (today - row.last_day).days if row.state == "running" else 0
    estimate = told.estimate if told else None
    copied = msgspec.json.decode(row.copied_from).get("municipality", "")
    texts = [row.title, row.service, card.hypothesis, *(f"{one.title} {one.text}" for one in learnt)]
    return Entry(
        slug=row.slug,
        title=row.title,
        url=reverse("pilots:trial", args=[row.slug]),
        tag=public_words.state(row.state, row.outcome, late > 0),
        kinds=_kinds(row, told, late, bool(failed)),
        when=_when(row, card),
        gave=_gave(card, told),
        failed=tuple(f"{one.title.rstrip('.')}. {one.text}" if not at else one.title for at, one in enumerate(failed)),
        late=ngettext("Beslutet är %(n)s dag sent", "Beslutet är %(n)s dagar sent", late) % {"n": late} if late > 0 else "",
        committee=row.committee,
        copied=_copied(row.copies, copied),
        words=" ".join(texts).casefold(),
        service=row.service,
        unit=card.primary.unit if card.primary else "",
        verdict=told.verdict if told else "",
        outcome=row.outcome,
        started=row.started_at.date(),
        last_day=row.last_day,
        value=estimate.value if estimate else None,
        low=estimate.low if estimate else None,
        high=estimate.high if estimate else None,
        share=_share(card, estimate),
    )


def _kinds(row: Listed, told: Told | None, late: int, failed: bool) -> tuple[str, ...]:
    """Which choices the trial belongs to. What did not work: withdrawn, or with a lesson that says so."""
    found = [""]
    if row.state == "running":
        found.append("pagar")
    if late > 0:
        found.append("sena")
    found += {"scale_up": ["skalas-upp"], "keep": ["behalls"], "withdraw": ["tillbakadragna"]}.get(row.outcome, [])
    if failed or row.outcome == "withdraw" or (told is not None and told.verdict == "withdraw"):
        found.append("fungerade-inte")
    return tuple(found)


def _when(row: Listed, card: Card) -> str:
    """The trial's own first and last day, as its page says them; when it was written off is another thing."""
    ends = {
        "first": formatting.day(card.begins or row.started_at, weekday=False, year=True),
        "last": formatting.day(row.last_day, weekday=False, year=True),
    }
    return (_("Från %(first)s, längst till %(last)s") if row.state == "running" else _("%(first)s till %(last)s")) % ends


def _gave(card: Card, told: Told | None) -> str:
    """The finding with its interval and what was asked of it."""
    if told is None or card.primary is None:
        return _("Inget svar än")
    if told.verdict == "withheld":
        return _("Siffrorna bär inget svar")
    if told.estimate is None:
        return _("Inget svar än")
    asked = _("kravet var %(least)s") % {"least": sentences.requirement(card)}
    said = "; ".join(filter(None, (sentences.interval(card, told.estimate), asked)))
    return f"{sentences.finding(card, told.estimate)} ({said})"


def _copied(copies: int, origin: str) -> str:
    said = []
    if origin:
        said.append(_("Hämtat från %(who)s.") % {"who": origin})
    if copies:
        said.append(ngettext("%(n)s kommun har provat samma.", "%(n)s kommuner har provat samma.", copies) % {"n": copies})
    return " ".join(said)


def _share(card: Card, estimate: Estimate | None) -> tuple[float, float] | None:
    if estimate is None or card.primary is None or card.scale is not Scale.RELATIVE:
        return None
    if estimate.low is None or estimate.high is None or estimate.low == estimate.high:
        return None
    return sign(card.primary.direction) * estimate.value, pooling.standard_error(estimate)


def chosen(every: tuple[Entry, ...], kind: str, words: str) -> list[Entry]:
    """Those of a kind that have every word in their title, hypothesis or lessons."""
    asked = words.casefold().split()[:12]
    return [one for one in every if kind in one.kinds and all(word in one.words for word in asked)]


def together(every: tuple[Entry, ...]) -> Together | None:
    """What the trials gave in all, each shrunk towards their mean: the best looks better than it is. None for fewer than six."""
    known = tuple(one.share for one in every if one.share is not None)
    if len(known) < FEWEST_TOGETHER:
        return None
    return _together(known, formatting.language())


@lru_cache(maxsize=16)
def _together(known: tuple[tuple[float, float], ...], _language: str) -> Together:
    values, errors = [value for value, _e in known], [error for _v, error in known]
    pool = pooling.pooled(values, errors)
    shrunk = saved.shrunk(values, errors, pool.value, pool.between)
    mean = formatting.percent(100 * sum(shrunk) / len(shrunk))
    best = formatting.percent(100 * max(values))
    words = _(
        "I snitt blev det %(mean)s bättre över %(n)s försök, efter att varje försök dragits mot snittet. "
        "Det bästa försöket visade %(best)s före det."
    )
    return Together(len(known), words % {"mean": mean, "n": len(known), "best": best})


def find(query: str, _user: object) -> list[Hit]:
    """Trials for the one search."""
    every = chosen(entries(), "", query)[:8]
    return [
        Hit(one.title, one.gave, one.url, _("Försök"), 0.75 if query.casefold() in one.title.casefold() else 0.45)
        for one in every
    ]
