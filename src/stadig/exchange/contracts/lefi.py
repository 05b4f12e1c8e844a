"""Försäkringskassan and Pensionsmyndigheten: one LEFI answer in JSON, read as blocks of two agencies (LEFI OpenAPI, version 9).

Three silences are kept apart. A group that the sender may not ask for is named in ``avvikelser`` as OBEHORIG: NOT_ENTITLED. One that could
not be fetched is named there as INTERNT_FEL: ERROR. But data that the law does not give are "excluded without notice or warning": so a
section that was asked for and is simply not there states nothing about anyone, and is NOT_ENTITLED too – unless the agency's own list of
what we may ask for (``tillgangligaInformationstyper``, kept in a file) names the code: then it was looked for and not found.
A section that is there and empty is the agency's word that it has nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stadig.exchange.contracts import lefi_fk, lefi_pm, trees
from stadig.exchange.contracts.errors import Reason, Unreadable, WrongPerson
from stadig.exchange.contracts.lefi_codes import (
    BENEFITS,
    COMING,
    COMING_KEY,
    DECISIONS,
    KEYS,
    OTHER,
    PAID,
    PAID_KEY,
    PERSON,
    PERSON_KEY,
    SECTIONS,
)
from stadig.exchange.contracts.trees import Json
from stadig.exchange.contracts.values import Values, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import FK, PM, Block, Fact, Source

Entitled = Mapping[str, frozenset[str]]
"""Section → the codes that the agency's own list gives us."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of each agency: agency → section → codes."""

    sections: Mapping[str, Mapping[str, tuple[str, ...]]]
    entitled: Entitled | None = None


def plan(agencies: Iterable[str], parts: Mapping[str, tuple[str, ...]], entitled: Entitled | None = None) -> Asked:
    """What to ask: all that the contract has, or the parts that are named: a section, or a section and a code (``utbetalningar FK:SJP``)."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for agency in agencies:
        if agency not in SECTIONS:
            continue
        wanted = parts.get(agency)
        sections: dict[str, tuple[str, ...]] = {}
        for section in SECTIONS[agency]:
            codes = tuple(
                code
                for code in BENEFITS[agency]
                if (entitled is None or code in entitled.get(section, frozenset()))
                and (wanted is None or section in wanted or f"{section} {code}" in wanted)
            )
            if codes:
                sections[section] = codes
        found[agency] = sections
    return Asked(found, entitled)


def question(asked: Asked, person: str, period_from: dt.date, period_to: dt.date) -> Json:
    """The body of a LEFI question."""
    body: Json = {"personnummer": person, "period": {"from": period_from.isoformat(), "tom": period_to.isoformat()}}
    for sections in asked.sections.values():
        for section, codes in sections.items():
            before = body.get(section, [])
            body[section] = [*before, *codes] if isinstance(before, list) else [*codes]
    if asked.entitled is None or PERSON in asked.entitled.get(OTHER, frozenset()):
        body[OTHER] = [PERSON]
    return body


def read(document: object, path: str, person: str, asked: Asked) -> dict[str, tuple[Block, ...]]:
    """Agency → its blocks. ``path`` is that of the element that held the JSON, and ``#``. Raises WrongPerson, Unreadable."""
    if not trees.is_thing(document):
        raise Unreadable(Reason.UNEXPECTED_SHAPE)
    answer = trees.thing(document)
    information = trees.thing(answer.get(DECISIONS))
    people = trees.things(information.get(PERSON_KEY))
    for one in people:
        if not same_person(person, one.get("personnummer")):
            raise WrongPerson(PERSON_KEY)
    protected = any(one.get("skyddad") not in (False, None) for one in people)
    beyond = tuple(f"{PERSON_KEY}.{name}" for one in people for name in one if name not in {"personnummer", "skyddad", "namn"})
    said = states(answer)
    found: dict[str, tuple[Block, ...]] = {}
    for agency, sections in asked.sections.items():
        bad = _unavailable(agency, said)
        if bad is not None:
            found[agency] = (bad,)
        elif protected:
            found[agency] = (Block(agency, Outcome.PROTECTED),)
        else:
            found[agency] = _agency(
                agency, answer, information, path, sections=sections, asked=asked, beyond=beyond if agency == FK else ()
            )
    return found


def states(answer: Json) -> dict[str, str]:
    """Agency → the state it said it was in."""
    return {
        trees.text(trees.thing(one.get("utlamnare")).get("kod")): trees.text(trees.thing(one.get("tillstand")).get("kod"))
        for one in trees.things(answer.get("utlamnare"))
    }


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


def _agency(
    agency: str,
    answer: Json,
    information: Json,
    path: str,
    *,
    sections: Mapping[str, tuple[str, ...]],
    asked: Asked,
    beyond: tuple[str, ...],
) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for section, codes in sections.items():
        missing = _deviations(agency, answer, section, codes)
        values = Values()
        if agency == FK:
            facts, there, dropped = _of_fk(information, path, section, values)
        else:
            facts, there, dropped = _of_pm(answer, path, section, values)
        left = [code for code in codes if code not in missing]
        silent = [code for code in left if code not in there and not _entitled(asked, section, code)]
        if left or facts:
            blocks.append(
                _section(
                    agency, section, facts, values, left=left, silent=silent, dropped=(*dropped, *(beyond if not blocks else ()))
                )
            )
        blocks += missing.values()
    if agency == FK:
        blocks += _deviations(agency, answer, OTHER, (PERSON,)).values()
    return tuple(blocks) or (Block(agency, Outcome.NOT_ENTITLED, error_source=Source.SELF, error_code=Reason.NOT_ANSWERED),)


def _section(
    agency: str,
    section: str,
    facts: Sequence[Fact],
    values: Values,
    *,
    left: Sequence[str],
    silent: Sequence[str],
    dropped: tuple[str, ...],
) -> Block:
    """One section's block: what could not be read wins, then what is missing, then what is there."""
    reason, source, text = "", None, ""
    if values.unknown:
        outcome = Outcome.UNKNOWN_CODE
    elif silent:
        all_silent = len(silent) == len(left) and not facts
        outcome = Outcome.NOT_ENTITLED if all_silent else Outcome.PARTIAL
        reason, source = Reason.NOT_ANSWERED.value, Source.AGENCY
        text = "" if all_silent else " ".join(silent)
    else:
        outcome = Outcome.DATA if facts else Outcome.NOTHING_STATED
    return Block(
        agency,
        outcome,
        part=section,
        facts=tuple(facts),
        error_source=source,
        error_code=reason,
        error_text=text,
        dropped=dropped,
        unknown=tuple(values.unknown),
    )


def _entitled(asked: Asked, section: str, code: str) -> bool:
    return asked.entitled is not None and code in asked.entitled.get(section, frozenset())


def _deviations(agency: str, answer: Json, section: str, codes: tuple[str, ...]) -> dict[str, Block]:
    """Code → a block of its own for each group that the agency says it could not deliver."""
    found: dict[str, Block] = {}
    for one in trees.things(trees.thing(answer.get("avvikelser")).get(section)):
        named = trees.thing(one.get("formansgrupp")) or trees.thing(one.get("ovrigInformationstyp"))
        code = trees.text(named.get("kod"))
        if code not in codes:
            continue
        why = trees.text(trees.thing(one.get("avvikelse")).get("kod"))
        part = f"{section} {code}"
        if why == "OBEHORIG":
            found[code] = Block(agency, Outcome.NOT_ENTITLED, part=part, error_source=Source.AGENCY, error_code=why)
        elif why == "INTERNT_FEL":
            found[code] = Block(agency, Outcome.ERROR, part=part, error_source=Source.AGENCY, error_code=why)
        else:
            values = Values()
            values.odd("avvikelse", why)
            found[code] = Block(agency, Outcome.UNKNOWN_CODE, part=part, unknown=tuple(values.unknown))
    return found


Read = tuple[list[Fact], frozenset[str], tuple[str, ...]]
"""Facts; codes that the section speaks of, if only to say that there is nothing; names that were read past."""


def _of_fk(information: Json, path: str, section: str, values: Values) -> Read:
    here = f"{path}/{DECISIONS}"
    if section == DECISIONS:
        facts, dropped = lefi_fk.decisions(information, here, values)
        there = {code for key, code in KEYS.items() if trees.is_list(information.get(key))}
        # codes whose own name in the answer is not known cannot be missed in it: their payments are a section of their own
        return facts, frozenset(there | (set(BENEFITS[FK]) - set(KEYS.values()) if there else set())), dropped
    key = PAID_KEY if section == PAID else COMING_KEY
    held = information.get(key)
    facts = lefi_fk.payments(held, f"{here}/{key}", values, planned=section == COMING)
    return facts, frozenset(BENEFITS[FK]) if trees.is_list(held) else frozenset(), ()


def _of_pm(answer: Json, path: str, section: str, values: Values) -> Read:
    held = answer.get(section)
    facts = lefi_pm.READERS[section](held, f"{path}/{section}", values)
    return facts, frozenset(BENEFITS[PM]) if trees.is_list(held) else frozenset(), ()
