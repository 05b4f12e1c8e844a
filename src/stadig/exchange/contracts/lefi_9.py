"""LEFI version 9 asked directly, over REST: Försäkringskassan and Pensionsmyndigheten without the composite service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import msgspec

from stadig.exchange.contracts import lefi, soap, trees
from stadig.exchange.contracts.building import failed, finished, unreadable
from stadig.exchange.contracts.errors import Reason, Unreadable, of_status
from stadig.exchange.contracts.lefi_codes import SECTIONS
from stadig.exchange.contracts.validating import Schemas
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import FK, PM, Asker, Block, Incoming, Outgoing, Probe, Question, Source

HEADERS: Final = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Lefi9:
    """The contract. The connection's address ends with the version: ``https://…/lefi-extern-formansinformation/v9``."""

    schemas: Schemas
    entitled: lefi.Entitled | None = None
    silence: lefi.Silence = lefi.NOT_KNOWN
    name: str = "LEFI v9"
    agencies: tuple[str, ...] = field(default=(FK, PM))

    def prepare(self) -> None:
        """Compile LEFI's own specification."""
        self.schemas.prepare()

    def request(self, question: Question, url: str) -> Outgoing:
        """``hamtaFormansinformation``. The person stands in the body alone; LEFI has no field for case, purpose or law."""
        body = lefi.question(self._asked(question), question.person, question.period_from, question.period_to)
        headers = {**HEADERS, "X-Correlation-Id": str(question.correlation_id)}
        return Outgoing("POST", _address(url, question.asker, "formansinformation/fraga"), headers, msgspec.json.encode(body))

    def read(self, answer: Incoming, question: Question) -> tuple[Block, ...]:
        """The blocks of FK and PM, as far as they were asked."""
        status = of_status(answer.status) or (Reason.HTTP_FAILED if soap.infrastructure(answer.headers) is not None else None)
        found: dict[str, tuple[Block, ...]] = {}
        try:
            document = trees.json(answer.body)
            if status is None:
                checked = self.schemas.check_lefi(document)
                read = lefi.read(document, "", question.person, self._asked(question))
                found = {agency: checked.note(blocks) for agency, blocks in read.items()}
            else:
                text = trees.text(trees.thing(document).get("meddelande"))
                found = {agency: (_refused(agency, answer, status, text),) for agency in question.agencies}
        except Unreadable as fault:
            found = {
                agency: (unreadable(agency, fault) if status is None else _refused(agency, answer, status, ""),)
                for agency in question.agencies
            }
        missing = Reason.NO_ANSWER
        return tuple(
            block
            for agency in question.agencies
            for block in finished(agency, found.get(agency) or (failed(agency, Source.SELF, missing),), question)
        )

    def probe(self, asker: Asker, agencies: tuple[str, ...], url: str) -> Outgoing | None:
        """What may be asked for: about no one, and it needs both agencies' systems."""
        return Outgoing("GET", _address(url, asker, "tillgangligaInformationstyper"), {"Accept": "application/json"})

    def read_probe(self, answer: Incoming) -> tuple[Probe, ...]:
        """Each agency's own state."""
        status = of_status(answer.status)
        try:
            states = lefi.states(trees.thing(trees.json(answer.body)))
        except Unreadable as fault:
            return tuple(Probe(agency, False, status or fault.reason) for agency in self.agencies)
        if status is not None:
            return tuple(Probe(agency, False, status) for agency in self.agencies)
        return tuple(
            Probe(
                agency, states.get(agency) == "OK", "" if states.get(agency) == "OK" else states.get(agency) or Reason.NO_ANSWER
            )
            for agency in self.agencies
        )

    def _asked(self, question: Question) -> lefi.Asked:
        quiet = self.entitled is not None and self.silence.is_nothing(question.asked_at.date())
        return lefi.plan(question.agencies, question.parts, self.entitled, silence_is_nothing=quiet)


def _address(url: str, asker: Asker, rest: str) -> str:
    return f"{url.rstrip('/')}/aktorer/{quote(asker.actor_id, safe='')}/{rest}"


def _refused(agency: str, answer: Incoming, status: Reason, text: str) -> Block:
    """403: the agency says that we may not ask. 400: our question was wrong. All else is a fault of theirs or on the way."""
    theirs = soap.infrastructure(answer.headers)
    if theirs is not None:
        return failed(agency, Source.COMPOSITE, status, theirs)
    if answer.status == 403:
        return Block(agency, Outcome.NOT_ENTITLED, error_source=Source.AGENCY, error_code=status, error_text=text[:400])
    return failed(agency, Source.SELF if answer.status in {400, 401} else Source.AGENCY, status, text)


def entitlement(data: bytes) -> lefi.Entitled:
    """Section → codes, from a saved answer of *tillgangligaInformationstyper*. Raises Unreadable."""
    document = trees.thing(trees.json(data))
    sections = {section for several in SECTIONS.values() for section in several} | {lefi.OTHER}
    found = {
        section: frozenset(trees.text(one.get("kod")) for one in trees.things(document.get(section))) for section in sections
    }
    if not any(found.values()):
        raise Unreadable(Reason.UNEXPECTED_SHAPE)
    return found
