"""What one agency said, as the block that a case worker reads. Plain data in, plain data out; the words follow the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.assistance import agencies, fact_words, outcome_words
from stadig.assistance.fact_words import Line
from stadig.assistance.outcome_words import Told
from stadig.exchange import words as reasons
from stadig.exchange.outcomes import WORTH_ASKING_AGAIN, Outcome, is_evidence
from stadig.exchange.terms import Fact, Kind
from stadig.ui import formatting

FOLDED: Final = frozenset({Kind.DECISION, Kind.APPLICATION})
REFUSED: Final = frozenset({Outcome.NOT_ENTITLED, Outcome.PROTECTED})
MOST_LINES: Final = 6
"""So many lines stand in the block; the rest open below them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an agency's answer, such as one a-kassa."""

    outcome: Outcome
    name: str = ""
    facts: tuple[Fact, ...] = ()
    reason: str = ""
    source: str = ""
    code: str = ""
    text: str = ""
    codes: tuple[str, ...] = ()
    opens: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What a case worker wrote down of a call."""

    whom: str
    at: dt.datetime
    number: str
    said: str
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one agency in one lookup. ``outcome`` is None while it may still answer; times are real."""

    agency: str
    outcome: Outcome | None
    parts: tuple[Part, ...] = ()
    seconds: float | None = None
    answered_at: dt.datetime | None = None
    """In the city's time, as it is shown."""
    contract: str = ""
    statute: str = ""
    call: int | None = None
    late: bool = False
    again_at: dt.datetime | None = None
    """When Stadig itself asks again, in the city's time; None when that is left to a person."""
    told: tuple[Call, ...] = ()
    wrong_person: bool = False
    sha256: str = ""
    until: dt.date | None = None
    """The day the answer came, where the period asked about goes on after it."""
    remarks: tuple[str, ...] = ()
    """What is to be said of the answer itself: codes of ours."""


class Warn(NamedTuple):
    """What comparing two months found: its icon, the sentence, and the row of the calculation where both figures stand (empty: none)."""

    icon: str
    text: str
    ref: str = ""


class Block(NamedTuple):
    """A block as it is drawn. ``act`` is what one may do about it: ``again``, ``call`` or nothing."""

    agency: str
    name: str
    seconds: str
    evidence: bool
    waits: bool
    color: str
    icon: str
    label: str
    unknown: str
    text: str
    lines: tuple[Line, ...]
    more: tuple[Line, ...]
    warnings: tuple[Warn, ...]
    calls: tuple[Line, ...]
    provenance: str
    statute: str
    call: int | None
    act: str
    late: bool
    alarm: bool
    sha256: str
    code: str
    remarks: tuple[str, ...]


def block(answer: Answer, warnings: Sequence[Warn] = ()) -> Block:
    """The block of one agency; ``warnings`` are what comparing two months found."""
    look = outcome_words.ANSWERED_AND_TOLD if _is_told_after(answer) else outcome_words.look(answer.outcome)
    said = _words(answer)
    lines, folded = _lines(answer)
    return Block(
        agency=answer.agency,
        name=agencies.name(answer.agency),
        seconds=seconds_words(answer),
        evidence=answer.outcome is not None and is_evidence(answer.outcome),
        waits=answer.outcome is None,
        color=look.color,
        icon=look.icon,
        label=str(look.label),
        unknown=said.unknown,
        text=said.text,
        lines=lines[:MOST_LINES],
        more=lines[MOST_LINES:] + folded,
        warnings=tuple(warnings),
        calls=tuple(_call(one) for one in answer.told),
        provenance=provenance(answer),
        statute=answer.statute,
        call=answer.call,
        act=said.act,
        late=answer.late,
        alarm=answer.wrong_person,
        sha256=answer.sha256,
        code=next((one.code for one in answer.parts if one.code), ""),
        remarks=tuple(reasons.reason(code) for code in answer.remarks),
    )


def ordered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Evidence first, then what came, then what did not; within each in the order agencies always stand."""
    return tuple(sorted(blocks, key=lambda one: (not one.evidence, not one.lines, agencies.place(one.agency), one.agency)))


def heading(answers: Sequence[Answer], seconds: float | None) -> tuple[str, str]:
    """(what has happened, how much of it is evidence), in words: the heading of the axis. Those who were never to be asked do not count."""
    asked = [one for one in answers if one.outcome != Outcome.NOT_ASKED]
    waits = sum(one.outcome is None for one in asked)
    if waits:
        said = ngettext("%(k)s av %(n)s myndighet har svarat.", "%(k)s av %(n)s myndigheter har svarat.", len(asked))
        return _("Frågan är ställd."), said % {"k": len(asked) - waits, "n": len(asked)}
    evidence = sum(one.outcome is not None and is_evidence(one.outcome) for one in asked)
    gave = ngettext("%(k)s av %(n)s myndighet gav underlag.", "%(k)s av %(n)s myndigheter gav underlag.", len(asked))
    done = _("Klart.") if seconds is None else _("Klart efter %(seconds)s sekunder.") % {"seconds": formatting.number(seconds, 1)}
    return done, gave % {"k": evidence, "n": len(asked)}


def seconds_words(answer: Answer) -> str:
    """*0,9 s*; an agency that was never asked says so."""
    if answer.outcome is None:
        return ""
    if answer.outcome == Outcome.MANUAL:
        return _("per telefon")
    if answer.seconds is None:
        return _("inte frågad")
    return f"{formatting.number(answer.seconds, 1 if answer.seconds < 100 else 0)}{formatting.SPACE}s"


def provenance(answer: Answer) -> str:
    """*LEFI v9, i dag 09.41*."""
    when = formatting.moment(answer.answered_at) if answer.answered_at else ""
    return ", ".join(filter(None, [answer.contract, when]))


def missing(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The agencies that it is worth asking again: something of theirs has not come and may."""
    return tuple(
        one.agency
        for one in answers
        if one.outcome in WORTH_ASKING_AGAIN or any(part.outcome in WORTH_ASKING_AGAIN for part in one.parts)
    )


def _words(answer: Answer) -> outcome_words.Words:
    if answer.outcome is None:
        return outcome_words.waiting(answer.agency)
    if _is_told_after(answer):
        return outcome_words.answered_and_told(answer.agency)
    first = next((one for one in answer.parts if one.outcome == answer.outcome), None)
    missing = [one for one in answer.parts if one.name and not is_evidence(one.outcome)]
    lost = tuple(outcome_words.part(one.name) for one in missing if one.outcome in WORTH_ASKING_AGAIN)
    refused = tuple(outcome_words.part(one.name) for one in missing if one.outcome in REFUSED)
    unsure = tuple(outcome_words.part(one.name) for one in missing if one.outcome not in WORTH_ASKING_AGAIN | REFUSED)
    told = Told(
        reason=first.reason if first else "",
        source=first.source if first else "",
        code=first.code if first else "",
        codes=tuple(code for one in answer.parts for code in one.codes),
        parts=lost,
        refused=refused,
        unsure=unsure,
        until=answer.until,
        opens=next((one.opens for one in answer.parts if one.opens), None),
        again_at=answer.again_at,
    )
    return outcome_words.words(answer.outcome, answer.agency, told)


def _is_told_after(answer: Answer) -> bool:
    """Whether all that keeps an answer from being evidence is that something has been told beside it."""
    others = {one.outcome for one in answer.parts if not is_evidence(one.outcome)}
    return answer.outcome == Outcome.PARTIAL and others == {Outcome.MANUAL}


def _lines(answer: Answer) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """(money and where the person stands, decisions and applications): the first in the block, the second folded under it.

    A fact of one of several that answer as one agency, such as an a-kassa, says whose it is."""
    facts = {id(fact): part.name for part in answer.parts for fact in part.facts}
    every = [fact for part in answer.parts for fact in part.facts]
    shown: list[Line] = []
    folded: list[Line] = []
    for fact in fact_words.ordered(every):
        name = facts[id(fact)]
        whose = name if name and name not in outcome_words.PARTS and name != fact.label else ""
        into = folded if fact.kind in FOLDED else shown
        into += [one._replace(note=", ".join(filter(None, [one.note, whose]))) for one in fact_words.of(fact)]
    return (tuple(shown), tuple(folded)) if shown else (tuple(folded), ())


def _call(one: Call) -> Line:
    parts = [one.whom, formatting.moment(one.at), one.number]
    if one.minutes:
        parts.append(ngettext("%(n)s minut", "%(n)s minuter", one.minutes) % {"n": one.minutes})
    return Line(", ".join(filter(None, parts)), one.said)
