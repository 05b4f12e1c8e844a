"""Which areas, schools or bins are in the trial, and the lot among them, cast from a public seed."""

from __future__ import annotations

import csv
import io
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from stadig.city.permissions import needs
from stadig.pilots import access, actions, area_map, desk_reading, forms
from stadig.pilots.desk_reading import Opened, UnitRow
from stadig.pilots.errors import CannotDraw, PilotError
from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics.terms import Allocation, Design
from stadig.pilots.views.desk_frame import frame, user_of
from stadig.ui import formatting

ARMS: Final = ("", "in", "pilot", "comparison")


def _districts(found: list[UnitRow]) -> list[UnitRow]:
    """Every district, with what it is in the trial."""
    known = {one.district: one for one in found}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code, name FROM city_district ORDER BY sort_key")
        rows = cursor.fetchall()
    return [known.get(pk) or UnitRow(code, name, "", pk, code, False) for pk, code, name in rows]


@needs(access.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def units(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The list and the map; before the start also the choice and the lot."""
    pilot = desk_reading.opened(pilot_id)
    found = desk_reading.units_of(pilot_id)
    drawn = pilot.card.allocation is not None and pilot.card.allocation.method != "chosen"
    do = request.POST.get("_do", "") if request.method == "POST" else ""
    typed = forms.Units(
        request.POST if do == "lines" else None, initial={"lines": "\n".join(f"{one.ref}; {one.name}" for one in found)}
    )
    draw = forms.Draw(
        [one.ref for one in found], request.POST if do == "draw" else None, drawn=drawn, initial=_first(pilot, found)
    )
    trouble = ""
    try:
        if do in ("districts", "lines") and (do == "districts" or typed.is_valid()):
            new = _chosen(request, found) if do == "districts" else _lines(typed.cleaned_data["lines"])
            actions.set_units(user_of(request), pilot_id, new, why=request.POST.get("why", ""))
            messages.success(request, _("Sparat. %(n)s är med i försöket.") % {"n": formatting.number(len(new))})
            return redirect("pilots:desk-units", pilot_id)
        if do == "draw" and draw.is_valid():
            _cast(request, pilot_id, draw.cleaned_data, [one.ref for one in found])
            messages.success(request, _("Lotten är dragen."))
            return redirect("pilots:desk-units", pilot_id)
    except PilotError as error:
        trouble = str(error)
    wrong = bool(trouble or typed.errors or draw.errors)
    context = frame(request, pilot, "desk-units") | {
        "units": found,
        "rows": _as_typed(request, _districts(found)) if pilot.card.unit in ("", "district") else (),
        "typed": typed,
        "draw": draw,
        "trouble": trouble,
        "wrong": wrong,
        "drawn": drawn,
        "lot": _lot(pilot.card.allocation, formatting.language()) if drawn else None,
        "map": _map(found),
        "comparison": pilot.card.design is Design.COMPARISON,
        "persons": pilot.card.design is Design.PERSONS,
        "may_set": pilot.idea and access.PLAN.held_by(request.user),
        "may_draw": pilot.idea and len(found) >= 2 and access.DECIDE.held_by(request.user),
    }
    return render(request, "pilots/desk/units.html", context, status=422 if wrong else 200)


def _first(pilot: Opened, found: list[UnitRow]) -> dict[str, Any]:
    return {"figures": "\n".join(f"{one.ref}; " for one in found), "seed": ""}


def _as_typed(request: HttpRequest, rows: list[UnitRow]) -> list[UnitRow]:
    """The districts with the choice that was just sent, if it was refused."""
    if request.POST.get("_do") != "districts":
        return rows
    sent = [(one, request.POST.get(f"d-{one.district}", "")) for one in rows]
    return [one._replace(arm="" if arm == "in" else arm, chosen=bool(arm)) for one, arm in sent if arm in ARMS]


def _chosen(request: HttpRequest, found: list[UnitRow]) -> list[actions.NewUnit]:
    """The districts that were chosen: with an arm where they are not drawn."""
    rows = [(one, request.POST.get(f"d-{one.district}", "")) for one in _districts(found)]
    return [
        actions.NewUnit(one.ref, one.name, one.district, "" if arm == "in" else arm) for one, arm in rows if arm and arm in ARMS
    ]


def _lines(text: str) -> list[actions.NewUnit]:
    """``ref; name; pilot`` on each line."""
    arms = {"pilot": "pilot", "tjänsten": "pilot", "jämförelse": "comparison", "comparison": "comparison"}
    found: list[actions.NewUnit] = []
    for line in text.splitlines():
        cells = [one.strip() for one in line.replace("\t", ";").split(";")]
        if any(cells):
            ref, name, arm = (*cells, "", "")[:3]
            found.append(actions.NewUnit(ref[:80], (name or ref)[:120], None, arms.get(arm.casefold(), "")))
    return found


def _cast(request: HttpRequest, pilot_id: int, wanted: dict[str, Any], refs: list[str]) -> None:
    rows: list[list[float]] = wanted.get("rows") or []
    pairs: tuple[tuple[str, str], ...] = ()
    if wanted["method"] == "pairs":
        try:
            pairs = lots.matched_pairs(refs, np.array(rows, dtype=np.float64))
        except lots.BadDraw as error:
            raise CannotDraw(reason=str(error), count=len(refs)) from error
    actions.draw(
        user_of(request),
        pilot_id,
        method=wanted["method"],
        seed=wanted["seed"],
        chosen=wanted.get("chosen"),
        pairs=pairs,
        balance=rows if wanted["method"] == "constrained" else (),
        tolerance=wanted.get("tolerance") or 0.0,
        why=wanted.get("why", ""),
    )


class Lot(NamedTuple):
    """The lot as it was cast."""

    seed: str
    method: str
    total: int | None
    smallest_p: str
    pairs: tuple[tuple[str, str], ...]
    digest: str


@lru_cache(maxsize=64)
def _lot(drawn: Allocation | None, _language: str) -> Lot | None:
    if drawn is None:
        return None
    possible = lots.admissible(drawn)
    said = str(dict(forms.METHODS).get(drawn.method, drawn.method))
    return Lot(drawn.seed, said, possible.total, formatting.number(possible.smallest_p, 4), drawn.pairs, possible.digest)


def _map(found: list[UnitRow]) -> Any:
    areas = tuple([area_map.Area(one.code, one.name, one.arm) for one in found if one.code])
    return area_map.areas_svg(areas, label=_("Karta över försökets områden. Samma sak står i listan.")) if areas else ""


@needs(access.SEE)
@require_safe
def allocations(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Every draw that was possible as a table: a row for each, a column for each unit, 1 where it gets the service."""
    drawn = desk_reading.opened(pilot_id).card.allocation
    if drawn is None or drawn.method == "chosen":
        raise Http404
    possible = lots.admissible(drawn)
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(["nr", *drawn.units])
    number = possible.number_of(lots.mask(drawn))
    table.writerows([[f"{at}*" if at == number else at, *row] for at, row in enumerate(possible.rows.astype(int).tolist())])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="lottning-{pilot_id}.csv"'
    return answer
