"""OFREP, the OpenFeature Remote Evaluation Protocol: other systems ask over the network where our services are on.

Source: https://github.com/open-feature/protocol, ``service/openapi.yaml``. What stands in a context is never logged or repeated.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from stadig.city import flag_keys, switches
from stadig.city.flags import Answer, Code, Context, Flag, FlagFault, evaluate
from stadig.city.models import FlagToken
from stadig.city.permissions import token_api

MOST_BYTES = 64 * 1024
BulkView = Callable[..., HttpResponse]


def _asked(view: BulkView) -> BulkView:
    """Check key, pace, method and body, and hand the view the key's row and the context."""

    @functools.wraps(view)
    def checked(request: HttpRequest, **named: str) -> HttpResponse:
        key = flag_keys.holder(request.headers.get("Authorization", ""))
        if key is None:
            answer = JsonResponse({"errorDetails": "The key is missing, unknown, revoked or past its day."}, status=401)
            answer["WWW-Authenticate"] = "Bearer"
            return answer
        if wait := flag_keys.wait_s(key):
            # Seconds, as RFC 9110 § 10.2.3 has it and the OFREP providers read it: the protocol's own example is no HTTP date.
            answer = JsonResponse({"errorDetails": f"The key asks too often. Wait {wait} s."}, status=429)
            answer["Retry-After"], answer["Cache-Control"] = str(wait), "no-store"
            return answer
        if request.method != "POST":
            answer = JsonResponse({"errorDetails": "Send POST."}, status=405)
            answer["Allow"] = "POST"
            return answer
        try:
            context = _context(request)
        except FlagFault as fault:
            return JsonResponse(named | _failure(fault), status=400)
        answer = view(request, key, context, **named)
        answer["Cache-Control"] = "no-store"
        return answer

    return checked


@csrf_exempt
@token_api("city.flags")
@_asked
def one(request: HttpRequest, holder: FlagToken, context: Context, key: str) -> HttpResponse:
    """``POST /ofrep/v1/evaluate/flags/<key>`` with ``{"context": {"targetingKey": …}}``."""
    if holder.services and key not in holder.services:
        return JsonResponse({"errorDetails": "The key does not hold for this flag."}, status=403)
    found = _answer(switches.flag(key), key, context)
    status = {None: 200, Code.FLAG_NOT_FOUND: 404}.get(found.get("errorCode"), 400)
    return JsonResponse(found, status=status)


@csrf_exempt
@token_api("city.flags")
@_asked
def every(request: HttpRequest, holder: FlagToken, context: Context) -> HttpResponse:
    """``POST /ofrep/v1/evaluate/flags``: all flags the key holds for; 304 when nothing has changed since ``If-None-Match``."""
    flags = switches.flags(holder.services or switches.keys())
    body = json.dumps({"flags": [_answer(flag, flag.key, context) for flag in flags]}, ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    answer = HttpResponse(status=304) if tag in known else HttpResponse(body, content_type="application/json")
    answer["ETag"] = tag
    return answer


def _context(request: HttpRequest) -> Context:
    """What is said of whom. Raises FlagFault."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise FlagFault(Code.INVALID_CONTEXT, f"A context is at most {MOST_BYTES} bytes.")
    try:
        said: Any = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as fault:
        raise FlagFault(Code.PARSE_ERROR, "The body is not JSON.") from fault
    context = said.get("context") if isinstance(said, dict) else None
    if context is None and isinstance(said, dict):
        return {}
    if not isinstance(context, dict):
        raise FlagFault(Code.INVALID_CONTEXT, 'Send {"context": {…}}, an object.')
    return context


def _answer(flag: Flag | None, key: str, context: Context) -> dict[str, Any]:
    try:
        found: Answer = evaluate(flag, key, context)
    except FlagFault as fault:
        return {"key": key, **_failure(fault)}
    return {"key": key, "reason": found.reason, "variant": found.variant, "value": found.value, "metadata": dict(found.metadata)}


def _failure(fault: FlagFault) -> dict[str, Any]:
    return {"errorCode": fault.code, "errorDetails": str(fault)}
