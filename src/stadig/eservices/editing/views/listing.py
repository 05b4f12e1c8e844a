"""All services as the one who edits meets them: what is under way, what waits to be published, what is published."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.city.permissions import needs
from stadig.eservices import access, published
from stadig.eservices.editing import actions, forms, saving
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.opening import package_of
from stadig.eservices.models import Edition, EService


class Working(NamedTuple):
    """An edition under way."""

    id: int
    title: str
    asked: bool
    mine: bool
    who: str
    at: datetime


class Published(NamedTuple):
    """A service that people fill in now."""

    name: str
    title: str
    version: str
    at: datetime
    edition: int | None


@needs(access.EDIT)
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """What is under way, what is published, and what was thrown away."""
    language = (get_language() or "sv").partition("-")[0]
    open_ones = Edition.objects.filter(state__in=[Edition.State.WORKING, Edition.State.ASKED])
    working = [
        _working(request, one, language) for one in open_ones.select_related("changed_by", "asked_by").order_by("-changed_at")
    ]
    under_way = {one.name: one.pk for one in open_ones.defer("archive")}
    services: list[Published] = []
    for service in EService.objects.select_related("current").defer("current__archive"):  # sorted by title below
        package = published.of(service.current)
        services.append(
            Published(
                service.name,
                package.text("service.title", language) or service.name,
                package.version,
                service.published_at,
                under_way.get(service.name),
            )
        )
    thrown = Edition.objects.filter(state=Edition.State.DISCARDED).order_by("-changed_at")[:10]
    context = {
        "asked": [one for one in working if one.asked],
        "working": [one for one in working if not one.asked],
        "services": sorted(services, key=lambda one: one.title.casefold()),
        "thrown": [_working(request, one, language) for one in thrown.select_related("changed_by", "asked_by")],
        "may_publish": access.PUBLISH.held_by(request.user),
    }
    return render(request, "eservices/editing/list.html", context)


def _working(request: HttpRequest, edition: Edition, language: str) -> Working:
    package = package_of(bytes(edition.archive))
    asked = edition.state == Edition.State.ASKED
    who = edition.asked_by if asked else edition.changed_by
    at = edition.asked_at if asked else edition.changed_at
    title = package.text("service.title", language) or edition.name
    return Working(edition.pk, title, asked, who == request.user, str(who or ""), at or edition.changed_at)


@needs(access.EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A service from nothing: what it is called, and who answers for it."""
    form = forms.New(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            edition = actions.begin_new(user, **form.wanted())
        except EditError as error:
            form.add_error("title", str(saving.SAYS.get(error.kind, saving.SAYS["wrong"])))
        else:
            return redirect("eservices:edition", edition.pk)
    return render(request, "eservices/editing/new.html", {"form": form}, status=422 if form.errors else 200)


@needs(access.EDIT)
@require_POST
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Begin to change a published service, or go on where someone began."""
    if not EService.objects.filter(name=name).exists():
        raise Http404
    user: Any = request.user
    return redirect("eservices:edition", actions.begin(user, name).pk)


@needs(access.EDIT)
@require_POST
def discard(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Throw an edition away; it can be taken back."""
    user: Any = request.user
    try:
        actions.discard(user, edition_id)
    except EditError:
        messages.error(request, _("Ändringen är redan publicerad eller kastad."))
    else:
        messages.success(request, _("Ändringen är kastad. Du kan ta tillbaka den här nedanför."))
    return redirect("eservices:edit-list")


@needs(access.EDIT)
@require_POST
def restore(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Take back what was thrown away."""
    user: Any = request.user
    try:
        actions.restore(user, edition_id)
    except EditError:
        messages.error(request, _("Någon har börjat en ny ändring av tjänsten. Publicera eller kasta den först."))
        return redirect("eservices:edit-list")
    return redirect("eservices:edition", edition_id)
