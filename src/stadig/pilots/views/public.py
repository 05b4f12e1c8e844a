"""For everyone: a trial, the library of all, the files of a trial, and what the sources promised."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from stadig.city import municipality
from stadig.city.permissions import public
from stadig.pilots import access, public_page, public_trial, transfer
from stadig.pilots import claims as promised
from stadig.pilots import draws as lots
from stadig.pilots import library as books
from stadig.pilots import package as packages
from stadig.pilots import public as reading
from stadig.pilots.area_map import areas_svg
from stadig.pilots.statistics.terms import Design
from stadig.ui import export

LONGEST = 200


def _row(slug: str) -> reading.Row:
    row = reading.one(slug)
    if row is None:
        raise Http404
    return row


def _file(data: bytes, name: str, kind: str = "application/zip") -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@public
@require_safe
def trial(request: HttpRequest, slug: str) -> HttpResponse:
    """A trial: what was said beforehand, what is seen, what did not work, and how we know."""
    page = public_page.page(_row(slug))
    label = _("Karta över områdena i försöket. Samma områden står i listan under kartan.")
    drawing = areas_svg(page.areas, label=label) if page.areas else ""
    return render(request, "pilots/trial.html", {"page": page, "drawing": drawing})


@public
@require_safe
def rule(request: HttpRequest, slug: str) -> HttpResponse:
    """The rule in machine form, in all its versions."""
    return HttpResponse(msgspec.json.encode(public_trial.machine(_row(slug))), content_type="application/json")


@public
@require_safe
def looks(request: HttpRequest, slug: str) -> HttpResponse:
    """Every look as a file."""
    columns: list[export.Column] = [
        ("titt", lambda row: row[0]),
        ("till och med", lambda row: row[1]),
        ("skillnad", lambda row: row[2]),
        ("lägst", lambda row: row[3]),
        ("högst", lambda row: row[4]),
        ("p", lambda row: row[5]),
        ("antal med", lambda row: row[6]),
        ("antal utan", lambda row: row[7]),
    ]
    text = "".join(export.csv_lines(columns, public_trial.look_rows(_row(slug))))
    return _file(text.encode(), f"{slug}-titter.csv", "text/csv; charset=utf-8")


@public
@require_safe
def draws(request: HttpRequest, slug: str) -> HttpResponse:
    """Every draw that the lot could have given, and which it gave."""
    allocation = public_trial.read(_row(slug)).plan.allocation
    if allocation is None or not allocation.seed:
        raise Http404
    return _file(lots.written(allocation), f"{slug}-lottningar.csv", "text/csv; charset=utf-8")


@public
@require_safe
def data(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures of the latest look with the rule and the result: ``stadig pilot reproduce`` computes it again."""
    row = _row(slug)
    if row.look_id is None or not _may_have_rows(request, row):
        raise Http404
    return _file(packages.write(transfer.bundle(row, "result")), f"{slug}.zip")


def _may_have_rows(request: HttpRequest, row: reading.Row) -> bool:
    """Rows of persons, numbered or not, are for those who plan trials: a day and an outcome can be enough to know someone by."""
    return public_trial.read(row).plan.design is not Design.PERSONS or access.PLAN.held_by(request.user)


@public
@require_safe
def package(request: HttpRequest, slug: str) -> HttpResponse:
    """The trial as another municipality takes it in."""
    row = _row(slug)
    return _file(packages.write(transfer.bundle(row, rows=_may_have_rows(request, row))), f"{slug}-paket.zip")


@public
@require_safe
def library(request: HttpRequest) -> HttpResponseBase:
    """Every trial, those that failed in the same rows as those that did not."""
    every = books.entries()
    kind = request.GET.get("visa", "")
    kind = kind if kind in books.KINDS else ""
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST].strip()
    found = books.chosen(every, kind, words)
    if request.GET.get("format") == "json":
        return HttpResponse(msgspec.json.encode([_plain(request, one) for one in found]), content_type="application/json")
    if (file := export.table(request, "forsok", COLUMNS, found)) is not None:
        return file
    counts = [(slug, str(name), sum(1 for one in every if slug in one.kinds)) for slug, name in books.KINDS.items()]
    return render(
        request,
        "pilots/library.html",
        {
            "rows": found,
            "kinds": tuple(one for one in counts if one[2] or not one[0] or one[0] == kind),
            "kind": kind,
            "words": words,
            "many": len(every),
            "together": books.together(every),
        },
    )


COLUMNS: list[export.Column] = [
    ("namn", "slug"),
    ("titel", "title"),
    ("tjänst", "service"),
    ("läge", lambda one: one.tag[1]),
    ("beslut", "outcome"),
    ("regeln säger", "verdict"),
    ("skillnad", "value"),
    ("lägst", "low"),
    ("högst", "high"),
    ("började", "started"),
    ("sista dag", "last_day"),
    ("fungerade inte", lambda one: " | ".join(one.failed)),
]


def _plain(request: HttpRequest, one: books.Entry) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "title": one.title,
        "url": request.build_absolute_uri(one.url),
        "service": one.service,
        "state": one.tag[1],
        "outcome": one.outcome,
        "verdict": one.verdict,
        "estimate": {"value": one.value, "low": one.low, "high": one.high} if one.value is not None else None,
        "started": one.started,
        "last_day": one.last_day,
        "did_not_work": one.failed,
        "rule": request.build_absolute_uri(reverse("pilots:trial-rule", args=[one.slug])),
        "package": request.build_absolute_uri(reverse("pilots:trial-package", args=[one.slug])),
    }


@public
@require_safe
def library_feed(request: HttpRequest) -> HttpResponse:
    """The library for those who follow it in a program of their own (RSS 2.0)."""
    made = Rss201rev2Feed(
        title=_("Försök, %(name)s") % {"name": municipality.current().name},
        link=request.build_absolute_uri(reverse("pilots:library")),
        description=_("Vad kommunen provar, vad det gav och vad som inte fungerade."),
        language=get_language() or "sv",
        feed_url=request.build_absolute_uri(),
    )
    for one in books.entries():
        link = request.build_absolute_uri(one.url)
        made.add_item(f"{one.title}: {one.tag[1]}", link, " ".join([one.gave, *one.failed]), unique_id=f"{link}#{one.tag[1]}")
    return HttpResponse(made.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")


@public
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Figures that the field quotes, beside what is measured here and how sure it is."""
    every = books.entries()
    rows = [
        (one, tuple(entry for entry in every if entry.service in one.services and entry.unit in one.units))
        for one in promised.CLAIMS
    ]
    return render(request, "pilots/claims.html", {"rows": rows})
