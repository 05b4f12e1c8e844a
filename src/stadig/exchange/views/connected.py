"""How each agency is connected: contract, certificate, breaker, opening hours, whether it answers, and whether it is asked in advance."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from stadig.city.permissions import needs
from stadig.exchange import access, choosing, names, overview, probing
from stadig.exchange.connections import ConnectionsFault
from stadig.ui import formatting


@needs(access.SEE_CONNECTIONS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every connection and its agencies."""
    values = {"shown": overview.read(), "may_choose": access.CHOOSE.held_by(request.user)}
    return render(request, "exchange/connections.html", values)


@needs(access.SEE_CONNECTIONS)
@require_POST
def probe(request: HttpRequest, name: str) -> HttpResponse:
    """Ask whether the agencies of a connection answer. No person's data leave."""
    user: Any = request.user
    try:
        tried = probing.probe(user, name)
    except (LookupError, ConnectionsFault):
        raise Http404 from None
    silent = [formatting.inside(names.agency(one.agency)) for one in tried.probes if not one.reached]
    if tried.why == "no_probe":
        messages.info(request, _("Den här anslutningen har ingen fråga för att pröva den."))
    elif tried.why:
        told = _("%(name)s kunde inte prövas: %(why)s.") % {"name": name, "why": tried.why}
        messages.error(request, told)
    elif silent:
        messages.warning(request, _("Anslutningen svarar, men inte %(names)s.") % {"names": ", ".join(silent)})
    else:
        messages.success(request, _("Alla myndigheter i anslutningen svarar. Ingen persons uppgifter lämnade kommunen."))
    return redirect("exchange:connections")


@needs(access.CHOOSE)
@require_POST
def choose(request: HttpRequest, agency: str) -> HttpResponse:
    """Switch asking in advance on or off for one agency."""
    user: Any = request.user
    on = request.POST.get("prefetch") == "1"
    try:
        choosing.choose(user, agency, prefetch=on)
    except ValidationError:
        raise Http404 from None
    name = names.agency(agency)
    told = _("%(name)s frågas från och med nu i förväg.") if on else _("%(name)s frågas inte längre i förväg.")
    messages.success(request, told % {"name": name})
    return redirect("exchange:connections")
