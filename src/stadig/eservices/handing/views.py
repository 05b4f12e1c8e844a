"""What is handed over to other systems: a page for staff, and the address where those systems say where a case stands."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from stadig.cases.states import NoSuchWay
from stadig.city import clock
from stadig.city.permissions import needs, token_api
from stadig.eservices import access
from stadig.eservices.handing import actions, queries
from stadig.eservices.models import EService

PER_PAGE = 30
MOST_BYTES = 16 * 1024


@needs(access.HAND_OVER)
def handed(request: HttpRequest) -> HttpResponse:
    """What waits, what failed and what has arrived: the failed first."""
    language = (get_language() or "sv").partition("-")[0]
    around = queries.around(language)
    page = Paginator(range(around.total), PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "page": page,
        "rows": queries.handed(page.object_list, dict(around.services)),  # pyright: ignore[reportArgumentType]
        "keys": around.keys,
        "services": around.services,
        "today": clock.today(),
    }
    return render(request, "eservices/handed.html", context)


@needs(access.HAND_OVER)
@require_POST
def again(request: HttpRequest, hand_over_id: int) -> HttpResponse:
    """Try again."""
    actions.try_again(request.user, hand_over_id)  # type: ignore[arg-type]
    messages.success(request, _("Vi försöker igen nu."))
    return redirect("eservices:handed")


@needs(access.HAND_OVER)
@require_POST
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a key and show it once."""
    name, service = request.POST.get("name", "").strip(), request.POST.get("service", "")
    if not name or not EService.objects.filter(name=service).exists():
        messages.error(request, _("Skriv systemets namn och välj en tjänst."))
        return redirect("eservices:handed")
    token = actions.make_key(request.user, name, service)  # type: ignore[arg-type]
    return render(request, "eservices/handed_key.html", {"token": token, "name": name, "service": service})


@needs(access.HAND_OVER)
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """The key does not hold any more."""
    actions.revoke_key(request.user, key_id)  # type: ignore[arg-type]
    messages.success(request, _("Nyckeln gäller inte längre."))
    return redirect("eservices:handed")


@csrf_exempt
@token_api("eservices.status")
def status(request: HttpRequest) -> JsonResponse:
    """``POST {"case": "MHN 2026/00001", "status": "inspection", "number": "A-17"}`` with ``Authorization: Bearer …``."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    try:
        service = actions.service_of(token.strip() if scheme.lower() == "bearer" else "")
    except actions.NoKey:
        answer = _said(401, "The key is missing, unknown or revoked.")
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    if request.method != "POST":
        return _said(405, "Send POST.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _said(413, "A status is shorter than that.")
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return _said(400, "The body is not JSON.")
    return _take(service, said)


def _take(service: str, said: Any) -> JsonResponse:
    wanted = {"case": "", "status": "", "number": ""}
    if not isinstance(said, dict) or not all(_is_text(said.get(name, "")) for name in wanted) or not said.get("case"):
        return _said(400, "Send case, and status or number, as texts.")
    try:
        row = actions.take_status(service, said["case"], status=said.get("status", ""), number=said.get("number", ""))
    except actions.UnknownCase:
        return _said(404, "No case with this number was handed over in this service.")
    except actions.UnknownStatus:
        return _said(422, "The service's declaration does not say what this status means.")
    except NoSuchWay as error:
        return _said(409, f"The case stands at {error.start}. From there it can go to: {', '.join(error.ways) or 'nowhere'}.")
    row.case.refresh_from_db(fields=["status"])
    return JsonResponse({"case": row.case.number, "status": row.case.status, "number": row.number})


def _is_text(value: Any) -> bool:
    """A text that can be stored: no NUL, no half of a sign."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _said(code: int, text: str) -> JsonResponse:
    return JsonResponse({"error": text}, status=code)
