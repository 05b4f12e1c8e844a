"""The public diary, open to everyone: who they are and why they ask is not the municipality's business (TF 2 kap.)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from stadig.cases import diary
from stadig.city.permissions import public


@public
@require_safe
def committees(request: HttpRequest) -> HttpResponse:
    """Every committee has a diary of its own."""
    return render(request, "cases/diary/committees.html", {"committees": diary.committees()})


@public
@require_safe
def committee(request: HttpRequest, committee: str) -> HttpResponse:
    """The cases of one committee, newest first."""
    one = diary.committee(committee)
    if one is None:
        raise Http404
    words = request.GET.get("sok", "").replace("\0", "")[: diary.MOST_WORDS].strip()
    page, rows = diary.page(one, words, request.GET.get("sida"))
    context = {"committee": one, "slug": committee, "page": page, "rows": rows, "words": words}
    return render(request, "cases/diary/committee.html", context)


@public
@require_safe
def case(request: HttpRequest, committee: str, number: str) -> HttpResponse:
    """One case: its documents by direction and kind, and how to ask for one."""
    one = diary.committee(committee)
    found = diary.case(one, number) if one else None
    if one is None or found is None:
        raise Http404
    row, papers = found
    if row.address != number:
        return redirect("cases:diary-case", committee=committee, number=row.address)
    context = {"committee": one, "slug": committee, "row": row, "papers": papers}
    return render(request, "cases/diary/case.html", context)
