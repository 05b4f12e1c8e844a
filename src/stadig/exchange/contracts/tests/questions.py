"""Questions and answers the tests of the readers share. The person is read from the agencies' own sample answers."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from collections.abc import Mapping
from uuid import UUID

from stadig.exchange.terms import AGENCIES, Asker, Block, Fact, Incoming, Question

SAMPLES = "exchange/ssbtek-sundsvall/answers"
ALL = "exchange/ssbtek-sundsvall/integration/test08_getFinancialAid_allAgencies/responses/ssbtek-response.xml"
SCHEMAS = "exchange/ssbtek-sundsvall/main/contract"
PERSON = "1990" + "01011234"
"""The made-up person of the sample answers. Its last digit is wrong, so that it is no one's number."""
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
ASKER = Asker("162120002411", "Kommunen", "petra.lund", actor_id="026-51")
ASKED = UUID("7d1f4d0e-58a5-4f0e-9b36-4f2f8a3f7a11")
GIVEN_BACK = f"<b:korrelationsid>{ASKED}</b:korrelationsid>"
SPACE = {
    "10": "http://schema.forsakringskassan.se/integration/ssbt/10",
    "11": "http://schema.forsakringskassan.se/integration/ssbt/11",
}


def question(
    *agencies: str,
    person: str = PERSON,
    parts: Mapping[str, tuple[str, ...]] | None = None,
    keep: Mapping[str, frozenset[str]] | None = None,
) -> Question:
    """A question about the samples' person, to all agencies unless some are named."""
    named = agencies or AGENCIES
    return Question(
        named,
        person,
        dt.date(2026, 9, 1),
        dt.date(2026, 11, 30),
        "Ekonomiskt bistånd",
        {agency: f"lagen för {agency}" for agency in named},
        "EB 2026-17",
        ASKER,
        ASKED,
        NOON,
        parts=parts or {},
        keep=keep or {},
    )


def incoming(body: bytes | str, status: int = 200, content_type: str = "text/xml; charset=UTF-8") -> Incoming:
    """An answer as it came."""
    return Incoming(status, content_type, body.encode() if isinstance(body, str) else body)


def answer(inner: str, version: str = "10", before: str = GIVEN_BACK) -> Incoming:
    """An answer of the composite service with something in its *svarsdata*, and the question's id."""
    return incoming(
        '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<b:hamtaBastjanstInformationResponse xmlns:b="{SPACE[version]}">{before}<b:svarsdata>{inner}</b:svarsdata>'
        "</b:hamtaBastjanstInformationResponse></s:Body></s:Envelope>"
    )


def tied(sample: bytes) -> bytes:
    """A sample answer as it would have come to a question with an id: the samples bear none."""
    at = re.search(rb"<(\w+:)?svarsdata", sample)
    assert at
    prefix = at[1] or b""
    given_back = b"<%skorrelationsid>%s</%skorrelationsid>" % (prefix, str(ASKED).encode(), prefix)
    return sample[: at.start()] + given_back + sample[at.start() :]


def lefi(document: object, version: str = "10") -> Incoming:
    """An answer with a LEFI document in it."""
    held = base64.b64encode(json.dumps(document).encode()).decode()
    return answer(f"<b:FK><b:data><b:lefiJsonSvar>{held}</b:lefiJsonSvar></b:data></b:FK>", version)


def skv(part: str, document: object) -> str:
    """One of Skatteverket's v11 parts."""
    return f"<b:{part}><b:data>{base64.b64encode(json.dumps(document).encode()).decode()}</b:data></b:{part}>"


def of(blocks: tuple[Block, ...], agency: str, part: str = "") -> Block:
    """The one block of an agency, or of a part."""
    found = [block for block in blocks if block.agency == agency and block.part == part]
    assert len(found) == 1, [(block.agency, block.part) for block in blocks]
    return found[0]


def value(fact: Fact, name: str) -> str:
    """One of a fact's values; empty where it has none of that name."""
    return dict(fact.values).get(name, "")
