"""SSBTEK v11: Skatteverket answers in parts, each base64 JSON with its own data or error; one may fail while others answer.

The composite service's own schema for v11 was not to be had; the shape is what test answers and one municipality's open client show.
"""

from __future__ import annotations

from typing import Final

from stadig.exchange.contracts import asking, lefi, skv, trees
from stadig.exchange.contracts.building import unreadable
from stadig.exchange.contracts.errors import Reason, Unreadable, WrongPerson
from stadig.exchange.contracts.ssbtek import Ssbtek, told
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.validating import Schemas
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import SKV, Block, Question, Source

SPACE: Final = "http://schema.forsakringskassan.se/integration/ssbt/11"


def contract(schemas: Schemas, entitled: lefi.Entitled | None = None, silence: lefi.Silence = lefi.NOT_KNOWN) -> Ssbtek:
    """The contract in test since 2026."""
    return Ssbtek("SSBTEK v11", SPACE, _skatteverket, True, schemas, entitled, silence)


def _skatteverket(node: Node, question: Question) -> tuple[Block, ...]:
    came = tuple(_part(node.one(part), part, question.person) for part in asking.skv_parts(question))
    left_out = tuple(Block(SKV, Outcome.NOT_ASKED, part=part, error_source=Source.SELF) for part in asking.skv_left_out(question))
    return came + left_out or (Block(SKV, Outcome.NOT_ASKED, error_source=Source.SELF),)


def _part(held: Node | None, part: str, person: str) -> Block:
    if held is None:
        return Block(SKV, Outcome.ERROR, part=part, error_source=Source.COMPOSITE, error_code=Reason.NO_ANSWER)
    error = held.one("error")
    if error is not None:
        return told(SKV, error, part)
    data = held.one("data")
    try:
        if data is None:
            raise Unreadable(Reason.EMPTY_ANSWER)
        return skv.read_part(part, trees.json(trees.unbase64(data.text())), data.path + "#", person)
    except WrongPerson:
        raise
    except Unreadable as fault:
        return unreadable(SKV, fault, part)
