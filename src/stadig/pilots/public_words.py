"""Words of a trial's public pages: states, decisions, methods and where the figures come from."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadig.pilots import sentences
from stadig.pilots.card import Card
from stadig.pilots.public import Source
from stadig.pilots.statistics.pooling import Pooled
from stadig.pilots.statistics.terms import Design, Plan, Scale
from stadig.ui import formatting


def state(what: str, outcome: str, late: bool) -> tuple[str, str]:
    """(colour of the tag, word) for where a trial stands."""
    if late:
        return "warning", _("Beslutet är sent")
    if what == "running":
        return "info", _("Pågår")
    return {
        "scale_up": ("success", _("Skalas upp")),
        "keep": ("neutral", _("Behålls som det är")),
        "withdraw": ("neutral", _("Tillbakadragen")),
    }.get(outcome, ("neutral", _("Avslutat")))


def said(what: str) -> str:
    """What the rule said."""
    return {
        "scale_up": _("Regeln sa: skala upp."),
        "withdraw": _("Regeln sa: dra tillbaka."),
        "continue": _("Regeln sa: fortsätt."),
        "keep": _("Regeln sa: behåll som det är."),
        "withheld": _("Siffrorna bar inget svar."),
    }.get(what, "")


def listed(names: Sequence[str]) -> str:
    """*Hamnen, Norrstrand och Sågen*"""
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s och %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def method(plan: Plan) -> str:
    """How those with the service are told from those without, in one sentence."""
    allocation = plan.allocation
    if plan.design is Design.PERSONS:
        return _("Var och en lottas. Svaret håller hur ofta vi än tittar.")
    if plan.design is Design.BEFORE_AFTER:
        return _("Före och efter, utan något att jämföra med. Det beskriver men visar inte.")
    if plan.design is Design.COMPARISON or allocation is None or allocation.method == "chosen":
        return _("Områdena är valda, inte lottade. De jämförs med andra områden, och med hur båda var året före.")
    many, of = len(allocation.treated), len(allocation.units)
    how = {
        "pairs": _("Lottade i par av dem som är mest lika."),
        "constrained": _("Lottade bland de dragningar där grupperna är lika."),
    }.get(allocation.method, _("Lottade."))
    return f"{how} " + _("%(many)s av %(of)s fick tjänsten.") % {"many": many, "of": of}


SOURCES = {
    "effects": gettext_lazy("tjänstens egna effekter"),
    "observations": gettext_lazy("mätvärden från givare"),
    "cases": gettext_lazy("ärenden"),
    "ratings": gettext_lazy("svaren på Hur lätt var det?"),
    "upload": gettext_lazy("uppladdad fil"),
    "derived": gettext_lazy("räknade från ett annat mått"),
}


def sources(card: Card, rows: Sequence[Source]) -> str:
    """Where the figures come from and how many they are."""
    titles = {one.slug: one.title for one in (card.primary, *(g.outcome for g in card.guardrails), *card.benefits) if one}
    found = []
    for one in rows:
        many = ngettext("%(n)s värde", "%(n)s värden", one.rows) % {"n": formatting.number(one.rows)}
        found.append(f"{titles.get(one.outcome, one.outcome)}: {many}, {SOURCES.get(one.source, one.source)}.")
    return "\n".join(found)


def pooled(card: Card, together: Pooled) -> str:
    """How much the municipalities differ: where the effect of one more would lie."""
    if card.primary is None or together.next_low is None or together.next_high is None:
        return _("Två kommuner är för få för att säga vad nästa kan vänta sig.")
    least = -1.0 if card.scale is Scale.RELATIVE else together.next_low
    ends = [sentences.signed(max(one, least), card.primary.unit, card.scale) for one in (together.next_low, together.next_high)]
    return _("I nästa kommun som provar ligger effekten troligen mellan %(low)s och %(high)s.") % {
        "low": ends[0],
        "high": ends[1],
    }
