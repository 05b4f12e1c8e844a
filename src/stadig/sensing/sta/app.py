"""The ASGI application at ``/sta``: one request in, one answer out, every fault with its own name."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncConnection, errors
from psycopg_pool import PoolTimeout, TooManyRequests

from stadig.sensing.sta import aggregates, arrays, bodies, deleting, options, paths, pool, reading, tokens, writing
from stadig.sensing.sta.context import READ, Context
from stadig.sensing.sta.doors import ROOT, SCOPE_OF
from stadig.sensing.sta.errors import NotAllowed, NotFound, Refused
from stadig.sensing.sta.paths import Address
from stadig.sensing.sta.schema import BY_PLURAL, CONFORMANCE, OBSERVATION

logger = logging.getLogger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Wire = AsyncConnection[Any]

MAX_BODY = 32 * 2**20
MAX_ADDRESS = 16_000
JSON_TYPES = ("application/json", "application/json-patch+json", "application/merge-patch+json", "application/geo+json")
JSON = (("content-type", "application/json;charset=utf-8"),)
OPEN = (("access-control-allow-origin", "*"), ("x-content-type-options", "nosniff"), ("cache-control", "no-cache"))


@dataclass(slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Request:
    """What we need of an ASGI scope, and the body when it has been read."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    base: str
    body: bytes = b""
    kind: str = ""
    """The content type without its parameters."""
    close: bool = field(default=False)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI 3. Other scopes than HTTP are not for us."""
    if scope["type"] != "http":
        raise RuntimeError(f"The SensorThings application does not take {scope['type']}.")
    request = _request(scope)
    try:
        answer = await _handled(request, receive)
    except Refused as fault:
        answer = _refused(fault)
    except (PoolTimeout, TooManyRequests, psycopg.OperationalError, psycopg.InterfaceError) as fault:
        answer = _refused(_unavailable(fault))
    except psycopg.Error as fault:
        answer = _refused(_of_database(fault))
    except UnicodeError:
        answer = _refused(Refused("The text holds characters that can't be stored."))
    except Exception as fault:
        logger.exception("%s %s failed: %s", request.method, ROOT, type(fault).__name__)
        answer = _refused(Refused("Something went wrong on our side. The fault is logged.", status=500))
    headers = [*answer.headers, *OPEN, ("content-length", str(len(answer.body)))]
    if request.close:
        headers.append(("connection", "close"))
    encoded = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})


def _request(scope: Scope) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    query = scope.get("query_string", b"").decode("latin-1")
    return Request(scope["method"].upper(), scope["path"], query, headers, _base(scope, headers), kind=kind)


def _base(scope: Scope, headers: dict[str, str]) -> str:
    """The service root's address, as the client sees it; a host that is not ours is not repeated."""
    from django.conf import settings
    from django.http.request import split_domain_port, validate_host

    host = headers.get("host", "")
    if settings.PUBLIC_URL.startswith("https://") or not host:
        return settings.PUBLIC_URL.rstrip("/") + ROOT
    domain, _ = split_domain_port(host)
    if domain and validate_host(domain, settings.ALLOWED_HOSTS):
        return f"{scope.get('scheme', 'http')}://{host}{ROOT}"
    return settings.PUBLIC_URL.rstrip("/") + ROOT


async def _handled(request: Request, receive: Receive) -> Answer:
    if len(request.path) + len(request.query) > MAX_ADDRESS:
        raise Refused(f"The address is longer than {MAX_ADDRESS} characters.", status=414)
    if request.method == "OPTIONS":
        allowed = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"
        preflight = (("access-control-allow-methods", allowed), ("access-control-allow-headers", "authorization, content-type"))
        return Answer(204, headers=(("allow", allowed), *preflight))
    if request.path.rstrip("/") == "/sta":
        return _json({"value": [{"name": "v1.1", "url": request.base}]})
    if not (request.path == ROOT or request.path.startswith(ROOT + "/")):
        raise NotFound(f"Nothing lies at this address. The service root is {ROOT}.")
    path = request.path[len(ROOT) :].strip("/")
    if request.method in SCOPE_OF:
        await _take_body(request, receive)
    async with (await pool.pool()).connection() as wire:
        caller = await tokens.caller(wire, request.headers.get("authorization"))
        context = Context(request.base, caller, await pool.now(wire))
        if request.method in ("GET", "HEAD"):
            return await _get(wire, path, request, context)
        scope = SCOPE_OF.get(request.method)
        if scope is None:
            raise NotAllowed(f"{request.method[:20]} is not a method here.", "GET, HEAD, POST, PATCH, PUT, DELETE")
        caller.must(scope)
        return await _write(wire, path, request, context)


async def _take_body(request: Request, receive: Receive) -> None:
    """Read the body, but never more than ``MAX_BODY``: a declared size is refused before the first byte."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > MAX_BODY:
        request.close = True
        raise _too_large()
    if "content-encoding" in request.headers and request.headers["content-encoding"].lower() != "identity":
        raise Refused("A compressed body is not taken. Send it as it is.", status=415)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused("The client went away before the body was whole.")
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            request.close = True
            raise _too_large()
        parts.append(part)
        if not message.get("more_body", False):
            break
    request.body = parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large() -> Refused:
    return Refused(f"The body is larger than {MAX_BODY // 2**20} MiB. Send it in parts.", status=413)


async def _get(wire: Wire, path: str, request: Request, context: Context) -> Answer:
    if not path:
        listed = [{"name": name, "url": f"{request.base}/{name}"} for name in sorted(BY_PLURAL)]
        return _json({"value": listed, "serverSettings": {"conformance": CONFORMANCE}})
    if path == "CreateObservations":
        raise NotAllowed("CreateObservations takes POST.", "POST")
    if path.endswith(aggregates.ENDING):
        return _json(await aggregates.read(wire, path, request.query, context))
    address = paths.resolve(path)
    asked = options.parse(request.query, address.last.entity.name)
    found = await reading.read(wire, address, asked, context)
    if isinstance(found, bytes):
        return Answer(200, found, (("content-type", "text/plain;charset=utf-8"),))
    return _json(found)


async def _write(wire: Wire, path: str, request: Request, context: Context) -> Answer:
    if request.query:
        raise Refused("Options are for GET.")
    if path == "CreateObservations" and request.method == "POST":
        _must_be_json(request)
        body, refused = await arrays.create_observations(wire, request.body, context)
        counts = ",".join(f"{reason.replace(' ', '-')}={count}" for reason, count in sorted(refused.items()))
        return Answer(201, body, (*JSON, *((("x-stadig-refused", counts),) if counts else ())))
    address = paths.resolve(path)
    if request.method == "POST":
        return await _post(wire, address, request, context)
    if address.last.many or address.inside or address.ending:
        raise NotAllowed(f"{request.method} takes the address of one entity.", "GET, HEAD, POST")
    if request.method == "DELETE":
        async with wire.transaction():
            key = await reading.locate(wire, address.steps, context)
            await writing.may_change(wire, address.last.entity, key, context)
            await deleting.delete(wire, address.last.entity, key)
            await _settled(wire)
        return Answer(200)
    _must_be_json(request)
    return await _changed(wire, address, request, context)


async def _post(wire: Wire, address: Address, request: Request, context: Context) -> Answer:
    if not address.last.many or address.inside or address.ending:
        raise NotAllowed("POST takes the address of a set.", "GET, HEAD, PATCH, PUT, DELETE")
    _must_be_json(request)
    body = bodies.decoded(request.body)
    entity = address.last.entity
    async with wire.transaction():
        parent = None
        if len(address.steps) > 1:
            parent = (address.steps[-2], await reading.locate(wire, address.steps[:-1], context))
        key = await writing.create(wire, entity, body, context, parent)
        await _settled(wire)
    return Answer(201, headers=(("location", context.link(entity, key)),))


async def _changed(wire: Wire, address: Address, request: Request, context: Context) -> Answer:
    entity = address.last.entity
    body = bodies.decoded(request.body)
    async with wire.transaction():
        key = await reading.locate(wire, address.steps, context)
        await writing.may_change(wire, entity, key, context)
        if request.method == "PATCH" and request.kind == "application/json-patch+json":
            shown = await reading.read(wire, Address(address.steps), options.parse("", entity.name), context)
            body = writing.patched(entity, shown, body)
        key = await writing.patch(wire, entity, key, body, context, whole=request.method == "PUT")
        await _settled(wire)
    return Answer(200, headers=(("location", context.link(entity, key)),) if entity is OBSERVATION else ())


async def _settled(wire: Wire) -> None:
    """Check deferred foreign keys now, where their fault can still be told."""
    await wire.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _must_be_json(request: Request) -> None:
    if request.kind and request.kind not in JSON_TYPES:
        raise Refused(f"The content type {request.kind[:60]} is not taken. Send application/json.", status=415)


def _json(value: Any) -> Answer:
    return Answer(200, msgspec.json.encode(value), JSON)


def _refused(fault: Refused) -> Answer:
    body = msgspec.json.encode({"code": fault.status, "type": "error", "message": fault.message})
    return Answer(fault.status, body, (*JSON, *fault.headers))


def _unavailable(fault: Exception) -> Refused:
    if isinstance(fault, errors.QueryCanceled):
        return Refused("The request took too long. Ask for less.", status=503, headers=(("retry-after", "30"),))
    if isinstance(fault, errors.ProgramLimitExceeded):
        return Refused("The request is too large or too deep.")
    if isinstance(fault, errors.DiskFull):
        logger.error("The database's disk is full.")
        return Refused(
            "There is no room to store it. Nothing was stored; try again later.", status=503, headers=(("retry-after", "30"),)
        )
    logger.warning("The database did not answer: %s", type(fault).__name__)
    return Refused("The database does not answer. Nothing was stored; try again.", status=503, headers=(("retry-after", "2"),))


def _of_database(fault: psycopg.Error) -> Refused:
    match fault:
        case errors.UniqueViolation():
            return Refused("It is stored already, with other values.", status=409)
        case errors.ForeignKeyViolation():
            return Refused("It names, or is named by, an entity that is not there or still needed.", status=409)
        case psycopg.DataError() | errors.CheckViolation() | errors.NotNullViolation() | psycopg.NotSupportedError():
            return Refused("A value can't be computed or stored.")
        case errors.ReadOnlySqlTransaction():
            return _unavailable(fault)
        case _:
            logger.error("A statement failed: %s %s", type(fault).__name__, fault.sqlstate)
            return Refused("Something went wrong on our side. The fault is logged.", status=500)


application.shutdown = pool.close  # type: ignore[attr-defined] – called by the dispatcher when the process ends
__all__ = ["READ", "application"]
