"""All services as the one who edits meets them: what is under way, what waits to be published, what is published."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.contrib import messages
from django.db import connection
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
    """An edition under way, waiting or thrown away."""

    id: int
    name: str
    title: str
    asked: bool
    thrown: bool
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
    editions = _editions(request, language)
    under_way = {one.name: one.id for one in editions if not one.thrown}
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
    context = {
        "asked": [one for one in editions if one.asked],
        "working": [one for one in editions if not one.asked and not one.thrown],
        "services": sorted(services, key=lambda one: one.title.casefold()),
        "thrown": [one for one in editions if one.thrown],
        "may_publish": access.PUBLISH.held_by(request.user),
    }
    return render(request, "eservices/editing/list.html", context)


EDITIONS: Final = """
SELECT e.id, e.name, e.archive, e.state, u.id, coalesce(nullif(btrim(concat(u.first_name, ' ', u.last_name)), ''), u.username),
    CASE WHEN e.state = 'asked' THEN e.asked_at ELSE e.changed_at END
FROM (
    SELECT *, row_number() OVER (PARTITION BY state ORDER BY changed_at DESC) AS place
    FROM eservices_edition WHERE state <> 'published'
) e JOIN city_user u ON u.id = CASE WHEN e.state = 'asked' THEN e.asked_by_id ELSE e.changed_by_id END
WHERE e.state <> 'discarded' OR e.place <= 10 ORDER BY e.changed_at DESC"""
"""Those that are under way or wait, and the ten thrown away last; the latest change first. With who asked, else who changed it."""


def _editions(request: HttpRequest, language: str) -> list[Working]:
    with connection.cursor() as cursor:
        cursor.execute(EDITIONS)
        rows = cursor.fetchall()
    return [
        Working(
            pk,
            name,
            package_of(bytes(archive)).text("service.title", language) or name,
            state == Edition.State.ASKED,
            state == Edition.State.DISCARDED,
            by == request.user.pk,
            who,
            at,
        )
        for pk, name, archive, state, by, who, at in rows
    ]


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
