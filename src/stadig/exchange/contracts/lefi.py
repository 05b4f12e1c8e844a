"""Försäkringskassan and Pensionsmyndigheten: one LEFI answer in JSON, read as blocks of two agencies (LEFI OpenAPI, version 9).

A part is a section of the question (``utbetalningar``), or one code of it where that code alone was asked for or could not be delivered
(``utbetalningar FK:SJP``). Silences are kept apart. A group that the sender may not ask for is named in ``avvikelser`` as OBEHORIG:
NOT_ENTITLED. One that could not be fetched is named there as INTERNT_FEL: ERROR. But data that the law does not give are "excluded without
notice or warning": so a section that was asked for and is not there states nothing about anyone, and is NOT_ENTITLED too. Only a list that
is there and empty is the agency's word that it has nothing, or, from the day that the municipality has the agency's own word for it
(:class:`Silence`), the absence of one. What is not understood to the letter makes no evidence of anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stadig.exchange.contracts import lefi_fk, lefi_pm, trees
from stadig.exchange.contracts.errors import Reason, Unreadable, WrongPerson
from stadig.exchange.contracts.lefi_codes import (
    BENEFITS,
    CLAIMS,
    COMING,
    COMING_KEY,
    DECISIONS,
    IDENTITY,
    KEYS,
    OTHER,
    PAID,
    PAID_KEY,
    PERSON,
    PERSON_KEY,
    READ_PAST,
    RULINGS,
    SECTIONS,
)
from stadig.exchange.contracts.trees import Json
from stadig.exchange.contracts.values import Values, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import FK, PM, Block, Fact, Source

Entitled = Mapping[str, frozenset[str]]
"""Section → the codes that the agency's own list lets us ask for."""
TOP = frozenset({"utlamnare", "avvikelser", DECISIONS, CLAIMS, RULINGS, COMING, PAID, OTHER})


@dataclass(frozen=True, slots=True)
class Silence:
    """What it means that a section that was asked for is not in the answer. Until someone has asked the agency: nothing at all.

    The specification (LEFI OpenAPI 9.0.0) says two things. Of the question: a group that the one who asks has no right to, and one whose system does
    not answer, is named as a deviation, so that silence would mean "nothing found". Of the whole: "data that one has no right to are
    excluded without notice or warning". Its schema requires no property, and its example asks for one section and gets it.
    """

    nothing_from: dt.date | None = None
    """From this day on the agency says that it leaves out what it has nothing of."""
    source: str = ""
    """Who said so, and where it is written down."""

    def is_nothing(self, day: dt.date) -> bool:
        """Whether silence in an answer to a question of this day is the agency's word that it has nothing."""
        return self.nothing_from is not None and bool(self.source) and day >= self.nothing_from


NOT_KNOWN = Silence()
NAMES = frozenset({PERSON_KEY, PAID_KEY, COMING_KEY, *KEYS, *READ_PAST})
"""All that Försäkringskassan's part may hold."""
REASONS = {"OBEHORIG": Outcome.NOT_ENTITLED, "INTERNT_FEL": Outcome.ERROR}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of each agency: agency → section → codes."""

    sections: Mapping[str, Mapping[str, tuple[str, ...]]]
    entitled: Entitled | None = None
    by_code: frozenset[tuple[str, str]] = frozenset()
    """Agency and section of which only some codes were asked for: the answer to each code is a part of its own."""
    silence_is_nothing: bool = False


def plan(
    agencies: Iterable[str],
    parts: Mapping[str, tuple[str, ...]],
    entitled: Entitled | None = None,
    *,
    silence_is_nothing: bool = False,
) -> Asked:
    """What to ask: all that the contract has, or the parts that are named: a section, or a section and a code (``utbetalningar FK:SJP``)."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    by_code: set[tuple[str, str]] = set()
    for agency in agencies:
        if agency not in SECTIONS:
            continue
        wanted = parts.get(agency)
        sections: dict[str, tuple[str, ...]] = {}
        for section in SECTIONS[agency]:
            whole = wanted is None or section in wanted
            codes = tuple(
                code
                for code in BENEFITS[agency]
                if (entitled is None or code in entitled.get(section, frozenset()))
                and (whole or f"{section} {code}" in (wanted or ()))
            )
            if codes:
                sections[section] = codes
                if not whole:
                    by_code.add((agency, section))
        found[agency] = sections
    return Asked(found, entitled, frozenset(by_code), silence_is_nothing)


def question(asked: Asked, person: str, period_from: dt.date, period_to: dt.date) -> Json:
    """The body of a LEFI question."""
    lists: dict[str, list[str]] = {}
    for sections in asked.sections.values():
        for section, codes in sections.items():
            lists.setdefault(section, []).extend(codes)
    if asked.entitled is None or PERSON in asked.entitled.get(OTHER, frozenset()):
        lists[OTHER] = [PERSON]
    return {"personnummer": person, "period": {"from": period_from.isoformat(), "tom": period_to.isoformat()}, **lists}


def read(document: object, path: str, person: str, asked: Asked) -> dict[str, tuple[Block, ...]]:
    """Agency → its blocks. ``path`` is that of the element that held the JSON, and ``#``. Raises WrongPerson, Unreadable."""
    if not trees.is_thing(document):
        raise Unreadable(Reason.UNEXPECTED_SHAPE)
    answer = trees.thing(document)
    people = trees.things(trees.thing(answer.get(DECISIONS)).get(PERSON_KEY))
    for one in people:
        if not same_person(person, one.get("personnummer")):
            raise WrongPerson(PERSON_KEY)
    protected = any(one.get("skyddad") not in (False, None) for one in people)
    said = states(answer)
    reading = _Reading(answer, path, asked)
    found: dict[str, tuple[Block, ...]] = {}
    for agency in asked.sections:
        bad = _unavailable(agency, said)
        if bad is not None:
            found[agency] = (bad,)
        elif protected:
            found[agency] = (Block(agency, Outcome.PROTECTED),)
        else:
            found[agency] = reading.agency(agency)
    return found


def names_someone(document: object) -> bool:
    """Whether an answer says whom it is about."""
    people = trees.things(trees.thing(trees.thing(document).get(DECISIONS)).get(PERSON_KEY))
    return any(trees.text(one.get("personnummer")) for one in people)


def states(answer: Json) -> dict[str, str]:
    """Agency → the state it said it was in; both, with a comma, where it said two different."""
    found: dict[str, str] = {}
    for one in trees.things(answer.get("utlamnare")):
        code = trees.text(trees.thing(one.get("utlamnare")).get("kod"))
        state = trees.text(trees.thing(one.get("tillstand")).get("kod"))
        found[code] = state if found.get(code, state) == state else f"{found[code]},{state}"
    return found


def _unavailable(agency: str, said: Mapping[str, str]) -> Block | None:
    """Only an agency in the state OK has contributed to the answer."""
    if agency not in said:
        return Block(agency, Outcome.ERROR, error_source=Source.AGENCY, error_code=Reason.NO_ANSWER)
    state = said[agency]
    if state == "OK":
        return None
    if state in {"FELANDE", "OTILLGANGLIG"}:
        return Block(agency, Outcome.ERROR, error_source=Source.AGENCY, error_code=state)
    values = Values()
    values.odd("tillstand", state)
    return Block(agency, Outcome.UNKNOWN_CODE, unknown=tuple(values.unknown))


@dataclass(slots=True)
class _Section:
    """What one section of an answer holds: each fact with the code it answers, and the codes that are spoken of at all."""

    facts: Sequence[tuple[str, Fact]] = ()
    there: frozenset[str] = frozenset()
    dropped: tuple[str, ...] = ()
    values: Values = field(default_factory=Values)
    quiet: bool = False
    """It says nothing by not being there."""


class _Reading:
    """One answer, and what in it is not understood by anyone: that stands with every section of every agency."""

    def __init__(self, answer: Json, path: str, asked: Asked) -> None:
        self.answer, self.path, self.asked = answer, path, asked
        self.information = trees.thing(answer.get(DECISIONS))
        odd = Values()
        for name, held in answer.items():
            if name not in TOP and held:
                odd.odd("svar", name)
        if DECISIONS in answer and answer[DECISIONS] is not None and not trees.is_thing(answer[DECISIONS]):
            odd.odd(DECISIONS, "")
        self.deviations = self._deviations(odd)
        self._uninvited(odd)
        self.odd = odd.unknown
        # an answer that does not say whom it is about, as was asked for, may have left out the rest too
        self.silence_is_nothing = asked.silence_is_nothing and names_someone(answer)
        self.strange = not NAMES.issuperset(self.information)

    def agency(self, agency: str) -> tuple[Block, ...]:
        blocks: list[Block] = []
        for section, codes in self.asked.sections[agency].items():
            found = self._fk(section) if agency == FK else self._pm(section)
            found.values.unknown += self.odd
            failed = {code: self.deviations[section, code] for code in codes if (section, code) in self.deviations}
            left = [code for code in codes if code not in failed]
            if (agency, section) in self.asked.by_code:
                for code in {of for of, _fact in found.facts if not set(of.split("+")) & set(codes)}:
                    found.values.odd(section, code)
                blocks += [_block(agency, f"{section} {code}", _only(found, code), [code]) for code in left]
            elif left or found.facts:
                blocks.append(_block(agency, section, found, left))
            blocks += [_failed(agency, f"{section} {code}", why) for code, why in failed.items()]
        if agency == FK and (OTHER, PERSON) in self.deviations:
            blocks.append(_failed(FK, f"{OTHER} {PERSON}", self.deviations[OTHER, PERSON]))
        return tuple(blocks) or (Block(agency, Outcome.NOT_ENTITLED, error_source=Source.SELF, error_code=Reason.NOT_ANSWERED),)

    def _deviations(self, odd: Values) -> dict[tuple[str, str], str]:
        """Section and code → why it was not delivered. One that does not say exactly which and why may be about anything.

        LEFI's own example answer has an empty list where its specification has an object: both say that there are none.
        """
        held = self.answer.get("avvikelser")
        found: dict[tuple[str, str], str] = {}
        if held is None or held == []:
            return found
        if not trees.is_thing(held):
            odd.odd("avvikelser", "")
        asked = {
            (section, code) for sections in self.asked.sections.values() for section, codes in sections.items() for code in codes
        }
        for section, several in trees.thing(held).items():
            if not trees.is_list(several):
                odd.odd("avvikelser", section)
            for one in trees.things(several):
                named = trees.thing(one.get("formansgrupp")) or trees.thing(one.get("ovrigInformationstyp"))
                code = trees.text(named.get("kod"))
                why = trees.text(trees.thing(one.get("avvikelse")).get("kod"))
                if (section, code) not in asked | {(OTHER, PERSON)}:
                    odd.odd("avvikelser", f"{section} {code}".strip())
                found[section, code] = why
        return found

    def _uninvited(self, odd: Values) -> None:
        """Content of an agency that was not asked, or in a place that is the other's: what was meant by it is not known."""
        for section in (CLAIMS, RULINGS, PAID, COMING):
            for one in trees.things(self.answer.get(section)):
                codes = lefi_pm.groups(one)
                if PM not in self.asked.sections or not codes or not all(code.startswith("PM:") for code in codes):
                    odd.odd(section, " ".join(codes))
        if FK not in self.asked.sections:
            for name, held in self.information.items():
                if name != PERSON_KEY and held:
                    odd.odd(DECISIONS, name)

    def _fk(self, section: str) -> _Section:
        here, found = f"{self.path}/{DECISIONS}", _Section()
        if section == DECISIONS:
            found.facts, dropped = lefi_fk.decisions(self.information, here, found.values)
            there = {code for key, code in KEYS.items() if trees.is_list(self.information.get(key))}
            # codes whose own name in the answer is not known cannot be missed in it: their payments are a section of their own
            found.there = frozenset(there | (set(BENEFITS[FK]) - set(KEYS.values()) if there else set()))
            people = trees.things(self.information.get(PERSON_KEY))
            beyond = tuple(f"{PERSON_KEY}.{name}" for one in people for name in one if name not in IDENTITY)
            found.dropped = (*dropped, *beyond)
            if self.silence_is_nothing and not any(self.information.get(key, []) is None for key in KEYS):
                found.quiet = not found.facts
                found.there = frozenset(BENEFITS[FK])
            return found
        key = PAID_KEY if section == PAID else COMING_KEY
        held = self.information.get(key)
        found.facts = lefi_fk.payments(held, f"{here}/{key}", found.values, planned=section == COMING)
        found.there = _there(held, key, BENEFITS[FK], found.values)
        self._silent(found, key not in self.information, FK)
        return found

    def _pm(self, section: str) -> _Section:
        held, found = self.answer.get(section), _Section()
        found.facts = lefi_pm.READERS[section](held, f"{self.path}/{section}", found.values)
        found.there = _there(held, section, BENEFITS[PM], found.values)
        self._silent(found, section not in self.answer, PM)
        return found

    def _silent(self, found: _Section, absent: bool, agency: str) -> None:
        """Take silence for the word it is said to be; not where a name that we do not know may be the section's new one."""
        if absent and self.silence_is_nothing and not self.strange:
            found.there, found.quiet = frozenset(BENEFITS[agency]), True


def _there(held: object, name: str, codes: Iterable[str], values: Values) -> frozenset[str]:
    """All codes where there is a list; none where there is nothing; and what is neither is not understood."""
    if trees.is_list(held):
        return frozenset(codes)
    if held is not None:
        values.odd(name, "")
    return frozenset()


def _only(found: _Section, code: str) -> _Section:
    """What a section holds about one code."""
    facts = [pair for pair in found.facts if code in pair[0].split("+")]
    values = Values()
    values.unknown = list(found.values.unknown)
    return _Section(facts, found.there, found.dropped, values, found.quiet)


def _block(agency: str, part: str, found: _Section, left: Sequence[str]) -> Block:
    """One part's block: what could not be read wins, then what is missing, then what is there."""
    silent = [code for code in left if code not in found.there]
    reason, source, text = "", None, ""
    if found.values.unknown:
        outcome = Outcome.UNKNOWN_CODE
    elif silent:
        all_silent = len(silent) == len(left) and not found.facts
        outcome = Outcome.NOT_ENTITLED if all_silent else Outcome.PARTIAL
        reason, source = Reason.NOT_ANSWERED.value, Source.AGENCY
        text = "" if all_silent else " ".join(silent)
    else:
        outcome = Outcome.DATA if found.facts else Outcome.NOTHING_STATED
    return Block(
        agency,
        outcome,
        part=part,
        facts=tuple(fact for _code, fact in found.facts),
        error_source=source,
        error_code=reason,
        error_text=text,
        dropped=found.dropped,
        unknown=tuple(found.values.unknown),
        remarks=(Reason.SILENT,) if found.quiet and outcome == Outcome.NOTHING_STATED else (),
    )


def _failed(agency: str, part: str, why: str) -> Block:
    """A group that the agency says it did not deliver."""
    if why in REASONS:
        return Block(agency, REASONS[why], part=part, error_source=Source.AGENCY, error_code=why)
    values = Values()
    values.odd("avvikelse", why)
    return Block(agency, Outcome.UNKNOWN_CODE, part=part, unknown=tuple(values.unknown))
