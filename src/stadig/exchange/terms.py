"""The words all of exchange shares: a question, what is sent and what comes back, and the blocks and facts of an answer. Plain data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from stadig.exchange.outcomes import Outcome

AF: Final = "AF"
CSN: Final = "CSN"
FK: Final = "FK"
PM: Final = "PM"
SKV: Final = "SKV"
SO: Final = "SO"
TNS: Final = "TNS"
MIV: Final = "MIV"
AGENCIES: Final = (FK, AF, SKV, PM, CSN, SO, MIV, TNS)
"""The agencies of the composite service, in the order they are shown: Försäkringskassan, Arbetsförmedlingen, Skatteverket,
Pensionsmyndigheten, CSN, the unemployment funds (a-kassorna), Migrationsverket, Transportstyrelsen. A declared connection may add others;
their codes are capital letters and digits, at most 12."""


class Kind(StrEnum):
    """What a fact is about."""

    PAYMENT = "payment"
    """Money paid or planned to be paid to the person."""
    INCOME = "income"
    """What an employer, a bank or the tax account says was earned or is due."""
    DECISION = "decision"
    """A benefit granted or refused for a period."""
    APPLICATION = "application"
    """A benefit applied for and not yet decided."""
    STATUS = "status"
    """Where the person stands with the agency: registered as a job-seeker, last activity report, suspended …"""
    VEHICLE = "vehicle"
    PERMIT = "permit"
    """A residence or work permit, or an application for one."""


class Source(StrEnum):
    """Whose fault an error is."""

    SELF = "self"
    """Ours: no contact, a certificate, an answer we could not read."""
    COMPOSITE = "composite"
    """The composite service's (SSBT), such as its own time limit towards an agency."""
    AGENCY = "agency"
    """The agency's (BT)."""


@dataclass(frozen=True, slots=True)
class Deduction:
    """A part of a payment that was taken away. Kronor, positive."""

    code: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing an agency states, and where in its answer it stands."""

    kind: Kind
    benefit: str
    """The agency's own code of the benefit or thing, such as ``ABB``, ``GRUND``, ``AKASSA``, ``KAPITAL``."""
    label: str
    """The agency's own words for it, as it wrote them; never shown as ours."""
    path: str
    """Where in the raw answer it stands: an XPath, or a JSON Pointer after the path of the element that held the JSON."""
    net: Decimal | None = None
    """Kronor after tax and deductions. A payment's own total, never the sum of its rows."""
    gross: Decimal | None = None
    deductions: tuple[Deduction, ...] = ()
    pay_date: dt.date | None = None
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    days: Decimal | None = None
    planned: bool = False
    """Stated as to be paid, not yet paid."""
    final: bool | None = None
    """A decision that is not preliminary; None where the agency does not say."""
    values: tuple[tuple[str, str], ...] = ()
    """Other fields that the law lets us have, as name and value: ``("registered", "2016-11-18")``."""


@dataclass(frozen=True, slots=True)
class Block:
    """What one agency, or one part of its answer, said. The unit of evidence."""

    agency: str
    outcome: Outcome
    part: str = ""
    """Empty for the whole agency; the name of a sub-answer (``skattekonto``) or of an a-kassa."""
    facts: tuple[Fact, ...] = ()
    error_source: Source | None = None
    error_code: str = ""
    """The agency's or composite's code as it came, or one of ours (``errors.py`` of the contracts): never free text about a person."""
    error_text: str = ""
    """What they wrote. Shown to the case worker, never logged."""
    data_as_of: dt.date | None = None
    available_from: dt.datetime | None = None
    schema_valid: bool | None = None
    """None: not validated, because the contract's files are not installed."""
    schema_errors: tuple[str, ...] = ()
    """Names of elements and rules, never values."""
    dropped: tuple[str, ...] = ()
    """Names of fields that came but that the law in force does not give us: read past, not kept."""
    unknown: tuple[str, ...] = ()
    """Codes that we do not know, as ``StatusSvarandeOrganisation=…``."""
    alarm: str = ""
    """``wrong_person`` where the answer is about someone else, ``wrong_answer`` where it is to another question: nothing of it is kept."""
    remarks: tuple[str, ...] = ()
    """What is to be said of the answer beside what was read in it: codes of ours, such as ``no_correlation_id``."""


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf an agency is asked. What the contracts call *ingivare*."""

    organisation_number: str
    """Twelve digits, such as 162120001234."""
    name: str
    worker: str
    """The case worker's own account or name; never a system's."""
    actor_id: str = ""
    """The committee's id at Försäkringskassan (*aktörsid*)."""
    processors: tuple[tuple[str, str], ...] = ()
    """Those who process on our behalf (*personuppgiftsbiträden*): organisation number and name."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request about one person to one connection, for one or more agencies."""

    agencies: tuple[str, ...]
    person: str = field(repr=False)
    """Twelve digits."""
    period_from: dt.date
    period_to: dt.date
    purpose: str
    laws: Mapping[str, str]
    """Agency → the statute that lets it answer us on this day."""
    case: str
    """The case's registration number."""
    asker: Asker
    correlation_id: UUID
    asked_at: dt.datetime
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Agency → the parts to ask for; an agency that is not named is asked for all it has in the contract."""
    keep: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Agency → names of the groups of fields the law gives (:mod:`stadig.exchange.lawful`); an agency that is not named keeps all."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it leaves."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False, default=b"")


HEADERS_READ: Final = ("X-Road-Error",)
"""Headers of an answer that a contract may need; no other leaves the line."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer as it came."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Those of :data:`HEADERS_READ` that the answer has, by those names."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What an agency's health probe said."""

    agency: str
    reached: bool
    error_code: str = ""


class Contract(Protocol):
    """One version of one contract: how a question is written and an answer read. Each lives in a module of its own."""

    @property
    def name(self) -> str:
        """As it is shown beside a figure: *SSBTEK v11*, *LEFI v9*."""
        ...

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies it can ask."""
        ...

    def prepare(self) -> None:
        """Make ready what reading takes long to make ready, before the first answer comes. May be called from any thread, and again."""
        ...

    def request(self, question: Question, url: str) -> Outgoing:
        """The question as it leaves."""
        ...

    def read(self, answer: Incoming, question: Question) -> tuple[Block, ...]:
        """At least one block for each agency of the question, whatever came. Never raises for what an agency sent."""
        ...

    def probe(self, asker: Asker, agencies: tuple[str, ...], url: str) -> Outgoing | None:
        """A question about no one that tells whether the agencies answer; None where the contract has none."""
        ...

    def read_probe(self, answer: Incoming) -> tuple[Probe, ...]:
        """What the probe said of each agency."""
        ...
