"""Asking a connection whether its agencies answer, about no one: the contract's own health question, where it has one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from stadig.city import audit
from stadig.city.actions import require
from stadig.exchange import access, connections, plans
from stadig.exchange.certificates import CertificateFault
from stadig.exchange.fanout import Line

if TYPE_CHECKING:
    from stadig.city.models import User
    from stadig.exchange.connections import Connection
    from stadig.exchange.terms import Contract, Outgoing, Probe

SECONDS: Final = 5.0


class Tried(NamedTuple):
    """What came of it. ``why`` is empty, ``no_probe`` where the contract has no such question, or a code for what went wrong."""

    connection: str
    why: str
    probes: tuple[Probe, ...] = ()


def probe(by: User, name: str) -> Tried:
    """Ask the connection of this name. Raises LookupError where there is none, NotAllowed, ConnectionsFault."""
    require(by, access.SEE_CONNECTIONS)
    found = connections.connections()
    line = found.of_name(name)
    if line is None:
        raise LookupError(name)
    audit.record(by, "tried a connection", ("exchange.connection", name))
    try:
        contract = plans.contract_of(line)
    except Exception as fault:  # whatever keeps a contract from being opened is shown by its kind
        return Tried(name, type(fault).__name__)
    outgoing = contract.probe(found.asked_by(str(by.pk)), line.agencies, line.url)
    if outgoing is None:
        return Tried(name, "no_probe")
    return asyncio.run(_sent(line, contract, outgoing))


async def _sent(line: Connection, contract: Contract, outgoing: Outgoing) -> Tried:
    try:
        context = line.certificate.context() if line.url.startswith("https://") else None
    except CertificateFault as fault:
        return Tried(line.name, fault.code)
    way = Line(context=context, retry=False)
    try:
        async with asyncio.timeout(SECONDS):
            reply = await way.send(outgoing)
    except TimeoutError:
        return Tried(line.name, "timeout")
    finally:
        await way.close()
    if reply.fault:
        return Tried(line.name, reply.fault)
    try:
        return Tried(line.name, "", contract.read_probe(reply.incoming))
    except Exception as fault:
        return Tried(line.name, type(fault).__name__)
