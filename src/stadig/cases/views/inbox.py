"""The inbox: what waits to be done."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from stadig.cases import access, colleagues, inbox
from stadig.cases import many as verbs
from stadig.cases.models import Case, Group
from stadig.cases.views.case import once
from stadig.city import actions as city
from stadig.city import clock
from stadig.city.permissions import needs
from stadig.city.personnummer import is_valid

UNDO, UNDO_SECONDS = "cases_undo", 600


def wanted(request: HttpRequest) -> inbox.Filter:
    """What the address asks for; a saved filter is an address."""
    chosen = {key: str(value).replace("\0", "")[:120].strip() for key, value in request.GET.items()}
    group = chosen.get("lage", "")
    return inbox.Filter(
        whose=chosen.get("vems", "") if chosen.get("vems") in {"mine", "nobody"} else "",
        unit=chosen.get("enhet", "") if chosen.get("enhet", "").isdecimal() and len(chosen["enhet"]) < 12 else "",
        group=group if group in {*Group.values, "all"} else "",
        service=chosen.get("tjanst", ""),
        late="sent" in chosen,
        words=chosen.get("sok", ""),
        after=chosen.get("efter", ""),
    )


@needs(access.VIEW)
@vary_on_headers("HX-Request")
def case_list(request: HttpRequest) -> HttpResponse:
    """What waits, most urgent first."""
    return _show(request, wanted(request))


@needs(access.VIEW)
@never_cache
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Search by number or words, or by a whole personnummer, which comes in the body so that no address holds it."""
    words = request.POST.get("sok", "").replace("\0", "").strip()[:100]
    if not is_valid(words, today=clock.today()):
        return redirect(f"{reverse('cases:inbox')}?{urlencode({'sok': words})}" if words else "cases:inbox")
    try:
        person = city.look_up_person(request.user, words)  # type: ignore[arg-type]
    except city.NotAllowed:
        messages.error(request, _("Du får inte söka med personnummer. Sök med ärendets nummer."))
        return redirect("cases:inbox")
    if person is None:
        messages.info(request, _("Ingen här har det personnumret."))
        return redirect("cases:inbox")
    return _show(request, inbox.Filter(group="all", person=person.pk))


@needs(access.HANDLE)
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Take, hand back, hand out or move on the cases that were chosen. What was done can be undone."""
    user: Any = request.user
    chosen = [int(one) for one in request.POST.getlist("case") if one.isdecimal() and len(one) < 18]
    do, sent = request.POST.get("do", ""), once(request)
    if not chosen:
        messages.error(request, _("Välj minst ett ärende först."))
    elif do == "status":
        status = request.POST.get("status", "")[:40]
        before = verbs.set_status_many(user, chosen, status, request_id=sent)
        _remember(request, {"statuses": before, "status": status}, len(before))
    elif do in {"take", "leave", "assign"}:
        to = user if do == "take" else None if do == "leave" else _colleague(request, chosen)
        if do == "assign" and to is None:
            messages.error(request, _("Kollegan får inte arbeta med alla de valda ärendena. Välj en annan."))
        else:
            had = verbs.assign_many(user, chosen, to, request_id=sent)
            _remember(request, {"had": had, "now": to.pk if to else None}, len(had))
    address = reverse("cases:inbox")
    return redirect(f"{address}?{QueryDict(request.POST.get('tillbaka', '')[:500]).urlencode()}")


@needs(access.HANDLE)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Put back what was done with several cases, where nothing has happened since."""
    user: Any = request.user
    done = request.session.pop(UNDO, {})
    undone = 0
    if "had" in done:
        undone = verbs.give_back_many(user, done["had"], done["now"])
    elif "statuses" in done:
        undone = verbs.put_status_back(user, done["statuses"], done["status"])
    messages.success(request, ngettext("Ett ärende är som förut.", "%(n)s ärenden är som förut.", undone) % {"n": undone})
    return redirect("cases:inbox")


def _remember(request: HttpRequest, what: dict[str, Any], changed: int) -> None:
    if changed:
        text = ngettext("Ett ärende är ändrat.", "%(n)s ärenden är ändrade.", changed) % {"n": changed}
        request.session[UNDO] = what | {"text": text, "until": time.time() + UNDO_SECONDS}
    else:
        messages.info(request, _("Inget ändrades. Ärendena stod redan så, eller så får du inte ändra dem."))


def _undo(request: HttpRequest) -> str:
    done = request.session.get(UNDO, {})
    return str(done.get("text", "")) if done.get("until", 0) > time.time() else ""


def _colleague(request: HttpRequest, chosen: list[int]) -> Any:
    wanted = request.POST.get("colleague", "")
    units = Case.objects.filter(access.may_handle(request.user), pk__in=chosen).values_list("unit_id", flat=True)
    return next((one for one in colleagues.of_units(units) if str(one.pk) == wanted), None)


def _show(request: HttpRequest, filtered: inbox.Filter) -> HttpResponse:
    user: Any = request.user
    counts, choices = inbox.around(user)
    may_handle = access.HANDLE.held_by(user)
    others = colleagues.of_units(int(pk) for pk, _name in choices.units) if may_handle else []
    only_list = "HX-Request" in request.headers  # a page that has slept fetches its list, and with it a new token
    return render(
        request,
        "cases/_list.html" if only_list else "cases/inbox.html",
        {
            "wanted": filtered,
            "page": inbox.page(user, filtered),
            "counts": counts,
            "tabs": _tabs(filtered, counts),
            "choices": choices,
            "groups": tuple(Group.choices),
            "filtered": filtered != inbox.Filter(after=filtered.after),
            "may_handle": may_handle,
            "others": tuple((str(one.pk), str(one)) for one in others if one.pk != user.pk),
            "undo": _undo(request),
            "once": uuid4(),
        },
    )


def _tabs(filtered: inbox.Filter, counts: inbox.Counts) -> tuple[tuple[str, str, int, bool], ...]:
    """(name, address, how many, whether it is the one shown)."""
    plain = not (filtered.unit or filtered.service or filtered.words or filtered.group or filtered.person)
    return (
        (_("Alla"), "?", counts.all, plain and not filtered.whose and not filtered.late),
        (_("Mina"), "?vems=mine", counts.mine, plain and filtered.whose == "mine" and not filtered.late),
        (_("Ingens"), "?vems=nobody", counts.nobody, plain and filtered.whose == "nobody" and not filtered.late),
        (_("Försenade"), "?sent", counts.late, plain and filtered.late and not filtered.whose),
    )
