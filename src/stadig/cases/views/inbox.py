"""The inbox: what waits to be done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from stadig.cases import access, inbox
from stadig.cases.models import Group
from stadig.city.permissions import needs


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
def case_list(request: HttpRequest) -> HttpResponse:
    """What waits, most urgent first."""
    filtered = wanted(request)
    counts = inbox.counts(request.user)
    return render(
        request,
        "cases/inbox.html",
        {
            "wanted": filtered,
            "page": inbox.page(request.user, filtered),
            "counts": counts,
            "tabs": _tabs(filtered, counts),
            "choices": inbox.choices(request.user),
            "groups": tuple(Group.choices),
            "filtered": filtered != inbox.Filter(after=filtered.after),
        },
    )


def _tabs(filtered: inbox.Filter, counts: inbox.Counts) -> tuple[tuple[str, str, int, bool], ...]:
    """(name, address, how many, whether it is the one shown)."""
    plain = not (filtered.unit or filtered.service or filtered.words or filtered.group)
    return (
        (_("Alla"), "?", counts.all, plain and not filtered.whose and not filtered.late),
        (_("Mina"), "?vems=mine", counts.mine, plain and filtered.whose == "mine" and not filtered.late),
        (_("Ingens"), "?vems=nobody", counts.nobody, plain and filtered.whose == "nobody" and not filtered.late),
        (_("Försenade"), "?sent", counts.late, plain and filtered.late and not filtered.whose),
    )
