"""Protected persons: who they are is shown for a reason, and the reason to the one who answers for it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from stadig.city import access, actions, audit, person_links, queries
from stadig.city.forms import FindPerson, Reveal
from stadig.city.models import Person
from stadig.city.permissions import needs
from stadig.city.personnummer import NotAPersonnummer


@needs(access.REVEAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a person by personnummer, sent in the body so that no address holds it."""
    form = FindPerson(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.look_up_person(request.user, form.cleaned_data["personnummer"])  # type: ignore[arg-type]
        except NotAPersonnummer:
            form.add_error("personnummer", _("Det är inget personnummer. Skriv tio eller tolv siffror."))
        else:
            if found is not None:
                return redirect("city:person", found.pk)
            form.add_error("personnummer", _("Ingen här har det personnumret."))
    return render(request, "city/people.html", {"form": form})


@needs(access.REVEAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What may be seen of a person; with a reason all of a protected one, on this answer alone."""
    form = Reveal(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            shown = actions.reveal_person(request.user, pk, form.cleaned_data["reason"])  # type: ignore[arg-type]
        else:
            shown = actions.read_person(request.user, pk)  # type: ignore[arg-type]
    except Person.DoesNotExist:
        raise Http404 from None
    except ValidationError as fault:
        form.add_error("reason", fault)
        shown = actions.read_person(request.user, pk)  # type: ignore[arg-type]
    return render(request, "city/person.html", {"shown": shown, "form": form, "links": person_links.of(request.user, pk)})


@needs(access.REVEALS)
@require_safe
def reveals(request: HttpRequest) -> HttpResponse:
    """Who has seen a protected person's data and why, to the manager and the auditors. Reading it is itself logged."""
    rows = queries.reveals(request.user)
    audit.record(request.user, "read_reveals", ("city.auditentry", ""))  # type: ignore[arg-type]
    return render(request, "city/reveals.html", {"rows": rows})
