"""Each outcome in words: its tag, what we do not know, and what happens next.

Two outcomes are evidence. Every other says first, in bold, what is not known: that nothing came is never told as if nothing were there.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.assistance import agencies
from stadig.exchange import words as reasons
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import Source
from stadig.ui import formatting


class Look(NamedTuple):
    """How an outcome is marked: the tag's colour, its icon (each named on a line with the word icon), its words, the mark on the axis."""

    color: str
    icon: str
    label: Any
    mark: str


LOOKS: Final[dict[Outcome, Look]] = {
    Outcome.DATA: Look("success", "check", gettext_lazy("Uppgifter finns"), "disc"),  # icon
    Outcome.NOTHING_STATED: Look("info", "circle-minus", gettext_lazy("Inget registrerat"), "ring"),  # icon
    Outcome.PARTIAL: Look("warning", "contrast", gettext_lazy("Delar saknas"), "half"),  # icon
    Outcome.NOT_ENTITLED: Look("neutral", "lock", gettext_lazy("Lämnas inte ut till oss"), "barred"),  # icon
    Outcome.NO_MATCH: Look("warning", "user-x", gettext_lazy("Känner inte till personen"), "hollow"),  # icon
    Outcome.PROTECTED: Look("warning", "shield", gettext_lazy("Skyddad uppgift"), "diamond"),  # icon
    Outcome.ERROR: Look("danger", "triangle-alert", gettext_lazy("Något gick fel"), "triangle"),  # icon
    Outcome.TIMEOUT: Look("danger", "timer-off", gettext_lazy("Inget svar i tid"), "crossed"),  # icon
    Outcome.BREAKER_OPEN: Look("danger", "unplug", gettext_lazy("Svarar inte just nu"), ""),  # icon
    Outcome.CLOSED: Look("neutral", "moon-star", gettext_lazy("Stängt nu"), ""),  # icon
    Outcome.NOT_ASKED: Look("neutral", "circle-slash", gettext_lazy("Inte frågad"), ""),  # icon
    Outcome.UNKNOWN_CODE: Look("warning", "circle-question-mark", gettext_lazy("Går inte att tolka"), "question"),  # icon
    Outcome.MANUAL: Look("info", "phone", gettext_lazy("Besked i samtal"), ""),  # icon
}
WAITING: Final = Look("neutral", "hourglass", gettext_lazy("Väntar på svar"), "")  # icon
ANSWERED_AND_TOLD: Final = Look("info", "phone-call", gettext_lazy("Svar och samtal"), "half")  # icon
LATE: Final = gettext_lazy("Kom sent")


PARTS: Final[dict[str, Any]] = {
    "formansinformation": gettext_lazy("förmåner"),
    "ansprak": gettext_lazy("ansökningar"),
    "beslut": gettext_lazy("beslut"),
    "utbetalningar": gettext_lazy("utbetalningar"),
    "preliminaraUtbetalningar": gettext_lazy("planerade utbetalningar"),
    "individuppgifter": gettext_lazy("lön från arbetsgivare"),
    "skattekonto": gettext_lazy("skattekonto"),
    "skatteuppgifter": gettext_lazy("beslutad skatt och kapital"),
    "foretagsinformation": gettext_lazy("uppgifter om företag"),
    "beskattningsbilagor": gettext_lazy("bilagor till deklarationen"),
    "aktivitetsrapport": gettext_lazy("aktivitetsrapport"),
}
"""Parts of an answer in plain words; one that is not here is called what the agency calls it."""


def part(name: str) -> str:
    """What a part of an answer is called."""
    return str(PARTS.get(name, name))


class Words(NamedTuple):
    """What a block says beside its facts. ``unknown`` is in bold; ``act`` is what to do about it: ``again``, ``call`` or empty."""

    unknown: str
    text: str
    act: str = ""


class Told(NamedTuple):
    """What is known of why an outcome came to be."""

    reason: str = ""
    source: str = ""
    code: str = ""
    codes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """The parts that did not come and may come, in words."""
    refused: tuple[str, ...] = ()
    """The parts that are not given to us however often we ask."""
    unsure: tuple[str, ...] = ()
    """The parts that were not asked about, or could not be read for certain."""
    until: dt.date | None = None
    """The day the answer came, where the period goes on after it."""
    opens: dt.datetime | None = None
    again_at: dt.datetime | None = None
    """When Stadig itself asks again."""


def look(outcome: Outcome | None) -> Look:
    """How an outcome is marked; None is an agency that has not answered yet."""
    return WAITING if outcome is None else LOOKS[outcome]


def waiting(agency: str) -> Words:
    """What a block says while the agency may still answer."""
    return Words(
        _("%(agency)s har inte svarat än.") % {"agency": agencies.name(agency)}, _("Svaret visas här så snart det kommer.")
    )


def words(outcome: Outcome, agency: str, told: Told = Told()) -> Words:  # noqa: B008 - a tuple is never changed
    """What the block of one agency says of its outcome, in the reader's language."""
    if outcome == Outcome.DATA:
        return Words("", "")
    who = agencies.of(agency)
    if outcome == Outcome.NOTHING_STATED:
        until = _("Det gäller till och med %(day)s.") % {"day": formatting.day(told.until, weekday=False)} if told.until else ""
        return Words("", " ".join(filter(None, [str(who.nothing), until, _("Det räknas som underlag.")])))
    unknown, text, act = _NOT_EVIDENCE[outcome](str(who.name), str(who.unknown), told)
    return Words(unknown, text, act)


def _after(first: str, then: str) -> str:
    return f"{first} {then}"


def _by_itself(told: Told, else_do: str) -> str:
    if told.again_at is None:
        return else_do
    return _("Vi frågar igen av oss själva %(when)s och visar svaret här.") % {"when": formatting.moment(told.again_at)}


def _partial(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    """What did not come first; then what is not given, and what was not asked about or is not certain."""
    said = [_("Vi vet inte allt.")]
    if told.parts:
        said.append(_("Det här kom inte: %(parts)s.") % {"parts": ", ".join(told.parts)})
    if told.refused:
        said.append(_("Det här lämnas inte ut till oss: %(parts)s.") % {"parts": ", ".join(told.refused)})
    if told.unsure:
        said.append(_("Det här är inte frågat eller inte säkert läst: %(parts)s.") % {"parts": ", ".join(told.unsure)})
    if len(said) == 1:
        said.append(_("En del av svaret kom inte."))
    came = _("Det som kom står här.")
    if told.parts or not (told.refused or told.unsure):
        return " ".join(said), _after(came, _by_itself(told, _("Fråga igen om det som saknas."))), "again"
    return " ".join(said), _after(came, _("Be den sökande om underlag för resten, eller ring och anteckna svaret.")), "call"


def answered_and_told(agency: str) -> Words:
    """What a block says where an agency has answered and someone has been told something on the phone since."""
    return Words(
        _("Ett samtal är antecknat efter svaret."),
        _(
            "Svaret och det som sades står här, och de har inte jämförts. Begär ett skriftligt besked från %(agency)s innan beslutet vilar på det."
        )
        % {"agency": formatting.inside(agencies.name(agency))},
    )


def _not_entitled(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    return (
        unknown,
        _("%(agency)s lämnar inte ut det till oss. Be den sökande om ett underlag, eller ring och anteckna svaret.")
        % {"agency": name},
        "call",
    )


def _no_match(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    return (
        unknown,
        _("%(agency)s känner inte till personnumret. Kontrollera det i ärendet, eller ring och anteckna svaret.")
        % {"agency": name},
        "call",
    )


def _protected(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    return (
        _("Lämnas inte ut digitalt."),
        _after(unknown, _("Ring enheten för skyddade personuppgifter och anteckna svaret här.")),
        "call",
    )


def _error(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    where = {
        Source.SELF: _("Felet är hos oss."),
        Source.COMPOSITE: _("Felet är i den tjänst som förmedlar frågan."),
        Source.AGENCY: _("Felet är hos %(agency)s.") % {"agency": formatting.inside(name)},
    }.get(told.source, "")  # type: ignore[call-overload]
    code = reasons.reason(told.code)
    else_do = _("Fråga igen om en stund, eller ring och anteckna svaret.")
    return unknown, " ".join(filter(None, [where, code, _by_itself(told, else_do)])), "again"


def _timeout(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    late = _("%(agency)s svarade inte i tid.") % {"agency": name}
    return unknown, _after(late, _by_itself(told, _("Fråga igen om en stund, eller ring och anteckna svaret."))), "again"


def _breaker(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    why = _("%(agency)s har inte svarat på flera frågor i rad, så vi frågade inte nu.") % {"agency": name}
    return unknown, _after(why, _by_itself(told, _("Fråga igen om några minuter, eller ring och anteckna svaret."))), "again"


def _closed(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    if told.opens is None:
        head = _("%(agency)s är stängd just nu.") % {"agency": name}
    else:
        head = _("%(agency)s öppnar %(when)s.") % {"agency": name, "when": formatting.moment(told.opens)}
    else_do = _("Fråga igen när det är öppet, eller ring och anteckna svaret.")
    own = _("Vi frågar då av oss själva, om ärendet fortfarande är öppet.") if told.again_at else else_do
    return head, f"{unknown} {own}", "again"


def _not_asked(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    why = {
        "no_law": _("%(agency)s frågas inte förrän ett lagstöd är inskrivet. En chef eller administratör skriver in det.")
        % {"agency": name},
        "period": _("Perioden är längre än %(agency)s får svara på. Välj en kortare period.")
        % {"agency": formatting.inside(name)},
        "not_chosen": _("%(agency)s valdes bort i den här frågan.") % {"agency": name},
        "prefetch_off": _("Kommunen har inte valt att fråga %(agency)s i förväg.") % {"agency": formatting.inside(name)},
        "protected": _("Personen har skyddade uppgifter och frågas inte i förväg."),
        "no_number": _("Personens personnummer finns inte hos oss."),
        "not_connected": _("Kommunen är inte ansluten till %(agency)s.") % {"agency": formatting.inside(name)},
    }.get(told.reason, _("Frågan till %(agency)s ställdes aldrig.") % {"agency": formatting.inside(name)})
    return unknown, _after(why, _("Be den sökande om ett underlag, eller ring och anteckna svaret.")), "call"


def _unknown_code(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    codes = _("Svaret har en kod som vi inte känner: %(codes)s.") % {"codes": ", ".join(told.codes)} if told.codes else ""
    said = codes or reasons.reason(told.code) or _("Svaret har en kod som vi inte känner.")
    return (
        unknown,
        _after(said, _("Läs hela svaret, eller ring %(agency)s och anteckna.") % {"agency": formatting.inside(name)}),
        "call",
    )


def _manual(name: str, unknown: str, told: Told) -> tuple[str, str, str]:
    return (
        _("Det här är sagt, inte visat."),
        _("Begär ett skriftligt underlag om beslutet ska vila på det."),
        "",
    )


_NOT_EVIDENCE: Final = {
    Outcome.PARTIAL: _partial,
    Outcome.NOT_ENTITLED: _not_entitled,
    Outcome.NO_MATCH: _no_match,
    Outcome.PROTECTED: _protected,
    Outcome.ERROR: _error,
    Outcome.TIMEOUT: _timeout,
    Outcome.BREAKER_OPEN: _breaker,
    Outcome.CLOSED: _closed,
    Outcome.NOT_ASKED: _not_asked,
    Outcome.UNKNOWN_CODE: _unknown_code,
    Outcome.MANUAL: _manual,
}
