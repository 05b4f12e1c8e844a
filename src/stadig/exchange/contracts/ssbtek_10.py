"""SSBTEK v10: Skatteverket answers with capital income alone, as an XML document inside a string."""

from __future__ import annotations

from typing import Final

from stadig.exchange.contracts import lefi, skv
from stadig.exchange.contracts.errors import Reason, Unreadable
from stadig.exchange.contracts.ssbtek import Ssbtek
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.validating import Schemas
from stadig.exchange.terms import Block, Question

SPACE: Final = "http://schema.forsakringskassan.se/integration/ssbt/10"


def contract(schemas: Schemas, entitled: lefi.Entitled | None = None, silence: lefi.Silence = lefi.NOT_KNOWN) -> Ssbtek:
    """The contract as it has been since January 2025."""
    return Ssbtek("SSBTEK v10", SPACE, _skatteverket, False, schemas, entitled, silence)


def _skatteverket(node: Node, question: Question) -> tuple[Block, ...]:
    held = node.down("data", "svar")
    if held is None:
        raise Unreadable(Reason.EMPTY_ANSWER)
    return skv.read_capital(held.inside(held.element.text or ""), question.person)
