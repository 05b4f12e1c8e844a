"""Deciding what of a lookup leaves: which agencies are asked, in which requests, and why the others are not."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection

from stadig.city import clock
from stadig.exchange import breaker, breaking, plans
from stadig.exchange.certificates import CertificateFault
from stadig.exchange.connections import NONE, Connection, ConnectionsFault, connections
from stadig.exchange.outcomes import Outcome
from stadig.exchange.randomness import new_uuid
from stadig.exchange.terms import Source

if TYPE_CHECKING:
    from stadig.exchange.models import Permit

log = logging.getLogger("stadig.exchange")
NOT_CHOSEN: Final = "not_chosen"
NOT_CONNECTED: Final = "not_connected"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that will leave."""

    connection: str
    contract: str
    agencies: list[str]
    parts: dict[str, list[str]]
    correlation: UUID


@dataclass(frozen=True, slots=True)
class NotSent:
    """An agency that is not asked, and why."""

    agency: str
    outcome: Outcome
    reason: str = ""
    source: str = ""
    code: str = ""
    available_from: dt.datetime | None = None


@dataclass(slots=True)
class Decided:
    """All of a lookup."""

    lookup_s: float
    sent: list[Sent] = field(default_factory=list)
    not_sent: list[NotSent] = field(default_factory=list)


def decide(
    permit: Permit, now: dt.datetime, chosen: set[str] | None, parts: Mapping[str, tuple[str, ...]], *, only_chosen: bool
) -> Decided:
    """What leaves and what does not. ``chosen``: the agencies to ask, None for all of the permit; ``parts``: agency → the parts to ask for.

    ``only_chosen`` says nothing at all of agencies that are not chosen: it is a question about what is missing.
    An agency whose turn it is to be tried is claimed here, for this lookup, by ``now``.
    """
    fault = ""
    try:
        known = connections()
    except ConnectionsFault as wrong:
        log.error("%s", wrong)
        known, fault = NONE, "connections_unreadable"
    decided = Decided(known.deadlines.lookup_s)
    for agency, reason in permit.refused.items():
        if not only_chosen or chosen is None or agency in chosen:
            decided.not_sent.append(NotSent(agency, Outcome.NOT_ASKED, reason))
    open_for: dict[str, list[str]] = {}
    for agency in permit.laws:
        line = known.of_agency.get(agency)
        if chosen is not None and agency not in chosen:
            if not only_chosen:
                decided.not_sent.append(NotSent(agency, Outcome.NOT_ASKED, NOT_CHOSEN))
        elif fault:
            decided.not_sent.append(NotSent(agency, Outcome.ERROR, source=Source.SELF, code=fault))
        elif line is None:
            decided.not_sent.append(NotSent(agency, Outcome.NOT_ASKED, NOT_CONNECTED))
        elif refusal := _closed(line, agency):
            decided.not_sent.append(refusal)
        else:
            open_for.setdefault(line.name, []).append(agency)
    claimed = _pass_breakers(decided, open_for, now)
    for name, agencies in open_for.items():
        line = known.of_name(name)
        if line is not None and agencies:
            _send(decided, line, agencies, parts, claimed)
    return decided


def _closed(line: Connection, agency: str) -> NotSent | None:
    """Why an agency is not asked just now, whatever its breaker says: it is closed, or our certificate is not in order."""
    opening, moment = line.hours_of(agency), clock.now()
    if not opening.is_open(moment):
        return NotSent(agency, Outcome.CLOSED, available_from=opening.opens(moment))
    try:
        if line.url.startswith("https://"):
            line.certificate.context()
    except CertificateFault as fault:
        log.error("%s: %s", line.name, fault)
        return NotSent(agency, Outcome.ERROR, source=Source.SELF, code=fault.code)
    return None


def _pass_breakers(decided: Decided, open_for: dict[str, list[str]], now: dt.datetime) -> set[str]:
    """Leave out the agencies whose breaker is open; returns those that it is time to try, claimed for this lookup."""
    places = {(name, agency) for name, agencies in open_for.items() for agency in agencies}
    claimed: set[str] = set()
    if not places:
        return claimed
    known = connections()
    with connection.cursor() as cursor:
        for (name, agency), one in breaking.not_shut(cursor, sorted({agency for _, agency in places})).items():
            line = known.of_name(name)
            if line is None or (name, agency) not in places:
                continue
            if breaker.is_due(one, now, line.breaker) and breaking.claim(cursor, name, agency, one, now):
                claimed.add(agency)
                continue
            open_for[name].remove(agency)
            decided.not_sent.append(NotSent(agency, Outcome.BREAKER_OPEN, available_from=one.try_at))
    return claimed


def _send(
    decided: Decided, line: Connection, agencies: list[str], parts: Mapping[str, tuple[str, ...]], claimed: set[str]
) -> None:
    """Group agencies into requests: each alone, or together where the connection says so; one that is on trial always alone."""
    try:
        contract = plans.contract_of(line).name
    except Exception as fault:
        log.error("The contract %s of connection %s cannot be opened: %s", line.contract, line.name, fault)
        decided.not_sent += [NotSent(one, Outcome.ERROR, source=Source.SELF, code="contract_unreadable") for one in agencies]
        return
    together = [agency for agency in agencies if line.together and agency not in claimed]
    groups = [together, *([agency] for agency in agencies if agency not in together)]
    for group in filter(None, groups):
        only = {agency: list(parts[agency]) for agency in group if parts.get(agency)}
        decided.sent.append(Sent(line.name, contract, group, only, new_uuid()))
